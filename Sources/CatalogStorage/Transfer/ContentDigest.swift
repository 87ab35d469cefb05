import CatalogCore
import Crypto

/// A hash over the content of a file (SHA-256) while it passes by, and how much of it did.
struct ContentDigest {
    private var hash = SHA256()
    private(set) var bytes: Int64 = 0

    mutating func update(_ part: UnsafeRawBufferPointer) {
        hash.update(bufferPointer: part)
        bytes += Int64(part.count)
    }

    /// Over all that has passed so far; more may follow.
    var text: String { Hexadecimal.text(of: hash.finalize()) }
}

/// Reads a file piece by piece through one buffer. Blocks.
struct PieceReader: ~Copyable {
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Limits.storageReadBytes, alignment: 16)

    deinit { buffer.deallocate() }

    /// Hands out the bytes of `range`, in order. A file that ends earlier gives fewer.
    ///
    /// - Parameter body: gets each piece; throws to stop.
    func forEach(
        _ reader: any StorageReader, in range: Range<Int64>, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let wanted = Int(min(Int64(buffer.count), range.upperBound - offset))
            let count = try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: offset)
            guard count > 0 else { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
    }
}
