import CatalogCore
import CatalogStorage
import NIOCore

/// The bytes of an archive, or of a part of one, for one task.
protocol ArchiveBody {
    /// Makes them and hands them on in order. Now and then there are none in what is handed on: then something takes its time.
    ///
    /// - Throws: `CatalogError` when a file is not to be had as the catalog knew it; what `sink` throws.
    func send(to sink: (ByteBuffer) async throws -> Void) async throws
}

/// An archive that is sent as its layout says.
struct PlainArchive: ArchiveBody {
    let bytes: ArchiveBytes

    func send(to sink: (ByteBuffer) async throws -> Void) async throws {
        var bytes = bytes
        while let piece = try await bytes.next() { try await sink(piece) }
    }
}

/// An archive that is compressed as a whole. *Source*: RFC 1952.
struct GzipArchive: ArchiveBody {
    let bytes: ArchiveBytes
    let threads: ArchiveThreads

    func send(to sink: (ByteBuffer) async throws -> Void) async throws {
        // No name, no time; made on Unix.
        try await sink(ByteBuffer(bytes: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]))
        var bytes = bytes
        var window: ByteBuffer?
        var checksum: UInt32 = 0
        var plainBytes: Int64 = 0
        try await OrderedWork.run(width: threads.width) {
            var plain = ByteBuffer()
            while plain.readableBytes < DeflateBlock.byteCount, let piece = try await bytes.next() {
                plain.writeImmutableBuffer(piece)
            }
            guard plain.readableBytes > 0 else { return nil }
            let block = DeflateBlock(plain: plain, before: window)
            window = block.window
            return block
        } work: { [threads] (block: DeflateBlock) in
            try await threads.pool.run { try block.deflated() }
        } emit: { block in
            checksum = Checksum.combine(checksum, block.checksum, count: block.plainBytes)
            plainBytes += block.plainBytes
            try await sink(block.packed)
        }
        var end = LittleEndianBytes()
        end.put(DeflateBlock.end)
        end.put(checksum)
        end.put(UInt32(truncatingIfNeeded: plainBytes))
        try await sink(ByteBuffer(bytes: end.bytes))
    }
}

/// Where archives are compressed.
struct ArchiveThreads: Sendable {
    let pool: BlockingPool
    /// Pieces of one archive that are on their way: while some are compressed, others are read and sent.
    let width: Int

    init() {
        let count = System.coreCount
        pool = BlockingPool(name: "archive", threads: count, queueLimit: 4_096)
        width = 2 * count + 1
    }
}
