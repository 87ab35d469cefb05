import CatalogCore
import CatalogStorage
import HTTPTypes
import Hummingbird
import NIOCore

/// Turns an open file into a response: validators, conditions, a range, and a body that is read as the client takes it.
struct FileResponse {
    /// A file or range up to this size is one read and one write.
    private static let chunkBytes = ReadAhead.localChunkBytes

    private let file: OpenFile
    private let service: DownloadService
    private let context: AppRequestContext
    private let userID: UserID
    private let mayGoOn: @Sendable () async -> Bool
    private let size: Int64

    /// - Parameters:
    ///   - userID: in whose name the file is read.
    ///   - mayGoOn: whether they still may; asked now and then while a long file is sent.
    init(
        _ file: OpenFile, service: DownloadService, context: AppRequestContext, userID: UserID,
        mayGoOn: @escaping @Sendable () async -> Bool
    ) {
        self.file = file
        self.service = service
        self.context = context
        self.userID = userID
        self.mayGoOn = mayGoOn
        size = file.reader.sizeBytes
    }

    /// - Throws: `CatalogError.storageUnavailable` when the first bytes cannot be read; `.rateLimited` when the user has too
    ///   many downloads open.
    func response(to request: Request, inline: Bool) async throws -> Response {
        switch FileConditions(request.headers).outcome(etag: file.etag, modifiedAt: file.modifiedAt) {
        case .failed: throw CatalogError(.preconditionFailed, ErrorText.preconditionFailed)
        case .notModified:
            // The fields that a cache would have got with the file (RFC 9110 section 15.4.5).
            let fields: HTTPFields = [
                .eTag: file.etag, .lastModified: file.lastModified, .cacheControl: OpenFile.cacheControl,
            ]
            return Response(status: .notModified, headers: fields)
        case .met: break
        }
        // Ranges have a meaning for GET alone (RFC 9110 section 14.2).
        let isRanged = !context.isHead && rangeStillHolds(request.headers)
        let range = isRanged ? request.headers.value(of: .range) : nil
        switch ByteRange(header: range, size: size) {
        case .unsatisfiable:
            throw CatalogError(
                .rangeNotSatisfiable, "Range not satisfiable", details: ["size": .integer(size)])
        case .whole:
            return try await send(0..<size, status: .ok, inline: inline)
        case .part(let part):
            return try await send(part, status: .partialContent, inline: inline)
        }
    }

    /// RFC 9110 section 13.1.5: a range of a file that is not the same any more is the whole file.
    private func rangeStillHolds(_ headers: HTTPFields) -> Bool {
        guard let condition = headers[.ifRange] else { return true }
        return condition == file.etag || condition == file.lastModified
    }

    private func send(_ part: Range<Int64>, status: HTTPResponse.Status, inline: Bool) async throws -> Response {
        var headers = file.fields(inline: inline)
        headers[.contentLength] = String(part.count)
        if status == .partialContent {
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
        }
        // The shell would drop the body of an answer to HEAD; nothing is read or counted for it.
        if context.isHead { return Response(status: status, headers: headers, body: ResponseBody()) }
        let body =
            part.count <= Self.chunkBytes
            ? ResponseBody(byteBuffer: try await chunk(at: part.lowerBound, count: part.count)) : try stream(part)
        return Response(status: status, headers: headers, body: body)
    }

    private func stream(_ part: Range<Int64>) throws -> ResponseBody {
        let slot = try service.begin(of: userID)
        return context.streamBody(length: part.count) { writer in
            defer { slot.end() }
            var askedAt = ContinuousClock.now
            var chunks = ReadAhead(part, of: file.reader, chunk(at:count:))
            while let next = chunks.next() {
                if askedAt.duration(to: .now) > EventStream.livenessInterval {
                    askedAt = .now
                    // The length is promised, so the connection breaks.
                    guard await mayGoOn() else { throw AuthenticationFailure.revokedToken }
                }
                try await writer.waitForRoom()
                try await writer.write(try await next.bytes())
            }
        }
    }

    /// Exactly `count` bytes.
    ///
    /// - Throws: `CatalogError.dataLoss` when the file has become shorter: the length is already promised, so the connection
    ///   breaks rather than lying.
    private func chunk(at offset: Int64, count: Int) async throws -> ByteBuffer {
        let piece = try await file.reader.piece(at: offset, count: count, on: service.pool)
        guard piece.readableBytes == count else {
            throw CatalogError(.dataLoss, "Internal server error", cause: "a file became shorter while it was sent")
        }
        return piece
    }
}
