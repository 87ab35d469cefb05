import CatalogCore
import CatalogStorage
import ServiceLifecycle
import Synchronization

/// Files that were sent a moment ago and are still open: a player that jumps through a film asks for one range after the
/// other, and only the first costs a look into the catalog and an open.
///
/// A file is looked at before each use and let go when it is not the one that was opened. As a service the cache closes
/// what nobody asks for any more.
package final class OpenFileCache: Service {
    private struct Kept {
        let file: OpenFile
        let rootID: RootID
        let path: StoragePath
        /// `StorageRootService.generation` before the file was opened.
        let generation: Int
        let openedAt: Int64
    }

    private static let sweepInterval = Duration.seconds(1)
    private let kept = Mutex<[EntryID: Kept]>([:])
    private let time: TimeSource

    /// - Parameter time: should never jump.
    init(time: TimeSource = .monotonic) {
        self.time = time
    }

    /// The open file of an entry, when it is known, unchanged and within `scope`.
    ///
    /// - Parameter generation: `StorageRootService.generation` now.
    func find(_ id: EntryID, scope: AccessScope, generation: Int) -> OpenFile? {
        guard let known = kept.withLock({ $0[id] }), known.generation == generation,
            scope.sight(of: known.path, in: known.rootID) == .whole, !isOver(known), known.file.reader.isUnchanged,
            // What a link leads to may be anywhere in its root.
            known.file.entry.kind != .link || scope.allowsWhole(known.rootID)
        else { return nil }
        return known.file
    }

    /// Keeps a file that was opened while the generation was `generation`.
    func keep(_ file: OpenFile, of rootID: RootID, at path: StoragePath, generation: Int) {
        let entry = Kept(file: file, rootID: rootID, path: path, generation: generation, openedAt: time.now)
        kept.withLock { kept in
            if kept.count >= Limits.openFilesKept { kept = kept.filter { !isOver($0.value) } }
            guard kept.count < Limits.openFilesKept || kept[file.entry.id] != nil else { return }
            kept[file.entry.id] = entry
        }
    }

    /// Closes what has been open for long enough; running answers keep their own hold.
    func sweep() {
        kept.withLock { kept in
            guard kept.contains(where: { isOver($0.value) }) else { return }
            kept = kept.filter { !isOver($0.value) }
        }
    }

    /// Sweeps until graceful shutdown, then closes everything.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.sweepInterval)) != nil { self.sweep() }
        }
        closeAll()
    }

    /// Closes everything at once; running answers keep their own hold.
    package func closeAll() {
        kept.withLock { $0.removeAll() }
    }

    private func isOver(_ known: Kept) -> Bool {
        time.now - known.openedAt >= Limits.openFileMicroseconds
    }
}
