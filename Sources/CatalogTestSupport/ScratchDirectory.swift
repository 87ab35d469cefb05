package import CatalogCore
import CatalogStorage
import Glibc

/// A directory of its own for one test, removed with everything in it when the test lets go of it.
package final class ScratchDirectory: StorageFixtureWriter {
    /// Where it is.
    package let path: String

    private let holds: @Sendable ([UInt8]) -> Bool

    /// - Parameters:
    ///   - place: the directory that it is made in.
    ///   - canHold: which names the storage that shows it can hold.
    package init(in place: String = "/tmp", canHold: @escaping @Sendable ([UInt8]) -> Bool = { _ in true }) throws {
        holds = canHold
        var template = Array("\(place)/catalog-storage-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ScratchFailure(action: "mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        ScratchDirectory.removeTree(in: AT_FDCWD, Array(path.utf8))
    }

    /// The path of something in it.
    package func native(_ names: [String]) -> String {
        ([path] + names).joined(separator: "/")
    }

    package func canHold(_ name: [UInt8]) -> Bool { holds(name) }

    package func writeFile(_ place: StoragePath, _ content: [UInt8]) throws {
        try withParent(of: place) { directory, name in
            let file = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard file >= 0 else { throw ScratchFailure(action: "open") }
            defer { close(file) }
            guard write(file, content, content.count) == content.count else { throw ScratchFailure(action: "write") }
        }
    }

    package func writeFile(_ place: StoragePath, _ content: [UInt8], at offset: Int64) throws {
        try writeFile(place, [])
        try withParent(of: place) { directory, name in
            let file = openat(directory, name, O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { throw ScratchFailure(action: "open") }
            defer { close(file) }
            guard pwrite(file, content, content.count, off_t(offset)) == content.count else {
                throw ScratchFailure(action: "write")
            }
        }
    }

    package func content(_ place: StoragePath) throws -> [UInt8] {
        var content: [UInt8] = []
        try withParent(of: place) { directory, name in
            let file = openat(directory, name, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw ScratchFailure(action: "open") }
            defer { close(file) }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(file, &buffer, buffer.count)
                guard count >= 0 else { throw ScratchFailure(action: "read") }
                if count == 0 { return }
                content += buffer[..<count]
            }
        }
        return content
    }

    package func makeDirectory(_ place: StoragePath) throws {
        try withParent(of: place) { directory, name in
            guard mkdirat(directory, name, 0o755) == 0 else { throw ScratchFailure(action: "mkdir") }
        }
    }

    package func remove(_ place: StoragePath) throws {
        try withParent(of: place) { directory, name in
            guard unlinkat(directory, name, 0) == 0 || unlinkat(directory, name, AT_REMOVEDIR) == 0 else {
                throw ScratchFailure(action: "unlink")
            }
        }
    }

    /// By the attribute "immutable" (ioctl_iflags(2)), which holds for root too; only some file systems have it.
    package func protect(_ place: StoragePath, _ isProtected: Bool) throws -> Bool {
        let (get, set): (UInt, UInt) = (0x8008_6601, 0x4008_6602)
        let immutable: Int32 = 0x10
        var result = false
        try withParent(of: place) { parent, name in
            let file = openat(parent, name, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw ScratchFailure(action: "open") }
            defer { close(file) }
            var flags: Int32 = 0
            guard ioctl(file, get, &flags) == 0 else { return }
            flags = isProtected ? flags | immutable : flags & ~immutable
            result = ioctl(file, set, &flags) == 0
        }
        return result
    }

    /// Makes a symbolic link.
    package func link(_ names: [String], to target: String) throws {
        guard symlink(target, native(names)) == 0 else { throw ScratchFailure(action: "symlink") }
    }

    /// Makes a chain of directories of this name, however deep, and a file at its end.
    package func makeChain(of name: String, depth: Int, leaf: String) throws {
        var directory = open(path, O_RDONLY | O_DIRECTORY)
        for _ in 0..<depth {
            guard mkdirat(directory, name, 0o755) == 0 else { throw ScratchFailure(action: "mkdir") }
            let next = openat(directory, name, O_RDONLY | O_DIRECTORY)
            close(directory)
            directory = next
        }
        defer { close(directory) }
        let file = openat(directory, leaf, O_WRONLY | O_CREAT, 0o644)
        guard file >= 0 else { throw ScratchFailure(action: "open") }
        defer { close(file) }
        guard write(file, "deep", 4) == 4 else { throw ScratchFailure(action: "write") }
    }

    private func withParent(of place: StoragePath, _ body: (Int32, String.CName) throws -> Void) throws {
        var directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(directory) }
        for name in place.components.dropLast() {
            let next = openat(directory, name.map { CChar(bitPattern: $0) } + [0], O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard next >= 0 else { throw ScratchFailure(action: "open directory") }
            close(directory)
            directory = next
        }
        try body(directory, (place.name ?? []).map { CChar(bitPattern: $0) } + [0])
    }

    /// By hand and relative, because the tests make trees that are deeper than a path may be long.
    private static func removeTree(in parent: Int32, _ name: [UInt8]) {
        let text = name.map { CChar(bitPattern: $0) } + [0]
        if unlinkat(parent, text, 0) == 0 { return }
        fchmodat(parent, text, 0o700, 0)
        let directory = openat(parent, text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard directory >= 0, let stream = fdopendir(directory) else { return }
        var names: [[UInt8]] = []
        while let record = readdir(stream) {
            let child = withUnsafePointer(to: &record.pointee.d_name) { start in
                start.withMemoryRebound(to: CChar.self, capacity: 256) { Array(String.bytes(of: $0)) }
            }
            if child != [0x2E], child != [0x2E, 0x2E] { names.append(child) }
        }
        for child in names { removeTree(in: directory, child) }
        closedir(stream)
        unlinkat(parent, text, AT_REMOVEDIR)
    }
}

/// A system call of a test that failed.
package struct ScratchFailure: Error, CustomStringConvertible {
    let action: String
    let number = errno

    /// - Parameter action: what was tried.
    package init(action: String) {
        self.action = action
    }

    package var description: String { "\(action): \(String(cString: strerror(number)))" }
}

extension String {
    typealias CName = [CChar]

    fileprivate static func bytes(of text: UnsafePointer<CChar>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text, count: strlen(text))
    }
}
