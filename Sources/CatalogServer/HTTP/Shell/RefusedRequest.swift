import HTTPTypes
import Logging
import NIOCore

/// The answer to bytes that are no request, in the form of every other answer; it leaves a line in the access log.
struct RefusedRequest {
    let head: HTTPResponse
    let body: ByteBuffer

    init(
        _ status: HTTPResponse.Status, from peer: ClientAddress, _ services: ShellServices, _ logger: Logger
    ) {
        var json = JSONWriter(capacity: 64)
        json.beginObject()
        json.field("error", ErrorText.unreadable(status))
        json.endObject()
        body = json.buffer
        let requestID = RequestIdentifier.choose(nil)
        var fields: HTTPFields = [
            .contentType: "application/json", .contentLength: String(body.readableBytes), .connection: "close",
        ]
        ShellHeader.addToEveryAnswer(&fields, requestID, services)
        head = HTTPResponse(status: status, headerFields: fields)
        services.metrics.record(
            method: "OTHER", route: nil, status: status.code, seconds: 0, bytes: body.readableBytes)
        logger.info(
            "request",
            metadata: [
                "request_id": "\(requestID)", "method": "-", "path": "-", "status": "\(status.code)",
                "duration_ms": "0.0", "bytes": "\(body.readableBytes)", "client": "\(peer)",
            ])
    }
}
