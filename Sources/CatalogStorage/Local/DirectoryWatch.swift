import CatalogCore
import Glibc
import Synchronization

/// Watches the directories of a local root, one by one, and says which of them have changed.
///
/// It keeps nothing open of the root, so that a disk can be unmounted.
package final class DirectoryWatch: Sendable {
    /// What became of the wish to watch a directory.
    package enum Outcome: Sendable {
        case watched
        /// It was before, at this same place.
        case alreadyWatched
        /// It is not there any more, cannot be opened, or lies in one that is not watched.
        case gone
        /// The system lets this user watch no more (`fs.inotify.max_user_watches`), or has no files or memory left for it now.
        case limitReached
    }

    /// What happened.
    package struct News: Sendable {
        /// Directories whose entries are not what they were.
        package var changed: Set<NativePath> = []
        /// Directories that were made or moved here; neither they nor what is in them is watched yet.
        package var appeared: [NativePath] = []
        /// More happened than the system could tell of.
        package var isIncomplete = false
        /// The root itself was removed, renamed or unmounted: nothing is told any more.
        package var isRootGone = false

        /// Whether nothing happened.
        package var isEmpty: Bool { changed.isEmpty && appeared.isEmpty && !isIncomplete && !isRootGone }
    }

    private let openRoot: @Sendable () throws -> LocalRoot
    private let notices: ChangeNotices
    private let tree = Mutex(WatchedTree())

    init(openRoot: @escaping @Sendable () throws -> LocalRoot) throws {
        self.openRoot = openRoot
        notices = try ChangeNotices()
    }

    /// How many directories are watched.
    package var count: Int { tree.withLock(\.count) }

    /// Watches directories, the root first and each one after its parent. Blocks.
    ///
    /// - Parameter onNew: called with each that was not watched before, or at another place.
    /// - Returns: what became of the last of them; the first that is one too many ends it.
    @discardableResult package func add(
        _ directories: some Sequence<NativePath>, onNew: (NativePath) -> Void = { _ in }
    ) -> Outcome {
        guard let root = try? openRoot() else { return .gone }
        var outcome = Outcome.watched
        for directory in directories where outcome != .limitReached {
            outcome = add(directory, of: root)
            if outcome == .watched { onNew(directory) }
        }
        return outcome
    }

    private func add(_ directory: NativePath, of root: LocalRoot) -> Outcome {
        do {
            guard !root.hides(directory) else { return .gone }
            let handle = try root.open(directory, flags: O_RDONLY | O_DIRECTORY | O_NOFOLLOW, followsLinks: false)
            let number = try notices.watch(handle)
            let outcome = tree.withLock { tree -> Outcome in
                if tree.path(of: number) == directory { return .alreadyWatched }
                return tree.insert(number, at: directory) ? .watched : .gone
            }
            if outcome == .gone { notices.unwatch(number) }
            return outcome
        } catch {
            let number = (error as? SystemFailure)?.number
            return number.map { [ENOSPC, EMFILE, ENFILE, ENOMEM].contains($0) } == true ? .limitReached : .gone
        }
    }

    /// Waits for changes. Blocks for so long at most.
    ///
    /// - Parameter isIgnored: whether nobody wants to know of a name.
    package func news(
        within milliseconds: Int32, ignoring isIgnored: (UnsafeRawBufferPointer) -> Bool
    ) -> News {
        var news = News()
        for notice in notices.wait(milliseconds: milliseconds) where !notice.name.withUnsafeBytes(isIgnored) {
            tree.withLock { note(notice, in: &$0, &news) }
        }
        return news
    }

    private func note(_ notice: ChangeNotices.Notice, in tree: inout WatchedTree, _ news: inout News) {
        if notice.has(Int32(IN_Q_OVERFLOW)) { news.isIncomplete = true }
        if notice.has(Int32(IN_IGNORED)) {
            if notice.directory == tree.root { news.isRootGone = true }
            tree.forget(notice.directory)
            return
        }
        guard var path = tree.path(of: notice.directory) else { return }
        if notice.directory == tree.root, notice.has(IN_DELETE_SELF) || notice.has(IN_MOVE_SELF) {
            news.isRootGone = true
        }
        news.changed.insert(path)
        guard notice.isAboutDirectory, !notice.name.isEmpty else { return }
        if notice.has(IN_MOVED_FROM), let child = tree.child(notice.name, of: notice.directory) {
            // Where it is now it is watched anew.
            for number in tree.forget(child) { notices.unwatch(number) }
        }
        // One that could not be opened when it came may have become readable.
        let isOpened = notice.has(IN_ATTRIB) && tree.child(notice.name, of: notice.directory) == nil
        if notice.has(IN_CREATE) || notice.has(IN_MOVED_TO) || isOpened {
            path.append(notice.name)
            news.appeared.append(path)
        }
    }
}
