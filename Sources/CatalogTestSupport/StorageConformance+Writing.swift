import CatalogCore
import CatalogStorage

// Checks of what changes the storage: each writes through the backend and looks past it.
extension StorageConformance {
    static let writing: [Check] = [
        Check(description: "a file has what was written into it") { subject in
            for size in [0, 1, 3_000_007] {
                let content = TestContent.noise(size)
                try subject.write(content, to: ["file \(size)"])
                try subject.expect(subject.writer.content(["file \(size)"]) == content, "\(size) bytes are others")
                let seen = try subject.backend.stat(subject.place(["file \(size)"])).sizeBytes
                try subject.expect(seen == size, "a look says \(seen) of \(size)")
            }
        },
        Check(description: "a new file takes the place of one that has the name") { subject in
            try subject.writer.writeFile(["file"], Array("something longer".utf8))
            try subject.write(Array("short".utf8), to: ["file"])
            try subject.expect(subject.writer.content(["file"]) == Array("short".utf8), "the old content is there")
        },
        Check(description: "a file that was written in part is gone on with, or that is said to be unsupported") {
            subject in
            try subject.writer.writeFile(["file"], Array("first ".utf8))
            guard subject.backend.capabilities.contains(.resumableWrite) else {
                return try subject.expectError(.unsupported) { try subject.write([1], to: ["file"], at: 6) }
            }
            try subject.write(Array("second".utf8), to: ["file"], at: 6)
            try subject.expect(subject.writer.content(["file"]) == Array("first second".utf8), "it is something else")
        },
        Check(description: "a file that is not as long as it was is not gone on with") { subject in
            guard subject.backend.capabilities.contains(.resumableWrite) else { return }
            try subject.writer.writeFile(["file"], Array("first".utf8))
            for offset in [3, 9] as [Int64] {
                try subject.expectError(.conflict) { try subject.write([1], to: ["file"], at: offset) }
            }
            try subject.expect(subject.writer.content(["file"]) == Array("first".utf8), "it was changed")
        },
        Check(description: "a file in a directory that is missing is notFound") { subject in
            try subject.expectError(.notFound) { try subject.write([1], to: ["nowhere", "file"]) }
        },
        Check(description: "a directory is not written over") { subject in
            try subject.writer.makeDirectory(["directory"])
            try subject.writer.writeFile(["directory", "file"], [1])
            try subject.expectError(.conflict) { try subject.write([1], to: ["directory"]) }
            try subject.expect(subject.names(["directory"]) == ["file"], "it was changed")
        },
        Check(description: "what may not be changed is refused, and stays as it is") { subject in
            try subject.writer.writeFile(["other"], [9])
            for (place, isDirectory) in [(["fixed"], false), (["closed"], true)] {
                if isDirectory { try subject.writer.makeDirectory(place) }
                let file = isDirectory ? place + ["file"] : place
                try subject.writer.writeFile(file, [1])
                guard try subject.writer.protect(subject.place(place), true) else { return }
                defer { _ = try? subject.writer.protect(subject.place(place), false) }
                if !isDirectory { try subject.expectRefusal { try subject.write([2], to: file) } }
                try subject.expectRefusal { try subject.backend.remove(subject.place(file)) }
                // A server may have made the new name before it finds that it may not remove the old one.
                try subject.expectRefusal { try subject.rename(file, to: ["away \(file.count)"]) }
                try subject.expectRefusal { try subject.rename(["other"], to: file, replacing: true) }
                try subject.expect(subject.writer.content(file) == [1], "\(file) was changed")
                try subject.expect(subject.writer.content(["other"]) == [9], "what was to replace it is gone")
            }
        },
        Check(description: "a storage copies by itself, or says that it does not") { subject in
            let content = TestContent.noise(100_000)
            try subject.writer.makeDirectory(["directory"])
            try subject.writer.writeFile(["file"], content)
            let (source, target) = (try subject.place(["file"]), try subject.place(["directory", "copy"]))
            guard subject.backend.capabilities.contains(.serverSideCopy) else {
                return try subject.expectError(.unsupported) {
                    try subject.backend.copy(source, to: target, onWait: {})
                }
            }
            try subject.backend.copy(source, to: target, onWait: {})
            try subject.expect(subject.writer.content(["directory", "copy"]) == content, "the copy is something else")
            try subject.expect(subject.writer.content(["file"]) == content, "the source was changed")
            try subject.expectError(.alreadyExists) { try subject.backend.copy(source, to: target, onWait: {}) }
        },
    ]

    static let changing: [Check] = [
        Check(description: "files and directories get other names, in other directories too") { subject in
            try subject.writer.makeDirectory(["directory"])
            try subject.writer.makeDirectory(["other"])
            try subject.writer.writeFile(["directory", "file"], [1, 2])
            try subject.rename(["directory", "file"], to: ["other", "new"])
            try subject.rename(["other"], to: ["directory", "moved"])
            try subject.expect(subject.names() == ["directory"], "there is \(subject.names())")
            try subject.expect(
                subject.writer.content(["directory", "moved", "new"]) == [1, 2], "the content is something else")
        },
        Check(description: "a name that is taken is not given away, unless that is asked for") { subject in
            try subject.writer.writeFile(["file"], [1])
            try subject.writer.writeFile(["taken"], [2])
            try subject.expectError(.alreadyExists) { try subject.rename(["file"], to: ["taken"]) }
            try subject.expect(subject.writer.content(["taken"]) == [2], "it was given away")
            try subject.rename(["file"], to: ["taken"], replacing: true)
            try subject.expect(subject.names() == ["taken"], "there is \(subject.names())")
            try subject.expect(subject.writer.content(["taken"]) == [1], "it has the old content")
        },
        Check(description: "renaming what does not exist is notFound") { subject in
            try subject.expectError(.notFound) { try subject.rename(["nowhere"], to: ["new"]) }
            try subject.writer.writeFile(["file"], [1])
            try subject.expectError(.notFound) { try subject.rename(["file"], to: ["nowhere", "new"]) }
            try subject.expect(subject.names() == ["file"], "the file is gone")
        },
        Check(description: "a directory is made once, in one that exists") { subject in
            try subject.backend.makeDirectory(subject.place(["directory"]))
            try subject.expect(subject.list().entries.map(\.kind) == [.directory], "it is no directory")
            try subject.writer.writeFile(["file"], [1])
            for name in ["directory", "file"] {
                try subject.expectError(.alreadyExists) { try subject.backend.makeDirectory(subject.place([name])) }
            }
            try subject.expectError(.notFound) { try subject.backend.makeDirectory(subject.place(["nowhere", "new"])) }
        },
        Check(description: "files and empty directories are removed, and nothing else") { subject in
            try subject.writer.makeDirectory(["empty"])
            try subject.writer.makeDirectory(["full"])
            try subject.writer.writeFile(["full", "file"], [1])
            try subject.backend.remove(subject.place(["empty"]))
            try subject.expectError(.conflict) { try subject.backend.remove(subject.place(["full"])) }
            try subject.expect(subject.names(["full"]) == ["file"], "something is gone")
            try subject.backend.remove(subject.place(["full", "file"]))
            try subject.expect(subject.names(["full"]) == [], "the file is there")
            try subject.expectError(.notFound) { try subject.backend.remove(subject.place(["nowhere"])) }
        },
        Check(description: "the root itself stays what it is") { subject in
            try subject.writer.writeFile(["file"], [1])
            try subject.expectError(.conflict) { try subject.backend.remove(.root) }
            try subject.expectError(.conflict) {
                try subject.backend.rename(.root, to: subject.place(["a"]), replacing: false)
            }
            try subject.expectError(.conflict) { try subject.write([1], to: .root) }
            try subject.expect(subject.names() == ["file"], "there is \(subject.names())")
        },
    ]

    static let writtenNames: [Check] = hostileNames.map { label, name in
        Check(description: "a name survives writing, renaming and removing: \(label)") { subject in
            guard subject.writer.canHold(name) else { return }
            let (path, other) = (try StoragePath(components: [name]), try subject.place(["other"]))
            try subject.write(Array("content".utf8), to: path)
            try subject.expect(subject.writer.content(path) == Array("content".utf8), "another file was written")
            try subject.backend.rename(path, to: other, replacing: false)
            try subject.backend.rename(other, to: path, replacing: false)
            try subject.expect(subject.writer.content(path) == Array("content".utf8), "it got another name")
            try subject.backend.remove(path)
            try subject.expect(subject.names() == [], "it is still there")
        }
    }
}

extension Subject {
    fileprivate func rename(_ source: [String], to target: [String], replacing: Bool = false) throws {
        try backend.rename(place(source), to: place(target), replacing: replacing)
    }
}
