import Glibc

/// Memory of the server that its helper shares: content of files goes through it, which a socket would copy twice.
///
/// What is in it may change at any moment, since the helper is no friend: it is bytes of a file and nothing else.
package final class SharedBlock: @unchecked Sendable {
    /// Bytes of one.
    package static let count = 1 << 20

    /// All of it. Of use as long as the block is there.
    package let bytes: UnsafeMutableRawBufferPointer

    /// Maps memory of that size.
    ///
    /// - Parameter descriptor: of the memory; it may be closed afterwards.
    /// - Returns: nil when the system does not let us.
    package init?(descriptor: Int32) {
        let memory = mmap(nil, Self.count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let memory, memory != MAP_FAILED else { return nil }
        bytes = UnsafeMutableRawBufferPointer(start: memory, count: Self.count)
    }

    deinit {
        munmap(bytes.baseAddress, Self.count)
    }
}
