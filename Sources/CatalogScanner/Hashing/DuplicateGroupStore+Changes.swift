import CatalogCore
import CatalogDatabase

extension DuplicateGroupStore {
    /// Files that enter groups of equal files and leave them in one transaction, and what that adds up to.
    ///
    /// The members of a group are the present rows of `file_hashes` with its content, so that none of them has to be written when a
    /// group comes or goes. How many they are, in each root and in all, is written once for each group, and the sums over all groups
    /// once for each root: a group that many files enter costs no more than one that two do.
    struct Changes {
        /// Where sums over all roots stand.
        static let everyRoot: RootID = 0
        /// Where it stands how often a file was counted in one more root than the first: hard links may lead from root to root.
        static let countedAgain: RootID = -1

        /// Microseconds since 1970.
        let now: Int64
        private let connection: any SQLConnection
        private var changes: [Int64: Change] = [:]

        /// Files that one group gains or loses.
        private struct Change {
            let sizeBytes: Int64
            let isNew: Bool
            var members: [RootID: Int64] = [:]
            /// In all roots: a file that several of them have is one.
            var files: Int64 = 0
        }

        /// Where the same file has another name.
        private enum OtherName {
            case nowhere, here
            /// In other roots only.
            case elsewhere
        }

        init(now: Int64, connection: any SQLConnection) {
            (self.now, self.connection) = (now, connection)
        }

        /// Counts an entry whose row of hashes has just been written as present.
        mutating func enter(_ file: HashedFile) throws {
            guard let content = file.content, case let name = try otherName(of: file, content), name != .here else {
                return
            }
            if let group = try group(of: file, content) { return add(1, to: group, file, name) }
            // It is still one file.
            guard name == .nowhere else { return }
            let values: [SQLValue] = [.blob(content), .integer(file.sizeBytes), .integer(file.entryID)]
            let roots = try connection.rows(DuplicateGroupQueries.otherRoots, values) { $0.integer(0) }
            guard !roots.isEmpty else { return }
            let new: [SQLValue] = [
                .integer(file.sizeBytes), .text(ContentHash.algorithm), .blob(content), .integer(now),
            ]
            let group = try connection.firstRow(DuplicateGroupQueries.insertGroup, new) { $0.integer(0) }
            guard let group else { throw CatalogError.internalError("an inserted group has no id") }
            // The one file that there was, in each root that has it.
            let members = Dictionary(uniqueKeysWithValues: roots.map { ($0, Int64(1)) })
            changes[group] = Change(sizeBytes: file.sizeBytes, isNew: true, members: members, files: 1)
            add(1, to: group, file, name)
        }

        /// Counts an entry no more, whose row of hashes still says that it is present.
        mutating func leave(_ file: HashedFile) throws {
            guard let content = file.content, case let name = try otherName(of: file, content), name != .here,
                let group = try group(of: file, content)
            else { return }
            add(-1, to: group, file, name)
        }

        /// Whether the hashes of an entry count.
        func setPresence(of file: HashedFile, _ isPresent: Bool) throws {
            try connection.execute(
                DuplicateGroupQueries.setPresence,
                [
                    .integer(file.entryID), .bool(isPresent), .integer(file.identity.device),
                    .integer(file.identity.inode), .integer(file.rootID),
                ])
        }

        private func otherName(of file: HashedFile, _ content: [UInt8]) throws -> OtherName {
            guard file.identity.hasMoreNames else { return .nowhere }
            let values: [SQLValue] = [
                .blob(content), .integer(file.sizeBytes), .integer(file.rootID), .integer(file.identity.device),
                .integer(file.identity.inode),
            ]
            let entry = SQLValue.integer(file.entryID)
            if try connection.firstRow(DuplicateGroupQueries.otherName, values + [entry], { _ in true }) != nil {
                return .here
            }
            guard file.identity.mayBeInOtherRoots else { return .nowhere }
            let elsewhere = try connection.firstRow(DuplicateGroupQueries.nameElsewhere, values) { _ in true }
            return elsewhere == nil ? .nowhere : .elsewhere
        }

        private func group(of file: HashedFile, _ content: [UInt8]) throws -> Int64? {
            let values: [SQLValue] = [.blob(content), .integer(file.sizeBytes)]
            return try connection.firstRow(DuplicateGroupQueries.group, values) { $0.integer(0) }
        }

        private mutating func add(_ count: Int64, to group: Int64, _ file: HashedFile, _ name: OtherName) {
            var change = changes[group] ?? Change(sizeBytes: file.sizeBytes, isNew: false)
            change.members[file.rootID, default: 0] += count
            if name == .nowhere { change.files += count }
            changes[group] = change
        }
    }
}

// MARK: - Sums

extension DuplicateGroupStore.Changes {
    /// Writes what has come together.
    func write() throws {
        var sums: [RootID: GroupShare] = [:]
        for (group, change) in changes.sorted(by: { $0.key < $1.key }) {
            try write(change, of: group, &sums)
        }
        for (root, sum) in sums.sorted(by: { $0.key < $1.key }) where sum != GroupShare() {
            try connection.execute(
                DuplicateGroupQueries.addToCounts,
                [.integer(root), .integer(sum.groups), .integer(sum.files), .integer(sum.wastedBytes)])
        }
    }

    private func write(_ change: Change, of group: Int64, _ sums: inout [RootID: GroupShare]) throws {
        let size = change.sizeBytes
        for (root, count) in change.members.sorted(by: { $0.key < $1.key }) where count != 0 {
            let left = try add(count, to: group, root, size)
            sums[root, default: GroupShare()].replace(left - count, by: left, of: size)
        }
        let again = change.members.values.reduce(0, +) - change.files
        if again != 0 { _ = try add(again, to: group, Self.countedAgain, size) }
        // Looked at even when as many came as went: a group that just came may have no members any more.
        let left = try add(change.files, to: group, Self.everyRoot, size)
        sums[Self.everyRoot, default: GroupShare()].replace(left - change.files, by: left, of: size)
        if left < 2 {
            // Of one file nothing is counted anywhere.
            try connection.execute(DuplicateGroupQueries.deleteGroupCounts, [.integer(group)])
            try connection.execute(DuplicateGroupQueries.deleteGroup, [.integer(group)])
        } else if !change.isNew {
            try connection.execute(DuplicateGroupQueries.touchGroup, [.integer(group), .integer(now)])
        }
    }

    /// - Returns: files of the group in the place now.
    private func add(_ count: Int64, to group: Int64, _ place: RootID, _ size: Int64) throws -> Int64 {
        let values: [SQLValue] = [.integer(group), .integer(place), .integer(count), .integer(count * size)]
        let left = try connection.firstRow(DuplicateGroupQueries.addToGroup, values) { $0.integer(0) } ?? 0
        if left == 0 {
            try connection.execute(DuplicateGroupQueries.deleteGroupCount, [.integer(group), .integer(place)])
        }
        return left
    }
}

/// What groups add to the sums of a place.
private struct GroupShare: Equatable {
    var groups: Int64 = 0
    var files: Int64 = 0
    /// Of files that would not have to be there.
    var wastedBytes: Int64 = 0

    /// A group of files of so many bytes has other members in this place than before.
    mutating func replace(_ before: Int64, by after: Int64, of sizeBytes: Int64) {
        add(after, of: sizeBytes, 1)
        add(before, of: sizeBytes, -1)
    }

    private mutating func add(_ count: Int64, of sizeBytes: Int64, _ sign: Int64) {
        guard count >= 2 else { return }
        groups += sign
        files += sign * count
        wastedBytes += sign * (count - 1) * sizeBytes
    }
}
