import CatalogCore
import CatalogStorage
import NIOCore
import Synchronization

/// Reads the files of an archive from their storages, and nothing but the files that the catalog knew: one that is gone, or has
/// another size or time now, is a failure. The length of the archive is promised by then, so the connection breaks.
struct ArchiveSource: Sendable {
    /// A file up to this size is read in one go, many of them with one change of threads.
    static let smallBytes: Int64 = 64 << 10
    /// Questions to another machine at the same time.
    private static let remoteLanes = 4

    /// A small file, read.
    struct Small: Sendable {
        let member: Int
        let content: ByteBuffer
        let checksum: UInt32
    }

    let members: ArchiveMembers
    /// Of a root, on a storage thread.
    let backend: @Sendable (RootID) throws -> any StorageBackend
    /// Threads for calls to storages.
    let pool: BlockingPool

    /// A file, open.
    ///
    /// - Throws: `CatalogError`, whatever is in the way of the content that the catalog knew.
    func open(_ member: Int) async throws -> any StorageReader {
        try await pool.run { try openBlocking(member) }
    }

    private func openBlocking(_ member: Int) throws -> any StorageReader {
        let reader = try backend(members.rootID(member)).openReader(try members.path(member))
        guard reader.sizeBytes == members.sizeBytes(member),
            // Some servers say whole seconds in one answer and more in another.
            ModificationTime.agree(reader.modifiedNS, members.modifiedNS(member))
        else { throw changed(member) }
        return reader
    }

    func changed(_ member: Int) -> CatalogError {
        CatalogError(
            .dataLoss, "Internal server error", cause: "the file \(members.entryID(member)) of an archive has changed")
    }

    /// Small files, whole, in any order.
    func small(_ wanted: [Int]) async throws -> [Small] {
        guard let first = wanted.first else { return [] }
        let isRemote = try await pool.run { try backend(members.rootID(first)).listingsAtOnce != nil }
        guard isRemote, wanted.count > 1 else { return try await pool.run { try wanted.map(smallBlocking) } }
        return try await withThrowingTaskGroup(of: [Small].self) { group in
            for lane in 0..<min(Self.remoteLanes, wanted.count) {
                let part = stride(from: lane, to: wanted.count, by: Self.remoteLanes).map { wanted[$0] }
                group.addTask { try await pool.run { try part.map(smallBlocking) } }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func smallBlocking(_ member: Int) throws -> Small {
        let reader = try openBlocking(member)
        let content = try readBlocking(reader, member, at: 0, count: Int(members.sizeBytes(member)))
        return Small(member: member, content: content, checksum: Checksum.of(content))
    }

    /// Exactly so many bytes of an open file.
    func readBlocking(_ reader: any StorageReader, _ member: Int, at offset: Int64, count: Int) throws -> ByteBuffer {
        guard count > 0 else { return ByteBuffer() }
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: target[..<count]), at: offset)
        }
        guard buffer.readableBytes == count else { throw changed(member) }
        return buffer
    }
}

/// The backends of an archive, each asked for once.
final class ArchiveBackends: Sendable {
    private let known = Mutex<[RootID: any StorageBackend]>([:])
    private let roots: StorageRootService

    init(roots: StorageRootService) {
        self.roots = roots
    }

    /// Blocks: belongs on a storage thread.
    func backend(of id: RootID) throws -> any StorageBackend {
        if let backend = known.withLock({ $0[id] }) { return backend }
        let backend = try roots.backendBlocking(of: id)
        known.withLock { $0[id] = backend }
        return backend
    }
}
