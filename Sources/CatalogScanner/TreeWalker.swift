import CatalogCore
import CatalogJobs
import CatalogStorage
import Glibc

/// What a walk leaves out, and how deep it goes.
struct WalkRules: Sendable {
    let type: ScanType
    let patterns: NamePatterns
    /// Directories below each other; nil means as deep as `Limits.directoryDepth`.
    let maxDepth: Int?
}

/// The list phase: walks a root depth first on a thread of its own and passes what it finds to the writer.
///
/// A directory whose digest the catalog has is passed on as "unchanged"; nothing else of it is looked at. A resumed scan
/// steps over directories that it has finished, and a quick one over those whose own times did not change: in both cases the
/// walk goes on in the sub-directories that the catalog has.
struct TreeWalker {
    private struct Pending {
        let reference: DirectoryReference
        let known: KnownTree.Index?
        /// Names above this one.
        let depth: Int
        let nameStart: Int
        let nameLength: Int
    }

    private let backend: any StorageBackend
    private let rules: WalkRules
    private let tree: KnownTree
    private let channel: BoundedChannel<WalkBatch>
    private let stop: StopSignal
    private var stack: [Pending] = []
    private var stackNames: [UInt8] = []
    private var path = NativePath()
    private var pathDepth = 0
    private var listing = DirectoryListing()
    private var digester = DirectoryDigester()
    private var batch = WalkBatch()
    private var foundCount = 0
    private var lastSend = Self.seconds()

    init(
        backend: any StorageBackend, rules: WalkRules, tree: KnownTree, channel: BoundedChannel<WalkBatch>,
        stop: StopSignal
    ) {
        self.backend = backend
        self.rules = rules
        self.tree = tree
        self.channel = channel
        self.stop = stop
    }

    /// Walks the whole root. Blocks; closes the channel at its end.
    ///
    /// - Throws: `CatalogError.cancelled` when told to stop, and the error of the root's own listing, since then nothing is
    ///   known of anything.
    mutating func run() throws {
        defer { channel.close() }
        guard let root = tree.root else { throw CatalogError.internalError("the root has no directory of its own") }
        stack.append(Pending(reference: .known(tree[root].id), known: root, depth: 0, nameStart: 0, nameLength: 0))
        while let next = stack.popLast() {
            try stop.check()
            stackNames.withUnsafeBytes { names in
                while pathDepth > max(0, next.depth - 1) {
                    path.removeLast()
                    pathDepth -= 1
                }
                guard next.depth > 0 else { return }
                path.append(UnsafeRawBufferPointer(rebasing: names[next.nameStart..<(next.nameStart + next.nameLength)]))
                pathDepth += 1
            }
            stackNames.removeSubrange(next.nameStart...)
            try visit(next)
            if batch.isFull || Self.seconds() - lastSend > 0.25 { try send() }
        }
        try send()
    }

    private mutating func visit(_ directory: Pending) throws {
        if let known = directory.known, isSteppedOver(known) {
            pass(directory, .unchanged, entryCount: tree[known].entryCount)
            pushKnownChildren(of: known, depth: directory.depth)
            return
        }
        listing.removeAll()
        do {
            try backend.list(path, into: &listing)
        } catch let error as CatalogError {
            // Without the root nothing is known: that is the end of the scan, not an error row.
            if directory.depth == 0 { throw error }
            batch.errors.append(ScanErrorRow(path: path.text, code: error.code.rawValue, message: error.message))
            return pass(directory, .failed(error), entryCount: 0)
        }
        leaveOut()
        listing.sortByName()
        let digest = listing.failures.isEmpty ? digester.digest(of: listing) : nil
        if let known = directory.known, rules.type != .full, let digest, digest == tree[known].digest {
            pass(directory, .unchanged, entryCount: listing.entries.count)
            pushKnownChildren(of: known, depth: directory.depth)
        } else {
            passListing(of: directory, digest: digest)
        }
    }

    /// Whether the listing of a known directory is not needed: it is done in a resumed scan, or a quick one sees that its
    /// times are as they were.
    private func isSteppedOver(_ index: KnownTree.Index) -> Bool {
        let known = tree[index]
        if known.isDone { return true }
        guard rules.type == .quick, known.digest != nil else { return false }
        guard let now = try? backend.stat(path.storagePath()), now.kind == .directory else { return false }
        return now.modifiedNS == known.modifiedNS && now.changedNS == known.changedNS
    }

    /// Takes out of the listing what the rules skip.
    private mutating func leaveOut() {
        let patterns = rules.patterns
        let scope = patterns.choosesByPath ? patterns.scope(of: path) : nil
        let names = listing.names
        names.withUnsafeBytes { names in
            listing.entries.removeAll { entry in
                let start = Int(entry.nameOffset)
                let name = UnsafeRawBufferPointer(rebasing: names[start..<(start + Int(entry.nameLength))])
                return patterns.skips(name) || scope.map { !$0.admits(name, kind: entry.kind) } ?? false
            }
        }
    }

    private mutating func pushKnownChildren(of index: KnownTree.Index, depth: Int) {
        for child in tree[index].children.reversed() {
            let start = stackNames.count
            tree.withName(of: child) { stackNames.append(contentsOf: $0) }
            stack.append(
                Pending(
                    reference: .known(tree[child].id), known: child, depth: depth + 1, nameStart: start,
                    nameLength: stackNames.count - start))
        }
    }

    /// Passes on a changed listing and puts its sub-directories on the stack.
    private mutating func passListing(of directory: Pending, digest: DirectoryDigest?) {
        let firstEntry = batch.entries.count
        let nameBase = UInt32(batch.names.count)
        batch.names += listing.names
        var known = directory.known.map { tree[$0].children } ?? 0..<0
        var children: [(entry: ListedEntry, reference: DirectoryReference, known: KnownTree.Index?)] = []
        var keptNames = noteFailures()
        for listed in listing.entries {
            var entry = listed
            entry.nameOffset += nameBase
            guard listed.kind == .directory else {
                batch.entries.append(WalkedEntry(listed: entry, foundNumber: nil))
                continue
            }
            let match = takeKnown(listed, from: &known)
            if let match, isAway(listed, known: match, parent: directory.known) {
                keptNames.append(noteAway(listed))
                continue
            }
            let id = match.map { tree[$0].id }
            batch.entries.append(WalkedEntry(listed: entry, foundNumber: id == nil ? foundCount : nil))
            children.append((listed, id.map { .known($0) } ?? .found(foundCount), match))
            if match == nil { foundCount += 1 }
        }
        push(children, depth: directory.depth + 1)
        let part = ListedDirectory(
            entries: firstEntry..<batch.entries.count, keptNames: keptNames,
            digest: keptNames.isEmpty ? digest : nil, modifiedNS: listing.modifiedNS, changedNS: listing.changedNS,
            birthNS: listing.birthNS, device: listing.device, inode: listing.inode)
        pass(directory, .listed(part), entryCount: listing.entries.count)
    }
}

extension TreeWalker {
    /// The known sub-directory with the name of `entry`; both sides are sorted, so earlier ones are not looked at again.
    private func takeKnown(_ entry: ListedEntry, from children: inout Range<KnownTree.Index>) -> KnownTree.Index? {
        while let candidate = children.first {
            let order = listing.withName(of: entry) { name in
                tree.withName(of: candidate) { compareBytes($0, name) }
            }
            if order > 0 { return nil }
            children = (candidate + 1)..<children.upperBound
            if order == 0 { return candidate }
        }
        return nil
    }

    /// A directory that was a mounted file system and lies on its parent's device now: the mount is away, and what shows in
    /// its place is the empty directory below it.
    private func isAway(_ entry: ListedEntry, known: KnownTree.Index, parent: KnownTree.Index?) -> Bool {
        guard let parent else { return false }
        return tree[known].device != tree[parent].device && entry.device == listing.device
    }

    /// - Returns: the name.
    private mutating func noteAway(_ entry: ListedEntry) -> [UInt8] {
        let name = listing.name(of: entry)
        batch.errors.append(
            ScanErrorRow(
                path: joined(name), code: CatalogError.Code.storageUnavailable.rawValue,
                message: "A file system was mounted here and is away; its entries are kept"))
        return name
    }

    /// Notes the names whose attributes could not be read.
    ///
    /// - Returns: these names.
    private mutating func noteFailures() -> [[UInt8]] {
        for failure in listing.failures {
            batch.errors.append(
                ScanErrorRow(
                    path: joined(failure.name), code: failure.error.code.rawValue, message: failure.error.message))
        }
        return listing.failures.map(\.name)
    }

    /// Puts sub-directories on the stack, the first one on top, but those that the depth limit cuts off.
    private mutating func push(
        _ children: [(entry: ListedEntry, reference: DirectoryReference, known: KnownTree.Index?)], depth: Int
    ) {
        let limit = min(rules.maxDepth ?? Limits.directoryDepth, Limits.directoryDepth)
        for child in children.reversed() {
            guard depth <= limit else {
                batch.errors.append(
                    ScanErrorRow(
                        path: joined(listing.name(of: child.entry)), code: "depthLimit",
                        message: "Deeper than the limit of \(limit) directories; not entered"))
                continue
            }
            let start = stackNames.count
            listing.withName(of: child.entry) { stackNames.append(contentsOf: $0) }
            stack.append(
                Pending(
                    reference: child.reference, known: child.known, depth: depth, nameStart: start,
                    nameLength: Int(child.entry.nameLength)))
        }
    }

    private func joined(_ name: [UInt8]) -> String {
        let parent = path.text
        let text = NameEncoding.text(of: name)
        return parent.isEmpty ? text : parent + "/" + text
    }

    private mutating func pass(_ directory: Pending, _ outcome: WalkedDirectory.Outcome, entryCount: Int) {
        batch.directories.append(
            WalkedDirectory(reference: directory.reference, outcome: outcome, entryCount: entryCount))
    }

    private mutating func send() throws {
        lastSend = Self.seconds()
        guard !batch.isEmpty else { return }
        batch.currentPath = path.text
        guard channel.send(batch) else { throw CatalogError(.cancelled, "Stopped") }
        batch = WalkBatch()
        batch.entries.reserveCapacity(WalkBatch.entriesMax + 256)
    }

    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Order of two byte strings, as `memcmp` and both engines have it.
func compareBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    let common = min(left.count, right.count)
    if common > 0, let first = left.baseAddress, let second = right.baseAddress {
        let order = memcmp(first, second, common)
        if order != 0 { return Int(order) }
    }
    return left.count - right.count
}
