import CatalogCore
import CatalogJobs
import CatalogStorage
import Glibc

/// The list phase: one of the threads that walk a root, depth first each, and pass what they find to the writer.
///
/// A directory whose digest the catalog has is passed on as "unchanged"; nothing else of it is looked at. A resumed scan
/// steps over directories that it has finished, and a quick one over those whose own times did not change: in both cases the
/// walk goes on in the sub-directories that the catalog has.
///
/// A walker that has nothing to do gets half of what another one has still to visit. The writer sees every directory after
/// its parent all the same: one walker's batches arrive in their order, and work changes hands after the batch that it
/// comes from.
struct TreeWalker {
    private static let niceness: Int32 = 5
    private let backend: any StorageBackend
    private let rules: WalkRules
    private let tree: KnownTree
    private let shares: WalkShares
    private let channel: BoundedChannel<WalkBatch>
    private let stop: StopSignal
    private var pending = PendingDirectories()
    private var listing = DirectoryListing()
    private var digester = DirectoryDigester()
    private var batch = WalkBatch()
    private var lastSend = WalkClock.seconds()

    init(
        backend: any StorageBackend, rules: WalkRules, tree: KnownTree, shares: WalkShares,
        channel: BoundedChannel<WalkBatch>, stop: StopSignal
    ) {
        self.backend = backend
        self.rules = rules
        self.tree = tree
        self.shares = shares
        self.channel = channel
        self.stop = stop
    }

    /// Walks until nobody has anything left to visit. Blocks.
    ///
    /// Ends the whole walk with `CatalogError.cancelled` when told to stop, and with the error of the root's own listing,
    /// since then nothing is known of anything.
    mutating func run() {
        // Everything waits for the writer, and people for their requests. The thread belongs to this walk only.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
        do {
            while let share = shares.take() {
                pending = share
                try walkShare()
                shares.finishShare()
            }
        } catch {
            shares.end(error)
        }
    }

    private mutating func walkShare() throws {
        while let next = pending.next() {
            try stop.check()
            guard !shares.isOver else { throw CatalogError(.cancelled, "Stopped") }
            try visit(next)
            let given = pending.takeShares(for: shares.wantedCount)
            if !given.isEmpty {
                try send()
                given.forEach(shares.give)
            } else if batch.isFull || WalkClock.seconds() - lastSend > 0.25 {
                try send()
            }
        }
        try send()
    }

    private mutating func visit(_ directory: PendingDirectories.Found) throws {
        if let known = directory.known, let now = lookIfSteppedOver(directory, known) {
            pass(directory, .unchanged, entryCount: tree[known].entryCount, device: now.device)
            pending.enter(tree[known].digest)
            return pushKnownChildren(of: known, directory, device: now.device)
        }
        listing.removeAll()
        let startedAt = WalkClock.wallNanoseconds()
        do {
            try backend.list(pending.path, into: &listing)
            try rules.checkPlace(
                of: listing, known: directory.known.map { tree[$0] }, parentDevice: directory.parentDevice)
        } catch let error as CatalogError {
            return try noteFailure(error, of: directory)
        }
        try shares.count(listing)
        leaveOut()
        listing.sortByName()
        let seen = digester.digest(of: listing)
        guard !pending.digests.haveLoop(seen, of: listing) else {
            batch.errors.append(.linkLoop(at: pending.path.text))
            return pass(directory, .failed, entryCount: 0, device: nil)
        }
        pending.enter(seen)
        let digest = listing.failures.isEmpty ? seen : nil
        let isSettled = listing.isSettled(at: startedAt)
        if let known = directory.known, let digest, isUnchanged(tree[known], digest, isSettled: isSettled) {
            pass(directory, .unchanged, entryCount: listing.entries.count, device: listing.device)
            pushKnownChildren(of: known, directory, device: listing.device)
        } else {
            passListing(of: directory, digest: digest, isSettled: isSettled)
        }
    }

    /// What the directory is now, where its listing is not needed: it is done in a resumed scan, or a quick one sees that it
    /// is as it was. Nil where it has to be listed.
    private func lookIfSteppedOver(_ directory: PendingDirectories.Found, _ index: KnownTree.Index) -> StorageEntry? {
        let known = tree[index]
        guard known.isDone || (rules.type == .quick && known.digest != nil) else { return nil }
        let now = try? backend.statDirectory(pending.path)
        if directory.depth == 0 {
            guard let now, rules.isRoot(device: now.device, inode: now.inode) else { return nil }
        }
        if known.isDone {
            var unseen = StorageEntry(kind: .directory)
            unseen.device = known.device
            return now ?? unseen
        }
        return now.flatMap { known.isSame($0) ? $0 : nil }
    }

    /// Whether the rows of a listed directory say all that its listing does.
    private func isUnchanged(_ known: KnownTree.Directory, _ digest: DirectoryDigest, isSettled: Bool) -> Bool {
        rules.type != .full && digest == known.digest && (known.modifiedNS == listing.modifiedNS || !isSettled)
    }

    /// Makes an error row of a directory that could not be listed.
    ///
    /// - Throws: the error itself when nothing can be known any more: it was the root, or the root has gone meanwhile.
    private mutating func noteFailure(_ error: CatalogError, of directory: PendingDirectories.Found) throws {
        if directory.depth == rules.start.components.count { throw error }
        if error.code == .storageUnavailable { _ = try backend.probe() }
        batch.errors.append(ScanErrorRow(path: pending.path.text, error: error))
        pass(directory, .failed, entryCount: 0, device: nil)
    }

    /// Takes out of the listing what the rules skip.
    private mutating func leaveOut() {
        let patterns = rules.patterns
        let scope = patterns.choosesByPath ? patterns.scope(of: pending.path) : nil
        let names = listing.names
        names.withUnsafeBytes { names in
            listing.entries.removeAll { entry in
                let start = Int(entry.nameOffset)
                let name = UnsafeRawBufferPointer(rebasing: names[start..<(start + Int(entry.nameLength))])
                return patterns.skips(name) || scope.map { !$0.admits(name, kind: entry.kind) } ?? false
            }
        }
    }

    private mutating func pushKnownChildren(
        of index: KnownTree.Index, _ directory: PendingDirectories.Found, device: Int64
    ) {
        for child in tree[index].children.reversed() {
            let found = PendingDirectories.Found(
                reference: .known(tree[child].id), known: child, depth: directory.depth + 1, parentDevice: device)
            tree.withName(of: child) { push(found, name: $0) }
        }
    }

    /// Puts a sub-directory of this one on the stack, unless it lies too deep.
    private mutating func push(_ directory: PendingDirectories.Found, name: UnsafeRawBufferPointer) {
        let limit = min(rules.maxDepth ?? Limits.directoryDepth, Limits.directoryDepth)
        guard directory.depth > limit else { return pending.push(directory, name: name) }
        batch.errors.append(
            ScanErrorRow(
                path: joined(Array(name)), code: "depthLimit",
                message: "Deeper than the limit of \(limit) directories; not entered"))
    }

    /// Passes on a changed listing and puts its sub-directories on the stack.
    private mutating func passListing(
        of directory: PendingDirectories.Found, digest: DirectoryDigest?, isSettled: Bool
    ) {
        let firstEntry = batch.entries.count
        let nameBase = UInt32(batch.names.count)
        batch.names += listing.names
        let (children, awayNames) = passEntries(of: directory, nameBase: nameBase)
        for child in children.reversed() {
            listing.withName(of: child.entry) { push(child.found, name: $0) }
        }
        let keptNames = noteFailures() + awayNames
        let part = ListedDirectory(
            entries: firstEntry..<batch.entries.count, keptNames: keptNames,
            digest: keptNames.isEmpty ? digest : nil, modifiedNS: listing.modifiedNS, changedNS: listing.changedNS,
            birthNS: listing.birthNS, device: listing.device, inode: listing.inode, isSettled: isSettled)
        pass(directory, .listed(part), entryCount: listing.entries.count, device: listing.device)
    }

    /// Passes on the entries of a listing.
    ///
    /// - Returns: the sub-directories among them, and the names of mounts that are not among them.
    private mutating func passEntries(
        of directory: PendingDirectories.Found, nameBase: UInt32
    ) -> (children: [(entry: ListedEntry, found: PendingDirectories.Found)], awayNames: [[UInt8]]) {
        var known = directory.known.map { tree[$0].children } ?? 0..<0
        var children: [(entry: ListedEntry, found: PendingDirectories.Found)] = []
        var awayNames: [[UInt8]] = []
        for listed in listing.entries {
            var number: Int?
            if listed.kind == .directory {
                let match = takeKnown(listed, from: &known, &awayNames)
                number = match == nil ? shares.takeFoundNumber() : nil
                let reference = match.map { DirectoryReference.known(tree[$0].id) } ?? .found(number ?? 0)
                let found = PendingDirectories.Found(
                    reference: reference, known: match, depth: directory.depth + 1, parentDevice: listing.device)
                children.append((listed, found))
            }
            var entry = listed
            entry.nameOffset += nameBase
            batch.entries.append(WalkedEntry(listed: entry, foundNumber: number, foldedName: fold(listed)))
        }
        for index in known { noteMissing(index, &awayNames) }
        return (children, awayNames)
    }
}

extension TreeWalker {
    private mutating func fold(_ entry: ListedEntry) -> Range<Int>? {
        guard let folded = listing.withName(of: entry, { TextFold.foldedName($0) }) else { return nil }
        let start = batch.foldedNames.count
        batch.foldedNames += folded
        return start..<batch.foldedNames.count
    }

    /// The known sub-directory with the name of `entry`; both sides are sorted, so earlier ones are not there any more.
    private mutating func takeKnown(
        _ entry: ListedEntry, from children: inout Range<KnownTree.Index>, _ awayNames: inout [[UInt8]]
    ) -> KnownTree.Index? {
        while let candidate = children.first {
            let order = listing.withName(of: entry) { name in
                tree.withName(of: candidate) { compareBytes($0, name) }
            }
            if order > 0 { return nil }
            children = (candidate + 1)..<children.upperBound
            if order == 0 { return candidate }
            noteMissing(candidate, &awayNames)
        }
        return nil
    }

    /// A mount may take the directory with it that it was mounted on, as automatic ones do: that is away, not deleted.
    private mutating func noteMissing(_ index: KnownTree.Index, _ awayNames: inout [[UInt8]]) {
        guard tree[index].isMountPoint, !rules.confirmsRemovals else { return }
        let name = tree.withName(of: index) { Array($0) }
        batch.errors.append(ScanErrorRow(path: joined(name), error: WalkRules.mountIsAway))
        awayNames.append(name)
    }

    /// Notes the names whose attributes could not be read.
    ///
    /// - Returns: these names; an empty one stands for those that nobody knows.
    private mutating func noteFailures() -> [[UInt8]] {
        for failure in listing.failures {
            batch.errors.append(ScanErrorRow(path: joined(failure.name), error: failure.error))
        }
        return listing.failures.map { $0.isNamed ? $0.name : [] }
    }

    private func joined(_ name: [UInt8]) -> String {
        let parent = pending.path.text
        let text = NameEncoding.text(of: name)
        return parent.isEmpty ? text : parent + "/" + text
    }

    /// - Parameter device: where the directory lies now; nil when nobody knows.
    private mutating func pass(
        _ directory: PendingDirectories.Found, _ outcome: WalkedDirectory.Outcome, entryCount: Int, device: Int64?
    ) {
        var walked = WalkedDirectory(reference: directory.reference, outcome: outcome, entryCount: entryCount)
        if let known = directory.known.map({ tree[$0] }), let device, known.device != device {
            walked.oldDevice = known.device
            walked.device = device
            walked.isDeviceRenumbered = directory.depth == 0 || known.isMountPoint
        }
        batch.directories.append(walked)
    }

    private mutating func send() throws {
        lastSend = WalkClock.seconds()
        guard !batch.isEmpty else { return }
        batch.currentPath = pending.path.text
        guard channel.send(batch) else { throw CatalogError(.cancelled, "Stopped") }
        // Small ones follow each other while work changes hands, and need no room for thousands.
        let wasFull = batch.isFull
        batch = WalkBatch()
        if wasFull { batch.entries.reserveCapacity(WalkBatch.entriesMax + 256) }
    }
}
