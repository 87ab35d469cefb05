import CatalogCore
import Glibc
import Synchronization

/// What the kernel tells of directories that it was asked to watch (inotify): one instance for one storage root.
///
/// Nothing is told of what happens before a directory is watched, or below it: each directory is watched by itself.
///
/// *Source*: inotify(7).
final class ChangeNotices: Sendable {
    /// What the kernel says of one directory.
    struct Notice {
        /// The number that `watch` returned.
        let directory: Int32
        let mask: UInt32
        /// The name in the directory that it is about; empty for the directory itself.
        let name: [UInt8]

        func has(_ event: Int32) -> Bool { mask & UInt32(bitPattern: event) != 0 }
        /// Whether `name` is a directory.
        var isAboutDirectory: Bool { has(Int32(IN_ISDIR)) }
    }

    /// Names that come and go, files that were written, times and links that were set.
    private static let events =
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF
    private static let bufferSize = 256 << 10
    /// Of one notice without its name.
    private static let headSize = 16

    private let descriptor: Descriptor

    /// - Throws: `SystemFailure`, as when a user has too many instances.
    init() throws {
        let number = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard number >= 0 else { throw SystemFailure(number: errno) }
        descriptor = Descriptor(number)
    }

    /// Watches an open directory, which may be closed afterwards.
    ///
    /// - Returns: its number, the same one for a directory that is watched already.
    /// - Throws: `SystemFailure`: ENOSPC when the user watches as many as the system lets.
    func watch(_ directory: borrowing Descriptor) throws -> Int32 {
        let mask = UInt32(bitPattern: Self.events | Int32(IN_ONLYDIR) | Int32(IN_EXCL_UNLINK))
        // By its handle: whatever is renamed meanwhile, no other directory gets there.
        let path = directory.withNumber { "/proc/self/fd/\($0)" }
        let number = descriptor.withNumber { inotify_add_watch($0, path, mask) }
        guard number >= 0 else { throw SystemFailure(number: errno) }
        return number
    }

    /// Ends the watch of a directory; one that is gone has ended by itself.
    func unwatch(_ directory: Int32) {
        _ = descriptor.withNumber { inotify_rm_watch($0, directory) }
    }

    /// Waits for notices and takes what there is. Blocks for so long at most.
    func wait(milliseconds: Int32) -> [Notice] {
        var notices: [Notice] = []
        descriptor.withNumber { descriptor in
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, milliseconds) > 0 else { return }
            var buffer = [UInt8](repeating: 0, count: Self.bufferSize)
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            buffer.withUnsafeBytes { notices = Self.parse(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        return notices
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer) -> [Notice] {
        var notices: [Notice] = []
        var offset = 0
        while offset + headSize <= bytes.count {
            let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
            let end = offset + headSize + length
            guard end <= bytes.count else { break }
            notices.append(
                Notice(
                    directory: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self),
                    mask: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self),
                    // Filled up with zeros.
                    name: Array(bytes[(offset + headSize)..<end].prefix { $0 != 0 })))
            offset = end
        }
        return notices
    }
}
