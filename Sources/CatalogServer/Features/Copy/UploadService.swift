import CatalogCore
import CatalogStorage
import NIOCore

/// The rules of uploads: where a file that comes from a client may go.
struct UploadService: Sendable {
    let places: CopyPlaces
    let recorder: FileRecorder
    /// For short calls, one for each piece of a file.
    let writing: BlockingPool
    /// For what takes as long as a copy.
    let pool: BlockingPool
    /// 0 for any number.
    let maxBytes: Int64

    /// Begins an upload.
    ///
    /// - Parameter contentLength: of the whole request, where it is announced.
    /// - Throws: `CatalogError.invalidArgument` for what is no form; `.tooLarge`.
    func begin(contentType: String?, contentLength: Int64?, by author: Author) throws -> Upload {
        guard let parser = MultipartParser(contentType: contentType) else { throw Upload.nothing }
        // What stands around the file is small, so a form that is much larger holds a file that is too large.
        if maxBytes > 0, let contentLength, contentLength - maxBytes > 1 << 20 { throw Upload.tooLarge }
        return Upload(service: self, parser: parser, author: author)
    }

    /// Whether a client may give a file this name.
    static func isFileName(_ name: [UInt8]) -> Bool {
        StoragePath.isName(name) && name.count <= 255
            && name.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
    }

    /// The file `destination` means, as `host:path`; one that ends with a slash gets the name that the client gave.
    func end(_ destination: String, fileName: [UInt8]?, scope: AccessScope) async throws -> CopyEnd {
        guard let (host, path) = destination.hostAndPath else {
            throw CatalogError(.invalidArgument, "Invalid destination format. Use 'host:path'")
        }
        if path.hasSuffix("/") {
            guard let fileName, Self.isFileName(fileName) else {
                throw CatalogError(.invalidArgument, "Invalid file name")
            }
        }
        return try await places.end(inRoot: host, path, .destination, fileName: fileName, scope: scope)
    }
}

/// What an upload came to.
struct UploadedFile: Sendable {
    /// As the client called it.
    let fileName: String
    let destination: String
    let sizeBytes: Int64
}
