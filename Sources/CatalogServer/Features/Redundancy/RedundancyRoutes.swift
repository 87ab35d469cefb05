import Hummingbird

/// Redundancy over HTTP.
struct RedundancyRoutes: Sendable {
    let redundancy: RedundancyService

    var handlers: [EndpointHandler] { [EndpointHandler("duplicates.redundancy", show)] }

    @Sendable private func show(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let answer = try await redundancy.redundancy(
            of: context.query.list("smb_roots"), scope: context.requireCaller().scope)
        var json = JSONWriter()
        json.redundancy(answer)
        return json.validated(for: request)
    }
}

extension JSONWriter {
    /// On how many storage roots contents are.
    fileprivate mutating func redundancy(_ answer: Redundancy) {
        beginObject()
        beginArray("redundancy")
        for (index, share) in answer.places.enumerated() {
            beginObject()
            field("storage_roots", index + 1)
            field("or_more", index + 1 == Redundancy.placesMax)
            fields(of: share)
            endObject()
        }
        endArray()
        let pending = answer.roots.reduce(into: Redundancy.Files()) {
            $0.files += $1.pending.files
            $0.bytes += $1.pending.bytes
        }
        beginObject("pending")
        fields(of: pending)
        endObject()
        beginArray("roots")
        for root in answer.roots { self.root(root) }
        endArray()
        endObject()
    }

    private mutating func root(_ root: Redundancy.Root) {
        beginObject()
        field("storage_root_id", root.id)
        field("name", root.name)
        field("examined", root.isExamined)
        field("files", root.all.files)
        field("bytes", root.all.bytes)
        beginObject("only_here")
        fields(of: root.only)
        endObject()
        beginObject("elsewhere_too")
        fields(of: root.shared)
        endObject()
        beginObject("pending")
        fields(of: root.pending)
        endObject()
        endObject()
    }

    private mutating func fields(of share: Redundancy.Share) {
        field("contents", share.contents)
        field("files", share.files)
        field("bytes", share.bytes)
        field("total_bytes", share.totalBytes)
    }

    private mutating func fields(of files: Redundancy.Files) {
        field("files", files.files)
        field("bytes", files.bytes)
    }
}
