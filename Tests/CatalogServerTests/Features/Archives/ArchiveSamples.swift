import CatalogCore

@testable import CatalogServer

/// Members of archives that no storage has.
enum ArchiveSamples {
    /// A directory `top` with these members below it: paths from it on, directories with a slash at the end and before what is in
    /// them, each with its size.
    static func members(
        _ paths: [(String, Int64)], top: String = "top", modifiedNS: Int64 = 1_700_000_000_000_000_000,
        budget: ArchiveBudget = ArchiveBudget()
    ) throws -> ArchiveMembers {
        var tree = ArchiveTree(share: ArchiveBudget.Share(of: budget))
        let root = try tree.addTop(entry(top, isDirectory: true), changedNS: 0, at: StoragePath(parsing: top))
        var nodes = ["": root]
        for (number, (path, size)) in paths.enumerated() {
            let parts = path.split(separator: "/")
            let isDirectory = path.hasSuffix("/")
            let parent = parts.dropLast().map { $0 + "/" }.joined()
            let node = try Array(parts[parts.count - 1].utf8).withUnsafeBytes { name in
                try tree.add(
                    EntryID(number + 2), name, MemberState(sizeBytes: size, modifiedNS: modifiedNS, changedNS: 0),
                    isDirectory: isDirectory, in: nodes[parent] ?? root)
            }
            if isDirectory { nodes[path] = node }
        }
        return tree.sealed()
    }

    static func entry(_ name: String, isDirectory: Bool, sizeBytes: Int64 = 0) -> CatalogEntry {
        CatalogEntry(
            id: 1, rootID: 7, rootName: "root", isOffline: false, parentID: nil, kind: isDirectory ? .directory : .file,
            nameText: name, directoryPath: "", sizeBytes: sizeBytes, modifiedNS: 1_700_000_000_000_000_000,
            firstSeenAt: 0, updatedAt: 0)
    }

    /// Everything of an archive but the contents of files, which are counted only.
    static func walk(_ layout: any ArchiveLayout) -> [(section: ArchiveSection, bytes: [UInt8])] {
        var sections: [(section: ArchiveSection, bytes: [UInt8])] = []
        var offset: Int64 = 0
        while offset < layout.byteCount {
            let section = layout.section(at: offset)
            sections.append((section, layout.bytes(of: section) { UInt32(truncatingIfNeeded: $0) }))
            offset = section.range.upperBound
        }
        return sections
    }

    static func text(_ members: ArchiveMembers) -> [String] {
        (0..<members.count).map { String(decoding: members.name($0), as: UTF8.self) }
    }
}
