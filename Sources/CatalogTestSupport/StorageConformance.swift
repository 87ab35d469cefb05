import CatalogCore
package import CatalogStorage

/// The promises of `StorageBackend`, as checks that run against any backend.
///
/// Each backend's own tests hand in a backend on an empty root and something that can write into that root.
package enum StorageConformance {
    /// One promise.
    package struct Check: Sendable, CustomStringConvertible {
        /// What is promised, as a sentence.
        package let description: String
        /// Whether it fills a directory with thousands of entries.
        package var isLarge = false
        let run: @Sendable (Subject) throws -> Void

        /// Runs the check on an empty root.
        ///
        /// - Throws: `BrokenPromise`, or what the backend threw and should not have.
        package func run(_ backend: any StorageBackend, _ writer: any StorageFixtureWriter) throws {
            try run(Subject(backend: backend, writer: writer))
        }
    }

    /// A promise that was not kept.
    package struct BrokenPromise: Error, CustomStringConvertible {
        package let description: String
    }

    /// All promises.
    package static let checks: [Check] =
        listing + attributes + names + reading + limits + writing + changing + writtenNames

    /// Those that move bytes and attributes, without the names: for another way to the same server.
    package static let transfers: [Check] = listing + attributes + reading + limits + writing + changing

    private static let listing: [Check] = [
        Check(description: "an empty root lists nothing") { subject in
            try subject.expect(subject.names() == [], "the root is not empty")
        },
        Check(description: "files and directories are listed as what they are") { subject in
            try subject.writer.writeFile(["a.txt"], Array("abc".utf8))
            try subject.writer.makeDirectory(["b"])
            let kinds = try subject.list().entries.map(\.kind)
            try subject.expect(kinds == [.file, .directory], "kinds are \(kinds)")
        },
        Check(description: "a listing forgets the directory before it") { subject in
            try subject.writer.makeDirectory(["full"])
            try subject.writer.makeDirectory(["empty"])
            try subject.writer.writeFile(["full", "x"], [])
            var listing = DirectoryListing()
            try subject.backend.list(subject.path(["full"]), into: &listing)
            try subject.backend.list(subject.path(["empty"]), into: &listing)
            try subject.expect(listing.entries.isEmpty && listing.names.isEmpty, "names of another directory")
        },
        Check(description: "a listing shows what changed since the last one") { subject in
            try subject.writer.writeFile(["old"], [])
            _ = try subject.names()
            try subject.writer.remove(["old"])
            try subject.writer.writeFile(["new"], [])
            let names = try subject.names()
            try subject.expect(names == ["new"], "names are \(names)")
        },
        Check(description: "listing what does not exist is notFound") { subject in
            try subject.expectError(.notFound) { _ = try subject.list(["nowhere"]) }
        },
        Check(description: "listing a file is a conflict") { subject in
            try subject.writer.writeFile(["file"], [])
            try subject.expectError(.conflict) { _ = try subject.list(["file"]) }
        },
        Check(description: "listing works again after close") { subject in
            try subject.writer.writeFile(["file"], [])
            _ = try subject.list()
            subject.backend.close()
            let names = try subject.names()
            try subject.expect(names == ["file"], "names are \(names)")
        },
    ]

    private static let attributes: [Check] = [
        Check(description: "sizes and times of a listing are those of a look at the entry") { subject in
            try subject.writer.writeFile(["file"], [UInt8](repeating: 7, count: 12_345))
            let listing = try subject.list()
            let listed = try subject.only(listing)
            let looked = try subject.backend.stat(subject.place(["file"]))
            try subject.expect(listed.sizeBytes == 12_345, "the size is \(listed.sizeBytes)")
            try subject.expect(listed.modifiedNS > 0, "there is no time")
            try subject.expect(
                listed.sizeBytes == looked.sizeBytes && listed.modifiedNS == looked.modifiedNS
                    && listed.inode == looked.inode && listed.device == looked.device && listed.kind == looked.kind,
                "the listing says \(listed), the look \(looked)")
        },
        Check(description: "a listing says of the directory itself what a look says") { subject in
            try subject.writer.makeDirectory(["directory"])
            try subject.writer.writeFile(["directory", "file"], [1])
            for names in [[], ["directory"]] as [[String]] {
                let listing = try subject.list(names)
                let looked = try subject.backend.statDirectory(subject.path(names))
                try subject.expect(
                    listing.modifiedNS == looked.modifiedNS && listing.changedNS == looked.changedNS
                        && listing.inode == looked.inode && listing.device == looked.device,
                    "the listing says \(listing.modifiedNS) \(listing.changedNS) \(listing.inode), the look \(looked)")
            }
        },
        Check(description: "the root can be looked at and is a directory") { subject in
            let kind = try subject.backend.stat(.root).kind
            try subject.expect(kind == .directory, "it is a \(kind)")
        },
        Check(description: "looking at what does not exist is notFound") { subject in
            try subject.writer.writeFile(["file"], [])
            try subject.expectError(.notFound) { _ = try subject.backend.stat(subject.place(["nowhere"])) }
            try subject.expectError(.notFound) { _ = try subject.backend.stat(subject.place(["file", "inside"])) }
        },
        Check(description: "the same root has the same identity each time") { subject in
            let first = try subject.backend.probe()
            try subject.writer.writeFile(["file"], [1])
            subject.backend.close()
            let second = try subject.backend.probe()
            try subject.expect(!first.identity.isEmpty, "it has none")
            try subject.expect(first.identity == second.identity, "\(first.identity), then \(second.identity)")
        },
        Check(description: "a backend that says that it knows the free space does") { subject in
            let probe = try subject.backend.probe()
            let knows = probe.freeBytes != nil && (probe.totalBytes ?? 0) > 0
            try subject.expect(knows == subject.backend.capabilities.contains(.freeSpace), "\(probe)")
        },
    ]

    private static let names: [Check] = hostileNames.map { label, name in
        Check(description: "a name survives listing, looking and reading: \(label)") { subject in
            guard subject.writer.canHold(name) else { return }
            let text = try StoragePath(components: [name])
            try subject.writer.writeFile(text, Array("content".utf8))
            let listing = try subject.list()
            try subject.expect(listing.name(of: subject.only(listing)) == name, "another name is listed")
            try subject.expect(subject.backend.stat(text).sizeBytes == 7, "a look finds another size")
            let content = try subject.read(subject.backend.openReader(StoragePath(parsing: text.text)), from: 0, 99)
            try subject.expect(content == Array("content".utf8), "it reads \(content)")
        }
    }

    /// Names that break what treats them as text, each with what it is.
    package static let hostileNames: [(String, [UInt8])] = [
        ("newline", Array("a\nb".utf8)), ("tab and escape", Array("a\t\u{1B}[31mb".utf8)),
        ("carriage return", Array("a\r\nb".utf8)), ("invalid UTF-8", [0x61, 0xFF, 0xFE, 0x62]),
        ("cut sequence", [0x61, 0xE2, 0x80]), ("overlong slash", [0xC0, 0xAF]), ("surrogate", [0xED, 0xA0, 0x80]),
        ("right to left", Array("\u{202E}gpj.exe".utf8)), ("composed", Array("\u{E9}".utf8)),
        ("decomposed", Array("e\u{301}".utf8)), ("percent", Array("%2f..%2f%00".utf8)),
        ("backslash", Array("a\\b".utf8)),
        ("three dots", Array("...".utf8)), ("leading dash", Array("-rf".utf8)), ("blanks", Array("  a  ".utf8)),
        ("quotes", Array("'\"`$(id)".utf8)), ("glob", Array("*?[a]".utf8)),
        ("255 bytes", [UInt8](repeating: 0x78, count: 255)),
        ("emoji", Array("👩‍👩‍👧‍👦.mkv".utf8)), ("our own quote", Array("\u{201B}FE".utf8)), ("one byte", [0x01]),
    ]

    private static let reading: [Check] = [
        Check(description: "a reader reads any range, and nothing behind the end") { subject in
            let content = TestContent.noise(100_000)
            try subject.writer.writeFile(["file"], content)
            let reader = try subject.backend.openReader(subject.place(["file"]))
            try subject.expect(reader.sizeBytes == 100_000, "the size is \(reader.sizeBytes)")
            for (offset, count) in [(0, 100_000), (0, 1), (99_999, 10), (65_530, 20), (12_345, 50_000), (100_000, 5)] {
                let got = try subject.read(reader, from: offset, count)
                let wanted = Array(content[offset..<min(offset + count, content.count)])
                try subject.expect(got == wanted, "\(count) bytes from \(offset) are others")
            }
        },
        Check(description: "what is read from memory is what is read from the storage") { subject in
            try subject.writer.writeFile(["file"], Array("0123456789".utf8))
            let reader = try subject.backend.openReader(subject.place(["file"]))
            _ = try subject.read(reader, from: 0, 10)
            var buffer = [UInt8](repeating: 0, count: 4)
            let count = buffer.withUnsafeMutableBytes { reader.readCached(into: $0, at: 3) }
            guard let count else { return }
            try subject.expect(Array(buffer[..<count]) == Array("3456".utf8.prefix(count)), "it reads \(buffer)")
        },
        Check(description: "ranges behind four gigabytes are read") { subject in
            try subject.writer.writeFile(["file"], Array("tail".utf8), at: 5 << 30)
            let reader = try subject.backend.openReader(subject.place(["file"]))
            try subject.expect(reader.sizeBytes == 5 << 30 + 4, "the size is \(reader.sizeBytes)")
            let tail = try subject.read(reader, from: 5 << 30 - 2, 10)
            try subject.expect(tail == [0, 0] + Array("tail".utf8), "it reads \(tail)")
        },
        Check(description: "an empty file is read as nothing") { subject in
            try subject.writer.writeFile(["file"], [])
            let reader = try subject.backend.openReader(subject.place(["file"]))
            try subject.expect(subject.read(reader, from: 0, 10).isEmpty, "it has content")
        },
        Check(description: "reading a directory is a conflict, the root included") { subject in
            try subject.writer.makeDirectory(["directory"])
            try subject.expectError(.conflict) { _ = try subject.backend.openReader(subject.place(["directory"])) }
            try subject.expectError(.conflict) { _ = try subject.backend.openReader(.root) }
        },
        Check(description: "reading what does not exist is notFound") { subject in
            try subject.writer.writeFile(["file"], [])
            try subject.expectError(.notFound) { _ = try subject.backend.openReader(subject.place(["nowhere"])) }
            try subject.expectError(.notFound) {
                _ = try subject.backend.openReader(subject.place(["file", "inside"]))
            }
        },
    ]

    private static let limits: [Check] = [
        Check(description: "a deep tree is listed to its end") { subject in
            let names = (0..<40).map { "directory \($0)" }
            for depth in 1...names.count { try subject.writer.makeDirectory(Array(names[..<depth])) }
            try subject.writer.writeFile(names + ["leaf"], [1])
            var path = NativePath()
            var listing = DirectoryListing()
            for name in names {
                try subject.backend.list(path, into: &listing)
                try subject.expect(listing.name(of: subject.only(listing)) == Array(name.utf8), "another name")
                path.append(Array(name.utf8))
            }
            try subject.backend.list(path, into: &listing)
            try subject.expect(listing.name(of: subject.only(listing)) == Array("leaf".utf8), "the leaf is missing")
        },
        Check(description: "a directory of 3,000 entries is listed completely", isLarge: true) { subject in
            for number in 0..<3_000 { try subject.writer.writeFile(["file \(number)"], []) }
            let names = try subject.names()
            try subject.expect(Set(names).count == 3_000 && names.count == 3_000, "it lists \(names.count)")
        },
    ]
}
