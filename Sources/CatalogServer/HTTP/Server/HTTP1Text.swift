import HTTPTypes
import NIOCore

/// Answers as HTTP/1 writes them, one after the other on one connection (RFC 9112).
///
/// From the fields of an answer straight to bytes: the two encoders that stand here otherwise copy every field twice, which
/// was a twentieth of all work for a range of a file.
struct HTTP1Text {
    /// Whether the body of the current answer goes in chunks.
    private var isChunked = false

    /// The head of an answer.
    ///
    /// - Parameters:
    ///   - isOldVersion: as version 1.0, which knows no chunks: a body of unknown length then ends with the connection.
    ///   - isBodyless: whether no body follows, although one of unknown length would: the answer to HEAD.
    ///   - connection: the field `Connection`; nil for none.
    mutating func head(
        _ response: HTTPResponse, isOldVersion: Bool, isBodyless: Bool, connection: StaticString?,
        _ allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        let status = response.status
        let mayHaveBody = Self.mayHaveBody(status)
        isChunked = !isOldVersion && !isBodyless && Self.needsChunks(response)
        var text = allocator.buffer(capacity: 768)
        text.writeStaticString(isOldVersion ? "HTTP/1.0 " : "HTTP/1.1 ")
        text.writeString(String(status.code))
        text.writeStaticString(" ")
        text.writeString(status.reasonPhrase)
        text.writeStaticString("\r\n")
        for field in response.headerFields where !Self.isFraming(field.name, mayHaveBody) {
            if connection != nil, field.name == .connection { continue }
            text.writeString(field.name.rawName)
            text.writeStaticString(": ")
            text.writeString(field.value)
            text.writeStaticString("\r\n")
        }
        if let connection {
            text.writeStaticString("Connection: ")
            text.writeStaticString(connection)
            text.writeStaticString("\r\n")
        }
        if isChunked { text.writeStaticString("Transfer-Encoding: chunked\r\n") }
        text.writeStaticString("\r\n")
        return text
    }

    /// A piece of the body, in what has to stand around it.
    func body(_ piece: ByteBuffer, _ allocator: ByteBufferAllocator) -> (before: ByteBuffer?, after: ByteBuffer?) {
        // An empty chunk would end the body.
        guard isChunked, piece.readableBytes > 0 else { return (nil, nil) }
        var text = allocator.buffer(capacity: 20)
        text.writeString(String(piece.readableBytes, radix: 16))
        text.writeStaticString("\r\n")
        var after = text
        after.moveReaderIndex(to: after.writerIndex - 2)
        return (text, after)
    }

    /// What ends an answer: nothing where its length was said.
    func end(_ allocator: ByteBufferAllocator) -> ByteBuffer {
        guard isChunked else { return ByteBuffer() }
        var text = allocator.buffer(capacity: 8)
        text.writeStaticString("0\r\n\r\n")
        return text
    }

    /// Whether an answer has a body whose length it does not say.
    static func needsChunks(_ response: HTTPResponse) -> Bool {
        mayHaveBody(response.status) && !response.headerFields.has(.contentLength)
    }

    private static func mayHaveBody(_ status: HTTPResponse.Status) -> Bool {
        status.kind != .informational && status.code != 204 && status.code != 304
    }

    /// Whether a field speaks of a body in a way that is not true here.
    private static func isFraming(_ name: HTTPField.Name, _ mayHaveBody: Bool) -> Bool {
        name == .transferEncoding || (!mayHaveBody && name == .contentLength)
    }
}
