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
    /// Whether what is read is also summed up.
    let hasChecksums: Bool
    /// Of a root, on a storage thread.
    let backend: @Sendable (RootID) throws -> any StorageBackend
    /// Threads for calls to storages.
    let pool: BlockingPool
    /// Told of a file that is not what the catalog knew.
    let onStale: @Sendable (RootID, StoragePath) async -> Void

    /// A file, open.
    ///
    /// - Throws: `CatalogError`, whatever is in the way of the content that the catalog knew.
    func open(_ member: Int) async throws -> any StorageReader {
        try await tellingOfStale {
            try await pool.run { try openBlocking(member, backend(members.rootID(member)).openReader) }
        }
    }

    /// A member that is not what the catalog knew.
    private struct Stale: Error {
        let member: Int
        let error: CatalogError
    }

    private func tellingOfStale<Value: Sendable>(
        _ body: () async throws -> Value
    ) async throws -> Value {
        do { return try await body() } catch let stale as Stale {
            if let path = try? members.path(stale.member) { await onStale(members.rootID(stale.member), path) }
            throw stale.error
        }
    }

    private func openBlocking(
        _ member: Int, _ open: (StoragePath) throws -> any StorageReader
    ) throws -> any StorageReader {
        let reader: any StorageReader
        do { reader = try open(members.path(member)) } catch let error as CatalogError where error.code == .notFound {
            throw Stale(member: member, error: error)
        }
        guard reader.sizeBytes == members.sizeBytes(member),
            // Some servers say whole seconds in one answer and more in another.
            ModificationTime.agree(reader.modifiedNS, members.modifiedNS(member))
        else { throw Stale(member: member, error: changed(member)) }
        return reader
    }

    func changed(_ member: Int) -> CatalogError {
        CatalogError(
            .dataLoss, "Internal server error", cause: "the file \(members.entryID(member)) of an archive has changed")
    }

    /// Small files of one storage, whole, in any order.
    func small(_ wanted: [Int]) async throws -> [Small] {
        try await tellingOfStale { try await smallOrStale(wanted) }
    }

    private func smallOrStale(_ wanted: [Int]) async throws -> [Small] {
        guard let first = wanted.first else { return [] }
        let isRemote = try await pool.run { try backend(members.rootID(first)).listingsAtOnce != nil }
        guard isRemote, wanted.count > 1 else { return try await pool.run { try smallBlocking(wanted) } }
        return try await withThrowingTaskGroup(of: [Small].self) { group in
            for lane in 0..<min(Self.remoteLanes, wanted.count) {
                let part = stride(from: lane, to: wanted.count, by: Self.remoteLanes).map { wanted[$0] }
                group.addTask { try await pool.run { try smallBlocking(part) } }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func smallBlocking(_ wanted: [Int]) throws -> [Small] {
        guard let first = wanted.first else { return [] }
        let total = wanted.reduce(0) { $0 + Int(members.sizeBytes($1)) }
        // One for all: they are sent together, and let go together.
        var buffer = ByteBufferAllocator().buffer(capacity: total)
        try backend(members.rootID(first)).withReaders { open in
            for member in wanted { try read(openBlocking(member, open), of: member, to: &buffer) }
        }
        return try wanted.map { member in
            guard let content = buffer.readSlice(length: Int(members.sizeBytes(member))) else { throw changed(member) }
            return Small(member: member, content: content, checksum: hasChecksums ? Checksum.of(content) : 0)
        }
    }

    /// All of an open file.
    private func read(_ reader: any StorageReader, of member: Int, to buffer: inout ByteBuffer) throws {
        let count = Int(members.sizeBytes(member))
        guard count > 0 else { return }
        let read = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: target[..<count]), at: 0)
        }
        guard read == count else { throw changed(member) }
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
