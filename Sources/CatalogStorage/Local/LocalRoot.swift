import CLinux
import CatalogCore
import Glibc

/// An open handle on a root directory.
///
/// Everything below is opened relative to it, so that it stays the same directory whatever happens to the path it was
/// opened by.
final class LocalRoot: Sendable {
    private let descriptor: Descriptor
    /// Every reserved directory: a mount could show one anywhere.
    private let reserved: [ReservedDirectory]
    /// Those whose path leads through this root, relative to it; an empty one hides everything.
    private let hiddenPaths: [[UInt8]]

    /// Opens the directory at the absolute `path`, through links if need be.
    ///
    /// - Throws: `SystemFailure`.
    init(path: [UInt8], reserved: [ReservedDirectory]) throws {
        let number = LocalPath.withCString(path) { Glibc.open($0, catalog_open_place | O_DIRECTORY | O_CLOEXEC) }
        guard number >= 0 else { throw SystemFailure(number: errno) }
        descriptor = Descriptor(number)
        let real = LocalPath.resolved(path) ?? path
        self.reserved = reserved
        hiddenPaths = reserved.compactMap { directory in
            if LocalPath.isInside(real, directory.path) { return [] }
            guard LocalPath.isInside(directory.path, real) else { return nil }
            return Array(directory.path.dropFirst(real.count).drop { $0 == UInt8(ascii: "/") })
        }
    }

    /// Lends the descriptor of the root itself, good for `statx`, `fstatfs` and relative opens.
    func withNumber<Result>(_ body: (Int32) throws -> Result) rethrows -> Result {
        try descriptor.withNumber(body)
    }

    /// Opens `path` below the root.
    ///
    /// A path longer than the system takes at once is opened in steps, and then no link is followed, because each step
    /// could only see its own part of the way.
    ///
    /// - Parameters:
    ///   - path: below the root.
    ///   - flags: of `open`.
    ///   - followsLinks: whether links that stay inside of the root are followed.
    /// - Returns: the open descriptor.
    /// - Throws: `SystemFailure`.
    func open(_ path: NativePath, flags: Int32, followsLinks: Bool) throws -> Descriptor {
        guard path.byteCount <= LocalRoot.pathBytesAtOnce else {
            return try descriptor.withNumber { try LocalRoot.openInSteps(from: $0, path.bytes, flags: flags) }
        }
        let result = descriptor.withNumber { number in
            path.withCString { text, _ in catalog_open_beneath(number, text, flags, followsLinks ? 1 : 0) }
        }
        guard result >= 0 else { throw SystemFailure(Int(result)) }
        return Descriptor(result)
    }

    /// Whether a path on which no link was followed leads into a directory that no root may show.
    func hides(_ path: NativePath) -> Bool {
        hiddenPaths.contains { hidden in
            guard path.bytes.starts(with: hidden) else { return false }
            return hidden.isEmpty || path.byteCount == hidden.count || path.bytes[hidden.count] == UInt8(ascii: "/")
        }
    }

    /// The same for an open file, to which links may have led.
    func hidesOpenFile(_ number: Int32) -> Bool {
        guard !hiddenPaths.isEmpty else { return false }
        var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = path.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/fd/\(number)", $0, text.count) } ?? -1
            }
        }
        // Without an answer nobody can say that it is not the data directory. A path that fills the buffer may be cut,
        // but its beginning is right.
        guard length > 0 else { return true }
        let real = Array(path[..<length])
        return reserved.contains { LocalPath.isInside(real, $0.path) }
    }

    /// Whether this is itself a directory that no root may show.
    func isReserved(device: Int64, inode: Int64) -> Bool {
        reserved.contains { $0.inode == inode && $0.device == device }
    }

    /// Bytes of a path that is opened by one call: PATH_MAX is 4,096 with the NUL.
    private static let pathBytesAtOnce = 4_000

    private static func openInSteps(
        from base: Int32, _ path: ArraySlice<UInt8>, flags: Int32
    ) throws -> Descriptor {
        let part = firstPart(of: path)
        let rest = path[part.endIndex...].drop { $0 == UInt8(ascii: "/") }
        let partFlags = rest.isEmpty ? flags : catalog_open_place | O_DIRECTORY
        let result = LocalPath.withCString(Array(part)) { catalog_open_beneath(base, $0, partFlags, 0) }
        guard result >= 0 else { throw SystemFailure(Int(result)) }
        let opened = Descriptor(result)
        if rest.isEmpty { return opened }
        return try opened.withNumber { try openInSteps(from: $0, rest, flags: flags) }
    }

    /// As many whole names as one call takes, and at least one.
    private static func firstPart(of path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard path.count > pathBytesAtOnce else { return path }
        let slash = UInt8(ascii: "/")
        let head = path.prefix(pathBytesAtOnce + 1)
        let end = head.lastIndex(of: slash) ?? path.firstIndex(of: slash) ?? path.endIndex
        return path[..<end]
    }
}
