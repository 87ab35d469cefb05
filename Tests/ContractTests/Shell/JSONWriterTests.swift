import CatalogServer
import Foundation
import NIOCore
import Testing

@Suite struct JSONWriterTests {
    @Test func `what is written is what a parser reads`() throws {
        var json = JSONWriter(capacity: 0)
        json.beginObject()
        json.field("text", "a\"b\\c\nd\u{1}é\u{7F}/")
        json.field("least", Int64.min)
        json.field("most", UInt64.max)
        json.field("nothing", String?.none)
        json.field("half", 0.5)
        json.field("whole", 3.0)
        json.field("yes", true)
        json.field("time", time: 1_705_314_600_000_000)
        json.beginArray("rows")
        for row in 0..<2 {
            json.beginObject()
            json.field("id", row)
            json.endObject()
        }
        json.beginArray()
        json.endArray()
        json.endArray()
        json.endObject()
        let text = String(buffer: json.buffer)
        let expected =
            #"{"text":"a\"b\\c\nd\u0001é\u007f/","least":-9223372036854775808,"most":18446744073709551615,"#
            + #""nothing":null,"half":0.5,"whole":3,"yes":true,"time":"2024-01-15T10:30:00Z","#
            + #""rows":[{"id":0},{"id":1},[]]}"#
        #expect(text == expected)
        let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(parsed?["text"] as? String == "a\"b\\c\nd\u{1}é\u{7F}/")
    }

    @Test func `a byte that needs an escape gets it wherever it stands`() throws {
        // As long as four of the words that are looked at in one go, and some bytes more.
        let texts = (0..<35).flatMap { place in
            (UInt8(0)...0x7F).map { byte in
                String(repeating: "a", count: place) + String(UnicodeScalar(byte))
                    + String(repeating: "a", count: 34 - place)
            }
        }
        var json = JSONWriter(capacity: 0)
        json.beginArray()
        for text in texts { json.string(text) }
        for text in texts { json.string(utf8: Array(text.utf8)) }
        json.endArray()
        let written = String(buffer: json.buffer)
        #expect(try JSONDecoder().decode([String].self, from: Data(written.utf8)) == texts + texts)
        #expect(!written.utf8.contains { $0 < 0x20 || $0 == 0x7F })
    }
}
