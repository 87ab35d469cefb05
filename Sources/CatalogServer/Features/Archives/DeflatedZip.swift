import CatalogCore
import CatalogStorage
import NIOCore

/// A zip archive whose members are compressed, but for those that are compressed already. How long they become shows only on the
/// way, so there is no layout of it.
final class DeflatedZip: ArchiveBody {
    /// What is gathered of small members before it is handed on.
    private static let pieceBytes = 128 << 10
    /// Formats among pictures, sounds and films that are not compressed.
    private static let plainExtensions: Set = [
        "aif", "aiff", "bmp", "dng", "iso", "pcm", "psd", "raw", "svg", "tar", "tga", "tif", "tiff", "wav",
    ]

    private let members: ArchiveMembers
    private let threads: ArchiveThreads
    private var input: DeflatedZipInput
    /// What became of each member.
    private var sizes: [Int64]
    private var checksums: [UInt32]
    private var offsets: [Int64]
    private var position: Int64 = 0
    private var member = 0
    private var piece = ByteBuffer()

    init(_ reading: MemberReading, threads: ArchiveThreads) {
        (members, self.threads) = (reading.members, threads)
        input = DeflatedZipInput(reading)
        sizes = [Int64](repeating: 0, count: reading.members.count)
        checksums = [UInt32](repeating: 0, count: reading.members.count)
        offsets = [Int64](repeating: 0, count: reading.members.count)
    }

    /// Whether the content of a file may become shorter.
    static func isDeflated(_ name: [UInt8], sizeBytes: Int64) -> Bool {
        guard sizeBytes > 0 else { return false }
        let known = FileExtension.of(name)
        if let known, plainExtensions.contains(known) { return true }
        return switch FileType.of(fileExtension: known) {
        case .video, .audio, .image, .archive: false
        default: true
        }
    }

    func send(to sink: (ByteBuffer) async throws -> Void) async throws {
        try await OrderedWork.run(width: threads.width) {
            try await self.input.next()
        } work: { [threads] (part: DeflatedZipInput.Part) in
            try await part.packed(threads)
        } emit: { part in
            self.add(part)
            try await self.flush(atLeast: Self.pieceBytes, to: sink)
        }
        let start = position
        for member in 0..<members.count {
            put(record(member).indexEntry())
            try await flush(atLeast: Self.pieceBytes, to: sink)
        }
        put(ZipEnd(count: members.count, index: start..<position).bytes())
        try await flush(atLeast: 1, to: sink)
    }

    private func add(_ part: DeflatedZipInput.Packed) {
        switch part {
        case .begin(let next):
            member = next
            offsets[member] = position
            put(record(member).header())
        case .content(let block):
            sizes[member] += Int64(block.packed.readableBytes)
            position += Int64(block.packed.readableBytes)
            checksums[member] = Checksum.combine(checksums[member], block.checksum, count: block.plainBytes)
            piece.writeImmutableBuffer(block.packed)
        case .end:
            if record(member).isDeflated {
                put(DeflateBlock.end)
                sizes[member] += Int64(DeflateBlock.end.count)
            }
            put(record(member).descriptor())
        }
    }

    private func record(_ member: Int) -> ZipRecord {
        var record = ZipRecord(of: member, in: members)
        record.isDeflated = Self.isDeflated(members.ownName(member), sizeBytes: members.sizeBytes(member))
        if record.isDeflated { record.packedBytes = sizes[member] }
        record.checksum = checksums[member]
        record.offset = offsets[member]
        return record
    }

    private func put(_ bytes: [UInt8]) {
        piece.writeBytes(bytes)
        position += Int64(bytes.count)
    }

    private func flush(atLeast count: Int, to sink: (ByteBuffer) async throws -> Void) async throws {
        guard piece.readableBytes >= count else { return }
        let full = piece
        piece = ByteBuffer()
        try await sink(full)
    }
}

/// The members of an archive in pieces that can be compressed side by side.
struct DeflatedZipInput {
    enum Part: Sendable {
        case begin(Int)
        case stored(ByteBuffer)
        case block(DeflateBlock)
        case end

        func packed(_ threads: ArchiveThreads) async throws -> Packed {
            switch self {
            case .begin(let member): .begin(member)
            case .end: .end
            case .block(let block): .content(try await threads.pool.run { try block.deflated() })
            case .stored(let plain):
                .content(
                    try await threads.pool.run {
                        DeflatedBlock(
                            packed: plain, checksum: Checksum.of(plain), plainBytes: Int64(plain.readableBytes))
                    })
            }
        }
    }

    enum Packed: Sendable {
        case begin(Int)
        case content(DeflatedBlock)
        case end
    }

    private let reading: MemberReading
    private var member = 0
    private var content: LargeMember?
    private var window: ByteBuffer?
    private var isDeflated = false
    private var ready: [Part] = []

    init(_ reading: MemberReading) {
        self.reading = reading
    }

    /// Nil at the end.
    mutating func next() async throws -> Part? {
        if ready.isEmpty { try await fill() }
        return ready.isEmpty ? nil : ready.removeFirst()
    }

    private mutating func fill() async throws {
        if content != nil { return try await goOn() }
        guard member < reading.members.count else { return }
        let size = reading.members.sizeBytes(member)
        isDeflated = DeflatedZip.isDeflated(reading.members.ownName(member), sizeBytes: size)
        window = nil
        ready.append(.begin(member))
        if !reading.members.isDirectory(member), !reading.isSmall(member) {
            content = try await reading.large(member, 0..<size)
            return
        }
        if !reading.members.isDirectory(member) {
            let small = try await reading.small(member, before: reading.members.count)
            if size > 0 { add(small.content) }
        }
        end()
    }

    private mutating func goOn() async throws {
        var plain = ByteBuffer()
        while plain.readableBytes < DeflateBlock.byteCount, let piece = try await content?.next() {
            plain.writeImmutableBuffer(piece)
        }
        guard plain.readableBytes == 0 else { return add(plain) }
        content = nil
        end()
    }

    private mutating func add(_ plain: ByteBuffer) {
        guard isDeflated else { return ready.append(.stored(plain)) }
        let block = DeflateBlock(plain: plain, before: window)
        window = block.window
        ready.append(.block(block))
    }

    private mutating func end() {
        ready.append(.end)
        member += 1
    }
}
