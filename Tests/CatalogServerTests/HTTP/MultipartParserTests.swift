import CatalogCore
import CatalogTestSupport
import Testing

@testable import CatalogServer

/// Form data is taken apart the same way however it comes, and what is none is refused.
@Suite struct MultipartParserTests {
    private static let boundary = "a'b(c) d:e"
    private static let type = "Multipart/Form-Data; charset=utf-8; boundary=\"\(boundary)\""

    /// A part as it came out: its head, and all of its content.
    private struct Part: Equatable {
        let head: MultipartPart
        var content: [UInt8]
    }

    /// Everything in `body`, which comes in pieces that end at `cuts`.
    private func parts(_ body: [UInt8], cuts: [Int] = [], type: String = type) throws -> [Part] {
        var parser = try #require(MultipartParser(contentType: type))
        var parts: [Part] = []
        var start = 0
        for end in cuts.sorted() + [body.count] {
            parser.append(body[start..<end])
            start = end
            while let event = try parser.next() {
                switch event {
                case .part(let head): parts.append(Part(head: head, content: []))
                case .bytes(let bytes):
                    #expect(!bytes.isEmpty)
                    parts[parts.count - 1].content += bytes
                case .partEnd, .end: break
                }
            }
        }
        try parser.finish()
        return parts
    }

    private static func body(_ parts: [(head: String, content: [UInt8])], boundary: String = boundary) -> [UInt8] {
        parts.flatMap { Array("--\(boundary)\r\n\($0.head)\r\n\r\n".utf8) + $0.content + Array("\r\n".utf8) }
            + Array("--\(boundary)--\r\n".utf8)
    }

    /// Content that looks like the beginning of a boundary again and again.
    private static let tricky = Array("\r\n--a'b(c) d:\r\n\r\n--\r\r\n--a'b(c\r\n-".utf8) + [0, 255, 13, 10]

    private static let whole = body([
        (#"Content-Disposition: form-data; name="destination""#, Array("nas:films/".utf8)),
        (
            "content-type: video/x\r\nCONTENT-DISPOSITION:form-data;name=file; filename=\"a \\\"b\\\" \\\\ ü\\x.mkv\"",
            tricky
        ),
        (#"Content-Disposition: form-data; name="empty"; filename="""#, []),
    ])

    @Test func `Heads and contents come out as they went in`() throws {
        let found = try parts(Self.whole)
        #expect(found.map(\.head.name) == ["destination", "file", "empty"])
        #expect(found.map(\.content) == [Array("nas:films/".utf8), Self.tricky, []])
        #expect(found.map(\.head.fileName) == [nil, Array(#"a "b" \ ü\x.mkv"#.utf8), []])
    }

    @Test func `A line break in front changes nothing`() throws {
        let wanted = try parts(Self.whole)
        let body = Array("\r\n".utf8) + Self.whole
        for cut in 0...20 { #expect(try parts(body, cuts: [cut]) == wanted, "\(cut)") }
        #expect(throws: CatalogError.self) { try parts(Array("\r\n".utf8) + body) }
    }

    @Test func `However the body is cut, the same comes out`() throws {
        let wanted = try parts(Self.whole)
        for first in 0...Self.whole.count {
            #expect(try parts(Self.whole, cuts: [first]) == wanted, "\(first)")
            #expect(try parts(Self.whole, cuts: [first, min(first + 3, Self.whole.count)]) == wanted, "\(first)")
        }
        #expect(try parts(Self.whole, cuts: Array(0...Self.whole.count)) == wanted)
        var random = SplitMix(state: 7)
        for _ in 0..<200 {
            let cuts = (0..<Int.random(in: 0..<20, using: &random)).map { _ in
                Int.random(in: 0...Self.whole.count, using: &random)
            }
            #expect(try parts(Self.whole, cuts: cuts) == wanted, "\(cuts)")
        }
    }

    @Test func `A body that is damaged anywhere never ends the program, and never ends well when it is cut`() {
        for length in 0..<(Self.whole.count - 2) {
            #expect(throws: CatalogError.self, "\(length)") { try parts(Array(Self.whole[..<length])) }
        }
        var random = SplitMix(state: 11)
        for _ in 0..<2_000 {
            var body = Self.whole
            for _ in 0..<Int.random(in: 1..<6, using: &random) {
                body[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            // Whatever it says, it says it by an error of ours.
            do { _ = try parts(body, cuts: [Int.random(in: 0...body.count, using: &random)]) } catch {
                #expect((error as? CatalogError)?.code == .invalidArgument)
            }
        }
    }

    @Test(arguments: [
        "", "\r\n", "--x", "preamble\r\n--x\r\n", "--x\r\n\r\ncontent\r\n--x--", "--x\r\nno field\r\n\r\n\r\n--x--",
        "--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--",
        "--x\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=a b\r\n\r\n\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n\r\n--x--",
        "--x\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\n\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=a\0\r\n\r\n\r\n--x--",
        "--x\nContent-Disposition: form-data; name=a",
        "--xy\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--x--", "--x--more", "--x\r\n--x--",
    ])
    func `What is no form data is refused`(body: String) {
        if body == "--x--more" {
            // What stands behind the end is for nobody.
            #expect(throws: Never.self) { try parts(Array(body.utf8), type: "multipart/form-data; boundary=x") }
            return
        }
        #expect(throws: CatalogError.self) { try parts(Array(body.utf8), type: "multipart/form-data; boundary=x") }
    }

    @Test func `Heads, parts and blanks have limits`() {
        let type = "multipart/form-data; boundary=x"
        let head = "Content-Disposition: form-data; name=a"
        let long = head + "\r\nX: " + String(repeating: "y", count: Limits.multipartHeadBytes)
        #expect(throws: CatalogError.self) { try parts(Self.body([(long, [])], boundary: "x"), type: type) }
        let endless = Array("--x\r\n".utf8) + [UInt8](repeating: 0x41, count: Limits.multipartHeadBytes + 100)
        #expect(throws: CatalogError.self) {
            try parts(endless, cuts: Array(stride(from: 0, to: endless.count, by: 99)), type: type)
        }
        let many = Array(repeating: (head: head, content: [UInt8]()), count: Limits.multipartParts + 1)
        #expect(throws: CatalogError.self) { try parts(Self.body(many, boundary: "x"), type: type) }
        #expect(throws: Never.self) { try parts(Self.body(Array(many.dropLast()), boundary: "x"), type: type) }
        let blanks = Array(("--x" + String(repeating: " ", count: 100) + "\r\n" + head).utf8)
        #expect(throws: CatalogError.self) { try parts(blanks, type: type) }
    }

    @Test(arguments: [
        nil, "", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x",
        "multipart/form-data; boundary=\"x ", "multipart/form-data; boundary=\"x \"",
        "multipart/form-data; boundary=\"x\u{1}\"",
        "multipart/form-data; boundary=" + String(repeating: "x", count: 71),
    ])
    func `Without a boundary there is nothing to take apart`(type: String?) {
        #expect(MultipartParser(contentType: type) == nil)
    }
}
