import CatalogCore
import Glibc
import Testing

@testable import catalogizer

@Suite("The writer of the log")
struct LogWriterTests {
    /// A pipe of the least size, closed with the value.
    private final class SmallPipe {
        let reader: Int32
        let writer: Int32

        init() {
            var ends: [Int32] = [0, 0]
            pipe(&ends)
            (reader, writer) = (ends[0], ends[1])
        }

        deinit {
            close(reader)
            close(writer)
        }

        /// Reads until `end` has been read.
        func text(through end: String) -> String {
            var text = ""
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while !text.hasSuffix(end) {
                let count = read(reader, &buffer, buffer.count)
                guard count > 0 else { break }
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return text
        }
    }

    @Test("Nobody waits for a reader that reads nothing, and what does not fit is counted")
    func stuckReader() {
        let pipe = SmallPipe()
        let writer = LogWriter(descriptor: pipe.writer)
        let line = String(repeating: "x", count: 1_023)
        // Four times what may wait: once that much again is on its way out.
        for _ in 0..<(Limits.logBacklogBytes / 256) { writer.write(line) }
        writer.flush(within: 0.01)
        let dropped = writer.takeDropped()
        #expect(dropped > 0)
        #expect(writer.takeDropped() == 0)

        let written = Limits.logBacklogBytes / 256 - dropped
        var read = ""
        while read.utf8.count < written * 1_024 { read += pipe.text(through: "\n") }
        #expect(read.utf8.count == written * 1_024)
        #expect(writer.hasRoom)
        writer.write("last")
        #expect(pipe.text(through: "last\n") == "last\n")
    }

    @Test("Lines come out whole and in order")
    func order() {
        let pipe = SmallPipe()
        let writer = LogWriter(descriptor: pipe.writer)
        for number in 0..<1_000 { writer.write("\(number)") }
        #expect(pipe.text(through: "999\n") == (0..<1_000).map { "\($0)\n" }.joined())
    }
}
