import CatalogCore
import CatalogStorage

/// The body of `POST /copy/storage`. The storage root may be named by its number, its string id or its name.
struct StorageCopyPayload: Decodable, Sendable {
    let sourcePath: String
    let destinationPath: String
    let storageID: String
    let overwrite: Bool
    let isAsync: Bool

    private enum CodingKeys: String, CodingKey {
        case sourcePath = "source_path"
        case destinationPath = "dest_path"
        case storageID = "storage_id"
        case overwrite
        case isAsync = "async"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        sourcePath = try values.decode(String.self, forKey: .sourcePath)
        destinationPath = try values.decode(String.self, forKey: .destinationPath)
        storageID = try values.textOrNumber(forKey: .storageID)
        overwrite = try values.decodeIfPresent(Bool.self, forKey: .overwrite) ?? false
        isAsync = try values.decodeIfPresent(Bool.self, forKey: .isAsync) ?? false
    }
}

/// The body of `POST /copy/local`.
struct LocalCopyPayload: Decodable, Sendable {
    let sourcePath: String
    let destinationPath: String
    let overwrite: Bool
    let isAsync: Bool

    private enum CodingKeys: String, CodingKey {
        case sourcePath = "source_path"
        case destinationPath = "destination_path"
        case overwrite
        case isAsync = "async"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        sourcePath = try values.decode(String.self, forKey: .sourcePath)
        destinationPath = try values.decode(String.self, forKey: .destinationPath)
        overwrite = try values.decodeIfPresent(Bool.self, forKey: .overwrite) ?? false
        isAsync = try values.decodeIfPresent(Bool.self, forKey: .isAsync) ?? false
    }
}

extension JSONWriter {
    /// A copy that is done.
    mutating func copied(_ message: String, _ request: CopyRequest, _ outcome: TransferOutcome, storageID: String?) {
        beginObject()
        field("message", message)
        field("source", request.shownSource)
        field("destination", request.shownTarget)
        if let storageID { field("storage_id", storageID) }
        field("size", outcome.sizeBytes)
        endObject()
    }

    /// A copy that waits.
    mutating func queuedCopy(_ id: JobID, _ request: CopyRequest) {
        beginObject()
        field("message", "Copy queued")
        field("job_id", id)
        field("status", "queued")
        field("source", request.shownSource)
        field("destination", request.shownTarget)
        endObject()
    }

    /// A copy, whatever its state.
    mutating func copy(_ state: CopyState) {
        beginObject()
        field("job_id", state.id)
        field("status", state.status)
        field("phase", state.phase.isEmpty ? nil : state.phase)
        field("progress", state.percent)
        field("done_bytes", state.doneBytes)
        field("total_bytes", state.totalBytes)
        field("source", state.source)
        field("destination", state.destination)
        field("error_message", state.error)
        field("created_at", time: state.createdAt)
        field("start_time", time: state.startedAt)
        field("end_time", time: state.endedAt)
        endObject()
    }

    /// A file that a client has sent.
    mutating func uploaded(_ file: UploadedFile) {
        beginObject()
        field("message", "File uploaded successfully")
        field("filename", file.fileName)
        field("destination", file.destination)
        field("size", file.sizeBytes)
        endObject()
    }
}
