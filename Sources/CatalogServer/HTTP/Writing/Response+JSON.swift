import FoundationEssentials
package import HTTPTypes
package import Hummingbird
package import NIOCore

extension Response {
    /// JSON text that is already written.
    package static func json(_ buffer: ByteBuffer, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: buffer))
    }

    /// A small answer by way of `Encodable`; long lists are written with `JSONWriter`.
    ///
    /// A nil property is left out by Swift's synthesised encoding: payloads whose keys are always present write `null`
    /// themselves.
    package static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return .json(ByteBuffer(bytes: try encoder.encode(value)), status: status)
    }

    /// No body: 204.
    package static var noContent: Response { Response(status: .noContent) }

    /// `{"message": …}`.
    package static func message(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        var json = JSONWriter(capacity: 64)
        json.beginObject()
        json.field("message", text)
        json.endObject()
        return json.response(status: status)
    }
}
