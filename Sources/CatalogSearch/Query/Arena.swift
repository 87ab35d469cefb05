/// Memory for what one query compares with; whoever uses it frees `allocations`.
struct Arena {
    private(set) var allocations: [UnsafeMutableRawPointer] = []
    /// What is left of the newest piece of memory for paths.
    private var rest = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Paths are short and many, so that they share pieces of this size.
    private static let pieceBytes = 1 << 20

    mutating func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
        let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(1, elements.count))
        _ = buffer.initialize(from: elements)
        if let base = buffer.baseAddress { allocations.append(UnsafeMutableRawPointer(base)) }
        return UnsafeBufferPointer(rebasing: buffer[..<elements.count])
    }

    mutating func bytes(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(copy(bytes))
    }

    /// `above`, then `name`, then a `/`.
    mutating func path(_ above: UnsafeBufferPointer<UInt8>, _ name: UnsafeRawBufferPointer) -> UnsafeBufferPointer<
        UInt8
    > {
        let count = above.count + name.count + 1
        if rest.count < count {
            rest = .allocate(byteCount: max(Arena.pieceBytes, count), alignment: 1)
            if let base = rest.baseAddress { allocations.append(base) }
        }
        let path = UnsafeMutableRawBufferPointer(rebasing: rest[..<count])
        rest = UnsafeMutableRawBufferPointer(rebasing: rest[count...])
        path.copyBytes(from: above)
        UnsafeMutableRawBufferPointer(rebasing: path[above.count...]).copyBytes(from: name)
        path[count - 1] = UInt8(ascii: "/")
        return UnsafeBufferPointer(path.bindMemory(to: UInt8.self))
    }
}
