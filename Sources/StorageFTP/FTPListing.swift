import CatalogCore
import CatalogStorage

/// Reads what a server sends for `MLSD` or `LIST`, line by line as it comes.
struct FTPListing {
    /// A name with its facts and what is to be said first of all: RFC 3659 allows no line this long.
    private static let lineBytesMax = 64 << 10

    /// How one line is read: nil for lines that stand for no entry. Throws for one that cannot be read.
    typealias LineParser = (ArraySlice<UInt8>) throws -> FTPLine?

    private let parse: LineParser
    private var line: [UInt8] = []
    /// Lines that could not be read, such as the second half of a name with a line end in it.
    private(set) var unreadable: [[UInt8]] = []
    private var isAnyReadable = false

    init(_ parse: @escaping LineParser) {
        self.parse = parse
    }

    /// Takes the next bytes, and calls `body` for each entry in them.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ body: (FTPLine) throws -> Void) throws {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line += rest[rest.startIndex..<end]
            rest = rest[(end + 1)...]
            try finishLine(body)
        }
        line += rest
        guard line.count <= Self.lineBytesMax else { throw Self.unreadable(line.prefix(100)) }
    }

    /// To be called behind the last bytes: a line may lack its end.
    ///
    /// - Throws: `CatalogError.dataLoss` when no line at all could be read: the entries would count as gone.
    mutating func finish(_ body: (FTPLine) throws -> Void) throws {
        if !line.isEmpty { try finishLine(body) }
        if let first = unreadable.first, !isAnyReadable { throw Self.unreadable(first) }
    }

    private mutating func finishLine(_ body: (FTPLine) throws -> Void) throws {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else { return }
        let entry: FTPLine?
        do { entry = try parse(line[...]) } catch let error as CatalogError where error.code == .dataLoss {
            guard unreadable.count < Limits.directoryFailures else { throw error }
            return unreadable.append(line)
        }
        isAnyReadable = true
        if let entry { try body(entry) }
    }

    static func unreadable(_ line: some Sequence<UInt8>) -> CatalogError {
        CatalogError(
            .dataLoss, "The server's listing cannot be read",
            cause: "the line \"\(NameEncoding.text(of: Array(line.prefix(200))))\"")
    }
}

/// One entry of a listing.
struct FTPLine {
    let name: ArraySlice<UInt8>
    /// Nil for what is neither file, directory nor link.
    let entry: StorageEntry?
}
