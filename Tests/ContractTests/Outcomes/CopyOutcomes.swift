import CatalogCore
import CatalogTestSupport

/// What the endpoints of copies and uploads answer. The scene's root is `media`, with `films/a.txt` in it.
enum CopyOutcomes {
    static let all = [toStorage, toLocal, upload, jobs, cancelling]

    private static func toStorage(_ destination: String) -> String { toStorage("media:films/a.txt", destination) }

    private static func toStorage(
        _ source: String, _ destination: String, _ root: String = "media", _ more: String = ""
    ) -> String {
        #"{"source_path":"\#(source)","dest_path":"\#(destination)","storage_id":"\#(root)"\#(more)}"#
    }

    private static let toStorage = EndpointOutcomes(
        "copy.storage", "copy/storage",
        [
            .failure(400, "JSON that breaks off", "Invalid request format").sending("{"),
            .failure(400, "no source", "Invalid request format", members: #""field":"source_path""#).sending("{}"),
            .failure(400, "a source that is no place", "Invalid source format. Use 'host:path'")
                .sending(toStorage("films", "b.txt")),
            .failure(400, "a path that leads out", "Invalid path").sending(toStorage("../b.txt")),
            .failure(400, "the root itself", "Invalid path").sending(toStorage("")),
            .failure(400, "a name of the program", "Invalid path").sending(toStorage(".catalogizer-x/b")),
            .failure(400, "a directory", "Source is not a file").sending(toStorage("media:films", "b.txt")),
            .failure(403, "a viewer", "Insufficient permissions").sending(toStorage("b.txt")).by(.viewer),
            .failure(
                403, "a file of the machine",
                "The path is outside of the directories that copy.allowed_local_paths permits"
            ).sending(toStorage("/etc/passwd", "b.txt")),
            .failure(404, "an unknown root", "Storage root not found")
                .sending(toStorage("media:films/a.txt", "b.txt", "none")),
            .failure(404, "an unknown source root", "Storage root not found").sending(toStorage("none:a", "b.txt")),
            .failure(404, "an unknown source", "Source file not found").sending(toStorage("media:none", "b.txt")),
            .failure(409, "a file that is there", "Destination file already exists")
                .sending(toStorage("{transfer}/in.txt", "films/a.txt")),
            .failure(409, "its own copy", "Source and destination are the same file")
                .sending(toStorage("media:films/a.txt", "films/a.txt", "media", #","overwrite":true"#)),
            .success(200, "a copy", showing: #""destination":"/b/c.txt","storage_id":"media","size":10}"#)
                .sending(toStorage("/b/c.txt")),
            .success(202, "a job", showing: #""message":"Copy queued","job_id":3,"status":"queued""#)
                .sending(toStorage("media:films/a.txt", "d.txt", "1", #","async":true"#)),
            .failure(507, "a full storage", "The storage is full").sending(toStorage("e.txt")).after(.storageFull),
            .failure(409, "a disabled root", "The storage root is disabled").sending(toStorage("f.txt"))
                .after(.rootDisabled),
            .failure(502, "a storage that is away", "Storage unavailable").sending(toStorage("g.txt"))
                .after(.rootEnabledAndAway),
        ])

    private static func toLocal(_ source: String, _ destination: String, _ more: String = "") -> String {
        #"{"source_path":"\#(source)","destination_path":"\#(destination)"\#(more)}"#
    }

    private static let toLocal = EndpointOutcomes(
        "copy.local", "copy/local",
        [
            .failure(400, "JSON that breaks off", "Invalid request format").sending("{"),
            .failure(400, "a source that is no place", "Invalid source format. Use 'host:path'")
                .sending(toLocal("movie.mkv", "{transfer}/a")),
            .failure(400, "a source without a path", "Invalid source format. Use 'host:path'")
                .sending(toLocal("media:", "{transfer}/a")),
            .failure(403, "a viewer", "Insufficient permissions").sending(toLocal("media:films/a.txt", "/x"))
                .by(.viewer),
            .failure(
                403, "a place of the machine",
                "The path is outside of the directories that copy.allowed_local_paths permits"
            ).sending(toLocal("media:films/a.txt", "/tmp/a.txt")),
            .failure(404, "an unknown root", "Storage root not found").sending(toLocal("none:a", "{transfer}/a")),
            .failure(404, "an unknown source", "Source file not found").sending(toLocal("media:a", "{transfer}/a")),
            .success(200, "a copy", showing: #"/a.txt","size":10}"#)
                .sending(toLocal("media:films/a.txt", "{transfer}/")),
            .failure(409, "a file that is there", "Destination file already exists")
                .sending(toLocal("media:films/a.txt", "{transfer}/a.txt")),
            .success(200, "a file that may go")
                .sending(toLocal("media:films/a.txt", "{transfer}/a.txt", #","overwrite":true"#)),
            .success(202, "a job", showing: #""status":"queued""#)
                .sending(toLocal("media:films/a.txt", "{transfer}/b.txt", #","async":true"#)),
            .failure(502, "a storage that is away", "Storage unavailable")
                .sending(toLocal("media:films/a.txt", "{transfer}/c.txt")).after(.storageAway),
        ])

    private static func form(_ fields: [(String, String)]) -> String {
        String(decoding: CopyContent.form(fields.map { ($0.0, Array($0.1.utf8)) }), as: UTF8.self)
    }

    private static func sent(_ fields: [(String, String)]) -> (Outcome) -> Outcome {
        { $0.sending(form(fields)).having("Content-Type", "multipart/form-data; boundary=x") }
    }

    private static let tooMuch = String(repeating: "x", count: Int(TestServer.maxUploadBytes) + 1)

    private static let upload = EndpointOutcomes(
        "copy.upload", "copy/upload",
        [
            .failure(400, "no form", "No file uploaded").sending("x"),
            sent([("destination", "media:up.txt")])(.failure(400, "no file", "No file uploaded")),
            sent([("file/a.txt", "abc")])(.failure(400, "no destination", "Destination path is required")),
            sent([("destination", ""), ("file/a.txt", "abc")])(
                .failure(400, "an empty destination", "Destination path is required")),
            sent([("destination", "films"), ("file/a.txt", "abc")])(
                .failure(400, "a destination that is no place", "Invalid destination format. Use 'host:path'")),
            sent([("file/a.txt", "abc"), ("destination", ":films")])(
                .failure(400, "a destination without a root", "Invalid destination format. Use 'host:path'")),
            sent([("destination", "media:films/"), ("file/..", "abc")])(
                .failure(400, "a name that is none", "Invalid file name")),
            .failure(400, "a form that breaks off", "Malformed form data")
                .sending(String(form([("destination", "media:up.txt"), ("file/a.txt", "abc")]).dropLast(8)))
                .having("Content-Type", "multipart/form-data; boundary=x"),
            sent([("destination", "media:up.txt"), ("file/a.txt", "abc")])(
                .failure(403, "a viewer", "Insufficient permissions").by(.viewer)),
            sent([("destination", "none:up.txt"), ("file/a.txt", "abc")])(
                .failure(404, "an unknown root", "Storage root not found")),
            sent([("destination", "media:films/"), ("file/a.txt", "abc")])(
                .failure(409, "a file that is there", "Destination file already exists")),
            sent([("destination", "media:up.txt"), ("file/a.txt", tooMuch)])(
                .failure(413, "too much", "Request body too large")),
            sent([("destination", "media:up.txt"), ("file/a.txt", "abc")])(
                .success(200, "a file", showing: #""filename":"a.txt","destination":"media:up.txt","size":3}"#)),
            sent([("destination", "media:up2.txt"), ("file/a.txt", "abc")])(
                .failure(507, "a full storage", "The storage is full").after(.storageFull)),
            sent([("destination", "media:up3.txt"), ("file/a.txt", "abc")])(
                .failure(502, "a storage that is away", "Storage unavailable").after(.storageAway)),
        ])

    private static let jobs = EndpointOutcomes(
        "copy.job", "copy/jobs/{copy}",
        [
            .success(200, "a copy that is over", showing: #""status":"completed","#).after(.copyMade),
            .failure(404, "a copy of somebody else", "Copy not found").by(.viewer),
            .failure(400, "an id that is none", "Invalid job ID").at("copy/jobs/x"),
            .failure(404, "the job of a scan", "Copy not found").at("copy/jobs/1"),
        ])

    private static let cancelling = EndpointOutcomes(
        "copy.cancel", "copy/jobs/{copy}/cancel",
        [
            .failure(409, "a copy that is over", "Copy is not running", members: #""status":"completed""#)
                .after(.copyMade),
            .failure(404, "a copy of somebody else", "Copy not found").by(.viewer),
            .failure(400, "an id that is none", "Invalid job ID").at("copy/jobs/x/cancel"),
            .success(200, "a copy that waits", showing: #"{"message":"Copy cancelled"}"#).after(.copyWaiting),
        ])
}
