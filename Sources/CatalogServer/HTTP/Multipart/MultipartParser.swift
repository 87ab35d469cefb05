import CatalogCore
import Glibc

/// Takes a `multipart/form-data` body apart while it comes (RFC 7578, RFC 2046 section 5.1): what it holds meanwhile is one chunk
/// and a head. How the body is cut into chunks makes no difference.
///
/// Strict: nothing before the first boundary, heads of a limited size, a limited number of parts, and an end.
struct MultipartParser {
    /// What comes out, in the order of the body.
    enum Event: Equatable {
        case part(MultipartPart)
        /// Of the content of the last part; never empty.
        case bytes(ArraySlice<UInt8>)
        case partEnd
        case end
    }

    private enum State {
        case start, afterBoundary, head, body, over
    }

    /// A line break, two dashes and the boundary: what ends a part.
    private let delimiter: [UInt8]
    private var state = State.start
    private var pending: [UInt8] = []
    private var position = 0
    private var parts = 0

    /// - Parameter contentType: of the request.
    /// - Returns: nil when that is no form data, or has no boundary.
    init?(contentType: String?) {
        guard let contentType else { return nil }
        var value = HeaderValue(Array(contentType.utf8)[...])
        guard value.word() == "multipart/form-data" else { return nil }
        var boundary: [UInt8]?
        while let (name, text) = try? value.parameter() {
            if name == "boundary" { boundary = text }
        }
        guard let boundary, Self.isBoundary(boundary) else { return nil }
        delimiter = Array("\r\n--".utf8) + boundary
    }

    /// RFC 2046 section 5.1.1.
    private static func isBoundary(_ bytes: [UInt8]) -> Bool {
        (1...70).contains(bytes.count) && bytes.last != 0x20
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "'()+_,-./:=? ".utf8.contains(byte)
                }
            }
    }

    /// Takes the next chunk; `next` is asked until it has nothing left before another one comes.
    mutating func append(_ chunk: some Sequence<UInt8>) {
        if state == .over { return }
        if position > 0 {
            pending.removeFirst(position)
            position = 0
        }
        pending.append(contentsOf: chunk)
    }

    /// What can be said by now; nil when more has to come.
    ///
    /// - Throws: `CatalogError.invalidArgument` for what is no form data.
    mutating func next() throws -> Event? {
        while true {
            switch state {
            case .start:
                guard try passStart() else { return nil }
                state = .afterBoundary
            case .afterBoundary:
                guard let isLast = try passBoundaryEnd() else { return nil }
                state = isLast ? .over : .head
                if isLast { return .end }
            case .head:
                guard let part = try passHead() else { return nil }
                state = .body
                return .part(part)
            case .body:
                return passBody()
            case .over:
                // What stands behind the end is for nobody.
                position = pending.count
                return nil
            }
        }
    }

    /// Says that nothing more comes.
    ///
    /// - Throws: `CatalogError.invalidArgument` when something is missing.
    func finish() throws {
        guard state == .over else { throw Self.malformed("it ends early") }
    }

    static func malformed(_ cause: String) -> CatalogError {
        CatalogError(.invalidArgument, "Malformed form data", cause: cause)
    }
}

// MARK: - Steps

extension MultipartParser {
    private var rest: ArraySlice<UInt8> { pending[position...] }

    /// The first boundary, which needs no line break in front.
    private mutating func passStart() throws -> Bool {
        let hasBreak = rest.first == 0x0D
        let first = hasBreak ? delimiter[...] : delimiter.dropFirst(2)
        guard rest.prefix(first.count).elementsEqual(first.prefix(rest.count)) else {
            throw Self.malformed("it does not begin with its boundary")
        }
        guard rest.count >= first.count else { return false }
        position += first.count
        return true
    }

    /// - Returns: whether this was the last boundary; nil when more has to come.
    private mutating func passBoundaryEnd() throws -> Bool? {
        let padding = rest.prefix { $0 == 0x20 || $0 == 0x09 }
        guard padding.count <= Limits.multipartPaddingBytes else { throw Self.malformed("blanks behind a boundary") }
        let end = rest.dropFirst(padding.count).prefix(2)
        guard end.count == 2 else { return nil }
        position += padding.count + 2
        if end.elementsEqual("\r\n".utf8) {
            parts += 1
            guard parts <= Limits.multipartParts else { throw Self.malformed("too many parts") }
            return false
        }
        guard padding.isEmpty, end.elementsEqual("--".utf8) else { throw Self.malformed("no line ends at a boundary") }
        return true
    }

    private mutating func passHead() throws -> MultipartPart? {
        if rest.starts(with: "\r\n".utf8) { throw Self.malformed("a part without a head") }
        guard let end = position(of: Array("\r\n\r\n".utf8)), end - position <= Limits.multipartHeadBytes else {
            guard rest.count <= Limits.multipartHeadBytes + 4 else { throw Self.malformed("the head is too long") }
            return nil
        }
        let part = try MultipartPart(head: pending[position..<end])
        position = end + 4
        return part
    }

    private mutating func passBody() -> Event? {
        if let end = position(of: delimiter) {
            if end > position {
                defer { position = end }
                return .bytes(pending[position..<end])
            }
            position += delimiter.count
            state = .afterBoundary
            return .partEnd
        }
        let end = pending.count - lengthOfBegunDelimiter()
        guard end > position else { return nil }
        defer { position = end }
        return .bytes(pending[position..<end])
    }

    /// How many bytes at the end may be the beginning of a delimiter.
    private func lengthOfBegunDelimiter() -> Int {
        for length in stride(from: min(delimiter.count - 1, rest.count), to: 0, by: -1)
        where rest.suffix(length).elementsEqual(delimiter.prefix(length)) {
            return length
        }
        return 0
    }

    /// What is looked for begins with a carriage return, and memory is searched for that much faster than for all of it.
    private func position(of wanted: [UInt8]) -> Int? {
        pending.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let first = wanted.first else { return nil }
            var offset = position
            while offset + wanted.count <= bytes.count {
                guard let found = memchr(start + offset, Int32(first), bytes.count - offset) else { return nil }
                offset = UnsafeRawPointer(found) - start
                guard offset + wanted.count <= bytes.count else { return nil }
                if memcmp(start + offset, wanted, wanted.count) == 0 { return offset }
                offset += 1
            }
            return nil
        }
    }
}
