import CatalogCore
import HTTPTypes
import Hummingbird
import NIOCore

/// The body of `POST /download/archive`.
struct ArchivePayload: Decodable, Sendable {
    let paths: [String]
    let fileIDs: [EntryID]
    let format: String?
    let compression: String?
    let root: String?

    private enum CodingKeys: String, CodingKey {
        case paths
        case fileIDs = "file_ids"
        case format
        case compression
        case root = "smb_root"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        paths = try values.decodeIfPresent([String].self, forKey: .paths) ?? []
        fileIDs = try values.decodeIfPresent([EntryID].self, forKey: .fileIDs) ?? []
        format = try values.decodeIfPresent(String.self, forKey: .format)
        compression = try values.decodeIfPresent(String.self, forKey: .compression)
        let named = try values.decodeIfPresent(String.self, forKey: .root)
        root = named?.isEmpty == true ? nil : named
    }

    var choices: ArchiveStore.Choices { ArchiveStore.Choices(paths: paths, ids: fileIDs, root: root) }
}

/// Turns an archive into a response: validators, conditions, a range, and a body that is read as the client takes it.
struct ArchiveResponse {
    private let archive: Archive
    private let service: ArchiveService
    private let accessLog: FileAccessLog
    private let context: AppRequestContext
    private let caller: Caller

    init(
        _ archive: Archive, service: ArchiveService, accessLog: FileAccessLog, context: AppRequestContext,
        caller: Caller
    ) {
        self.archive = archive
        self.service = service
        self.accessLog = accessLog
        self.context = context
        self.caller = caller
    }

    /// - Throws: `CatalogError.storageUnavailable` when a storage is away; `.preconditionFailed`, `.rangeNotSatisfiable`;
    ///   `.rateLimited` when the user has too many downloads open.
    func response(to request: Request) async throws -> Response {
        guard let etag = archive.etag, let layout = archive.layout else {
            var headers = fields
            headers[.acceptRanges] = "none"
            return try await send(0..<0, length: nil, status: .ok, headers)
        }
        switch FileConditions(request.headers).outcome(etag: etag, modifiedAt: nil) {
        case .failed: throw CatalogError(.preconditionFailed, ErrorText.preconditionFailed)
        // RFC 9110 section 13.1.2: what is no GET has no answer that could stand for what the client has.
        case .notModified where request.method == .post:
            throw CatalogError(.preconditionFailed, ErrorText.preconditionFailed)
        case .notModified:
            return Response(status: .notModified, headers: [.eTag: etag, .cacheControl: OpenFile.cacheControl])
        case .met: break
        }
        var headers = fields
        headers[.acceptRanges] = "bytes"
        headers[.eTag] = etag
        // HTTP gives ranges a meaning for GET; this endpoint gives them the same for POST, so that either can go on.
        let isRanged = !context.isHead && (request.headers[.ifRange].map { $0 == etag } ?? true)
        let size = layout.byteCount
        switch ByteRange(header: isRanged ? request.headers.value(of: .range) : nil, size: size) {
        case .unsatisfiable:
            throw CatalogError(.rangeNotSatisfiable, "Range not satisfiable", details: ["size": .integer(size)])
        case .whole:
            return try await send(0..<size, length: Int(size), status: .ok, headers)
        case .part(let part):
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
            return try await send(part, length: part.count, status: .partialContent, headers)
        }
    }

    /// The fields of every answer.
    private var fields: HTTPFields {
        [
            .contentSecurityPolicy: "sandbox", .cacheControl: OpenFile.cacheControl,
            .contentType: archive.kind.contentType,
            .contentDisposition: DownloadName.contentDisposition(archive.fileName, inline: false),
        ]
    }

    private func send(
        _ part: Range<Int64>, length: Int?, status: HTTPResponse.Status, _ fields: HTTPFields
    ) async throws -> Response {
        var headers = fields
        if let length { headers[.contentLength] = String(length) }
        if context.isHead {
            // An empty body would state its own length.
            let none = ResponseBody(contentLength: length) { try await $0.finish(nil) }
            return Response(status: status, headers: headers, body: none)
        }
        try await service.checkStorages(of: archive, scope: caller.scope)
        let slot = try service.begin(of: caller.userID)
        let authenticator = context.exchange.services.authenticator
        let body = context.streamBody(length: length) { [archive, service, accessLog, caller] writer in
            defer { slot.end() }
            var askedAt = ContinuousClock.now
            let bytes = service.body(of: archive, part) { accessLog.note($0, by: caller.userID) }
            try await bytes.send { piece in
                if askedAt.duration(to: .now) > EventStream.livenessInterval {
                    askedAt = .now
                    // The end is promised, so the connection breaks.
                    guard await authenticator.isAlive(caller) else { throw AuthenticationFailure.revokedToken }
                }
                try await writer.waitForRoom()
                if piece.readableBytes > 0 { try await writer.write(piece) }
            }
        }
        return Response(status: status, headers: headers, body: body)
    }
}
