import CatalogCore
import Synchronization

/// A file that comes from a client, piece by piece, and gets its name when all of it is there. Its calls block, and one thread at
/// a time makes them.
package final class IncomingFile: Sendable {
    private struct State {
        var writer: (any StorageWriter)?
        var digest = ContentDigest()
    }

    /// Where it is written until then.
    package let part: TransferPlace
    private let target: TransferPlace
    private let state: Mutex<State>

    /// Opens a part beside `target`, and makes the directories above it that are missing.
    ///
    /// - Parameter expectedBytes: how many will come, where that is known.
    /// - Throws: what the storage throws.
    package init(to target: TransferPlace, expecting expectedBytes: Int64? = nil) throws {
        self.target = target
        try TransferTarget(place: target, replaces: true).makeParents()
        part = target.at(try PartName.unique(for: target))
        state = Mutex(State(writer: try target.backend.openWriter(part.path, at: 0, expecting: expectedBytes)))
    }

    /// Looks whether a name may be taken, before anything is sent.
    ///
    /// - Throws: `CatalogError.alreadyExists`; `.conflict` for a directory.
    package static func checkName(_ target: TransferPlace, replacing: Bool) throws {
        try TransferTarget(place: target, replaces: replacing).checkName()
    }

    /// Whether a name is one that incoming files have before they get theirs.
    package static func isPart(_ name: [UInt8]) -> Bool { PartName.isUnique(name) }

    /// Appends a piece.
    ///
    /// - Throws: as `StorageWriter.write`.
    package func write(_ piece: UnsafeRawBufferPointer) throws {
        guard let writer = state.withLock({ $0.writer }) else {
            throw CatalogError.internalError("an incoming file is written after its end")
        }
        try writer.write(piece)
        state.withLock { $0.digest.update(piece) }
    }

    /// Waits until the storage has everything.
    ///
    /// - Throws: as `StorageWriter.finish`.
    package func close() throws {
        guard let writer = state.withLock({ $0.writer.take() }) else { return }
        try writer.finish()
    }

    /// Compares what was written with what came, and gives it its name.
    ///
    /// - Parameter replacing: whether a file that has the name goes.
    /// - Throws: `CatalogError.alreadyExists`, `.conflict`, `.dataLoss`, `.storageUnavailable`.
    package func finish(replacing: Bool) throws -> TransferOutcome {
        try close()
        let target = TransferTarget(place: target, replaces: replacing)
        try target.checkName()
        let digest = state.withLock { $0.digest }
        try target.settle(part.path, as: digest, check: { _ in }, lastLook: {})
        return TransferOutcome(
            sizeBytes: digest.bytes, digest: digest.text, resumedBytes: 0, isServerSide: false)
    }

    /// Removes what has come, when it will not become a file. After `finish` there is nothing to remove.
    package func abandon() {
        state.withLock { $0.writer = nil }
        try? part.backend.remove(part.path)
    }
}
