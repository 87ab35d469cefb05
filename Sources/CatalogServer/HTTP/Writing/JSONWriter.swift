import CatalogCore
package import Hummingbird
package import NIOCore

/// Writes JSON text straight into a buffer: for listings, where `JSONEncoder` costs three times the throughput.
///
///     var json = JSONWriter()
///     json.beginObject()
///     json.field("count", rows.count)
///     json.beginArray("files")
///     for row in rows { row.write(to: &json) }
///     json.endArray()
///     json.endObject()
///     return json.response()
///
/// It does not check that what is begun is ended: golden files do.
package struct JSONWriter: Sendable {
    /// What has been written.
    package private(set) var buffer: ByteBuffer
    /// Whether the next value or key must be parted from the one before it.
    private var needsComma = false

    /// - Parameter capacity: bytes that are expected.
    package init(capacity: Int = 1_024) {
        buffer = ByteBufferAllocator().buffer(capacity: capacity)
    }

    // MARK: Structure

    /// Begins an object that is an element or the whole.
    package mutating func beginObject() { piece(atMost: 2) { $0.open("{") } }
    /// Ends the innermost object.
    package mutating func endObject() { piece(atMost: 1) { $0.close("}") } }
    /// Begins an array that is an element or the whole.
    package mutating func beginArray() { piece(atMost: 2) { $0.open("[") } }
    /// Ends the innermost array.
    package mutating func endArray() { piece(atMost: 1) { $0.close("]") } }

    /// Begins an object that is a member.
    package mutating func beginObject(_ name: StaticString) {
        key(name)
        beginObject()
    }

    /// Begins an array that is a member.
    package mutating func beginArray(_ name: StaticString) {
        key(name)
        beginArray()
    }

    /// The name of the next value.
    ///
    /// It is written as it stands, so it must need no escaping.
    package mutating func key(_ name: StaticString) {
        piece(atMost: name.utf8CodeUnitCount + 4) { $0.key(name) }
    }

    /// A name that is known only now.
    package mutating func key(dynamic name: String) {
        string(name)
        buffer.writeStaticString(":")
        needsComma = false
    }

    // MARK: Values

    /// Writes `null`.
    package mutating func null() { piece(atMost: 5) { $0.literal("null") } }

    /// Writes `true` or `false`.
    package mutating func bool(_ value: Bool) { piece(atMost: 6) { $0.literal(value ? "true" : "false") } }

    /// Writes a whole number.
    package mutating func integer(_ value: some FixedWidthInteger) {
        piece(atMost: 22) { $0.integer(value) }
    }

    /// A number with a fraction; what JSON cannot say (not a number, infinity) is null.
    package mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        let isWhole = value == value.rounded() && value.magnitude < 1e15
        raw((isWhole ? String(Int64(value)) : "\(value)").utf8)
    }

    /// Writes a text, escaped where JSON wants it.
    package mutating func string(_ text: String) {
        piece(atMost: text.utf8.count * JSONText.escapedBytesMax + 3) { $0.string(text) }
    }

    /// A string that is at hand as UTF-8, for example a row's name.
    package mutating func string(utf8 bytes: some Collection<UInt8>) {
        Array(bytes).withUnsafeBytes { bytes in
            piece(atMost: bytes.count * JSONText.escapedBytesMax + 3) { $0.string(utf8: bytes) }
        }
    }

    /// A time in the form of the API.
    ///
    /// - Parameter microseconds: since 1970.
    package mutating func time(_ microseconds: Int64) {
        piece(atMost: Timestamp.textBytes + 3) { $0.time(microseconds) }
    }

    /// JSON text that somebody else wrote and that is known to be valid, for example a stored object.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        if needsComma { buffer.writeStaticString(",") }
        buffer.writeBytes(json)
        needsComma = true
    }

    /// Several values in one go. The buffer is asked for room once, for the longest case, instead of for each of them: a
    /// page has thousands.
    ///
    /// - Parameter bytes: what they take at most, commas included.
    mutating func piece(atMost bytes: Int, _ body: (inout JSONText) -> Void) {
        var needsComma = self.needsComma
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes) { room in
            var text = JSONText(room, needsComma: needsComma)
            body(&text)
            needsComma = text.needsComma
            return text.count
        }
        self.needsComma = needsComma
    }

    // MARK: Response

    /// The text as a response.
    package func response(status: HTTPResponse.Status = .ok) -> Response {
        .json(buffer, status: status)
    }

    /// The text as one page of a list of `total` rows, with the address of the next one.
    func response(
        of page: Page, total: Int, behind way: PageLink.Way = .offset, _ context: AppRequestContext
    ) -> Response {
        var response = response()
        switch way {
        case .offset: PageLink.add(to: &response.headers, after: page, total: total, of: context.exchange.target)
        case .cursor(let next?):
            PageLink.add(to: &response.headers, page.limit, cursor: next, of: context.exchange.target)
        case .cursor(nil): break
        }
        return response
    }
}
