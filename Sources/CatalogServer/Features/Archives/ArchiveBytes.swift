import CatalogCore
import NIOCore

/// A part of an archive whose layout is known, piece by piece, for one task.
struct ArchiveBytes {
    /// What is gathered of small sections before it is handed on.
    private static let pieceBytes = 128 << 10

    private let layout: any ArchiveLayout
    private let reading: MemberReading
    private let checksums: MemberChecksums?
    private var offset: Int64
    private let end: Int64
    /// The member behind the last one of which something is wanted.
    private let membersEnd: Int
    private var content: LargeMember?

    /// - Parameters:
    ///   - part: of the archive.
    ///   - checksums: nil for a layout without any.
    init(
        _ part: Range<Int64>, of layout: any ArchiveLayout, _ reading: MemberReading, checksums: MemberChecksums?
    ) {
        (self.layout, self.reading, self.checksums) = (layout, reading, checksums)
        (offset, end) = (part.lowerBound, part.upperBound)
        membersEnd =
            switch part.isEmpty ? .end : layout.section(at: part.upperBound - 1).content {
            case .header(let member), .file(let member), .trailer(let member): member + 1
            case .index, .end: reading.members.count
            }
    }

    /// The next bytes; none while files are read again whose checksums are needed; nil at the end.
    ///
    /// - Throws: `CatalogError` when a file is not to be had as the catalog knew it.
    mutating func next() async throws -> ByteBuffer? {
        if content != nil, let piece = try await nextOfContent() { return piece }
        // A small file and its header go over it; a piece that grew would be copied.
        var piece = ByteBufferAllocator().buffer(
            capacity: Int(min(Int64(Self.pieceBytes + 2 * Int(ArchiveSource.smallBytes)), end - offset)))
        while offset < end, piece.readableBytes < Self.pieceBytes {
            let section = layout.section(at: offset)
            let part = section.range.clamped(to: offset..<end)
            if case .file(let member) = section.content {
                guard part == section.range, reading.isSmall(member) else {
                    content = try await reading.large(member, part.moved(by: -section.range.lowerBound))
                    break
                }
                let small = try await reading.small(member, before: membersEnd)
                piece.writeImmutableBuffer(small.content)
                checksums?.add(small.checksum, of: 0..<Int64(small.content.readableBytes), member)
            } else {
                if case .header(let member) = section.content { try await checkEmpty(member) }
                let wanted = layout.checksummed(in: section)
                if !wanted.isEmpty, try await checksums?.learn(wanted, reading) == false { return piece }
                let bytes = layout.bytes(of: section) { checksums?.value($0) ?? 0 }
                let shown = part.moved(by: -section.range.lowerBound)
                piece.writeBytes(bytes[Int(shown.lowerBound)..<Int(shown.upperBound)])
            }
            offset = part.upperBound
        }
        if piece.readableBytes == 0, content != nil { return try await nextOfContent() ?? piece }
        return piece.readableBytes > 0 ? piece : nil
    }

    /// A file without content has no section of its own, but may have content by now.
    private func checkEmpty(_ member: Int) async throws {
        guard !reading.members.isDirectory(member), reading.members.sizeBytes(member) == 0 else { return }
        _ = try await reading.small(member, before: membersEnd)
    }

    private mutating func nextOfContent() async throws -> ByteBuffer? {
        guard var content else { return nil }
        if let piece = try await content.next() {
            self.content = content
            offset += Int64(piece.readableBytes)
            return piece
        }
        checksums?.add(content.checksum, of: content.part, content.member)
        self.content = nil
        return nil
    }
}

extension Range<Int64> {
    func moved(by distance: Int64) -> Range<Int64> { (lowerBound + distance)..<(upperBound + distance) }
}
