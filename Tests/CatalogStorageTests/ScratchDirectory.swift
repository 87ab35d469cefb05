import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Glibc
import Testing

/// A directory of its own for one test, removed with everything in it when the test lets go of it.
final class ScratchDirectory: StorageFixtureWriter {
    let path: String

    init() throws {
        var template = Array("/tmp/catalog-storage-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ScratchFailure(action: "mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        ScratchDirectory.removeTree(in: AT_FDCWD, Array(path.utf8))
    }

    func native(_ names: [String]) -> String {
        ([path] + names).joined(separator: "/")
    }

    func canHold(_ name: [UInt8]) -> Bool { true }

    func writeFile(_ place: StoragePath, _ content: [UInt8]) throws {
        try withParent(of: place) { directory, name in
            let file = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard file >= 0 else { throw ScratchFailure(action: "open") }
            defer { close(file) }
            guard write(file, content, content.count) == content.count else { throw ScratchFailure(action: "write") }
        }
    }

    func makeDirectory(_ place: StoragePath) throws {
        try withParent(of: place) { directory, name in
            guard mkdirat(directory, name, 0o755) == 0 else { throw ScratchFailure(action: "mkdir") }
        }
    }

    func remove(_ place: StoragePath) throws {
        try withParent(of: place) { directory, name in
            guard unlinkat(directory, name, 0) == 0 || unlinkat(directory, name, AT_REMOVEDIR) == 0 else {
                throw ScratchFailure(action: "unlink")
            }
        }
    }

    func link(_ names: [String], to target: String) throws {
        guard symlink(target, native(names)) == 0 else { throw ScratchFailure(action: "symlink") }
    }

    /// Makes a chain of directories of this name, however deep, and a file at its end.
    func makeChain(of name: String, depth: Int, leaf: String) throws {
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

struct ScratchFailure: Error, CustomStringConvertible {
    let action: String
    let number = errno
    var description: String { "\(action): \(String(cString: strerror(number)))" }
}

extension String {
    typealias CName = [CChar]

    fileprivate static func bytes(of text: UnsafePointer<CChar>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text, count: strlen(text))
    }
}

extension DirectoryListing {
    /// The names as text, in the order of the listing.
    var texts: [String] {
        entries.map { NameEncoding.text(of: name(of: $0)) }
    }
}

extension StorageBackend {
    /// A sorted listing of the directory with these names.
    func listing(_ names: [String] = []) throws -> DirectoryListing {
        var listing = DirectoryListing()
        try list(NativePath(StoragePath(components: names.map { Array($0.utf8) })), into: &listing)
        listing.sortByName()
        return listing
    }

    /// The whole content of a file.
    func content(_ names: [String]) throws -> String {
        let reader = try openReader(StoragePath(components: names.map { Array($0.utf8) }))
        var buffer = [UInt8](repeating: 0, count: 1_000)
        let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}

/// Expects a `CatalogError` with this code.
func expectError(
    _ code: CatalogError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("there was no error", sourceLocation: sourceLocation)
    } catch let error as CatalogError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    }
}

/// Whether the tests run with the rights of the superuser, whom no permission stops.
let runsAsSuperuser = geteuid() == 0

/// Runs `body` on this thread with the rights of nobody where files are concerned, when the tests run as the superuser.
func withoutFileRights<Result>(_ body: () throws -> Result) throws -> Result {
    guard runsAsSuperuser else { return try body() }
    typealias SetFileUser = @convention(c) (UInt32) -> Int32
    // setfsuid is the one such call that changes a single thread and not all of them; Swift's Glibc does not show it.
    guard let symbol = dlsym(nil, "setfsuid") else { throw ScratchFailure(action: "setfsuid") }
    let setFileUser = unsafeBitCast(symbol, to: SetFileUser.self)
    _ = setFileUser(65_534)
    defer { _ = setFileUser(0) }
    return try body()
}
