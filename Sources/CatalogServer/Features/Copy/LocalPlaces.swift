import CatalogCore
import CatalogStorage

/// What copies take from the settings.
package struct CopySettings: Sendable {
    /// Directories of this machine that copies may read and write.
    package var allowedDirectories: [String]
    /// The program's own directory for what is on its way; made before, for its owner only.
    package var transferDirectory: String
    /// Bytes of an uploaded file; 0 for any number.
    package var maxUploadBytes: Int64
    /// Which machine and data directory this is: what is on this machine belongs to its jobs.
    package var node: String

    package init(allowedDirectories: [String], transferDirectory: String, maxUploadBytes: Int64 = 0, node: String) {
        self.allowedDirectories = allowedDirectories
        self.transferDirectory = transferDirectory
        self.maxUploadBytes = maxUploadBytes
        self.node = node
    }

    /// Nothing of this machine, for programs that copy nothing.
    package static let none = CopySettings(allowedDirectories: [], transferDirectory: "/", node: "")
}

/// The directories of this machine that copies may use. Nothing leads out of them: neither `..` nor a link.
struct LocalPlaces: Sendable {
    private struct Directory: Sendable {
        let path: StoragePath
        let backend: LocalBackend
    }

    /// The longest paths first, so that the narrowest directory decides.
    private let directories: [Directory]
    private let transfer: Directory

    /// - Parameter reserved: directories of the program; its transfer directory, which lies in one, is open all the same.
    /// - Throws: `CatalogError.invalidArgument` for a setting that is no path.
    init(_ settings: CopySettings, reserved: [ReservedDirectory]) throws {
        let own = try StoragePath(parsing: settings.transferDirectory)
        let make = { (text: String) throws -> Directory in
            let path = try StoragePath(parsing: text)
            let isOwn = own.isAtOrAbove(path)
            return Directory(path: path, backend: LocalBackend(path: text, leavingOut: isOwn ? [] : reserved))
        }
        transfer = try make(settings.transferDirectory)
        directories = try settings.allowedDirectories.map(make).sorted {
            $0.path.components.count > $1.path.components.count
        }
    }

    /// The place of an absolute path.
    ///
    /// - Throws: `CatalogError.invalidArgument` for what is no absolute path; `.permissionDenied` outside of the allowed
    ///   directories.
    func place(_ text: String) throws -> TransferPlace {
        guard text.hasPrefix("/") else { throw CatalogError(.invalidArgument, "Invalid path") }
        let path = try StoragePath(parsing: text)
        guard let directory = directories.first(where: { $0.path.isAtOrAbove(path) }),
            path.components.count > directory.path.components.count
        else { throw Self.outside }
        let inner = try StoragePath(components: Array(path.components.dropFirst(directory.path.components.count)))
        return place(inner, in: directory)
    }

    /// Removes uploads that were waiting when the program ended. Blocks.
    ///
    /// - Returns: how many.
    func sweepSpool() throws -> Int {
        var listing = DirectoryListing()
        try transfer.backend.list(NativePath(), into: &listing)
        let names = listing.entries.filter { $0.kind == .file }.map { listing.name(of: $0) }
        let left = names.filter(IncomingFile.isPart)
        for name in left { try transfer.backend.remove(StoragePath(components: [name])) }
        return left.count
    }

    /// A place for what has no other one yet.
    func spool() throws -> TransferPlace {
        place(try StoragePath(components: [Array("upload".utf8)]), in: transfer)
    }

    private func place(_ path: StoragePath, in directory: Directory) -> TransferPlace {
        TransferPlace(storage: "local:/\(directory.path.text)", backend: directory.backend, path: path)
    }

    static let outside = CatalogError(
        .permissionDenied, "The path is outside of the directories that copy.allowed_local_paths permits")
}
