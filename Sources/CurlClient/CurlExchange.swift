import CCurl

/// What the callbacks of one transfer share with whoever runs it: where bytes go, where they come from.
///
/// Used by the one thread that runs the transfer; the callbacks run inside of its calls.
final class CurlExchange {
    /// Lines of the head at most, of all answers together.
    private static let headBytesMax = 256 << 10

    /// Takes all of the body, or throws, which ends the transfer.
    var onBody: ((UnsafeRawBufferPointer) throws -> Void)?
    /// What `onBody` threw.
    private(set) var error: (any Error)?
    /// The head lines so far.
    private(set) var head: [UInt8] = []

    /// What an FTP server said last if it hung up (421): the library calls that a time-out, and says no more of it.
    var goodbye: String? {
        guard let line = head.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).last, line.starts(with: "421".utf8)
        else { return nil }
        return String(decoding: line, as: UTF8.self)
    }

    /// Where a stream's bytes go now, and how many are there.
    private var target = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private(set) var filled = 0
    /// What came when there was no room for it: at most one buffer of the library.
    private var rest: [UInt8] = []
    private var restStart = 0
    /// Whether the library waits until there is room, or something to send.
    private(set) var isPaused = false

    /// What is to be sent now.
    private var source = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Whether nothing comes after it.
    var isSourceEnded = false
    private(set) var sentBytes: Int64 = 0

    var isSourceEmpty: Bool { source.isEmpty }
    var isTargetFull: Bool { filled == target.count }

    /// Lends memory for what comes, and fills it with what is there already.
    func offer(_ buffer: UnsafeMutableRawBufferPointer) {
        (target, filled) = (buffer, 0)
        let count = min(buffer.count, rest.count - restStart)
        guard count > 0 else { return }
        buffer.copyBytes(from: rest[restStart..<restStart + count])
        (restStart, filled) = (restStart + count, count)
        if restStart == rest.count {
            rest.removeAll(keepingCapacity: true)
            restStart = 0
        }
    }

    /// Takes the memory back.
    func withdraw() {
        (target, filled) = (UnsafeMutableRawBufferPointer(start: nil, count: 0), 0)
        source = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Lends bytes to send.
    func send(_ bytes: UnsafeRawBufferPointer) {
        source = bytes
        sentBytes += Int64(bytes.count)
    }

    func resume() { isPaused = false }

    // MARK: Called by the library

    fileprivate func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        if let onBody {
            do {
                try onBody(bytes)
                return bytes.count
            } catch {
                self.error = error
                return 0
            }
        }
        guard !isTargetFull else {
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        let count = min(bytes.count, target.count - filled)
        if count > 0 {
            UnsafeMutableRawBufferPointer(rebasing: target[filled..<filled + count]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            filled += count
        }
        rest += bytes[count...]
        return bytes.count
    }

    fileprivate func takeHead(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard head.count + bytes.count <= Self.headBytesMax else { return 0 }
        head += bytes
        return bytes.count
    }

    fileprivate func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, source.count)
        guard count > 0 else {
            if isSourceEnded { return 0 }
            isPaused = true
            return Int(CURL_READFUNC_PAUSE)
        }
        room.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
        source = UnsafeRawBufferPointer(rebasing: source[count...])
        return count
    }
}

/// The functions that the library calls; their context is the exchange, which outlives the transfer.
enum CurlCallbacks {
    static let body: catalog_curl_sink = { bytes, size, count, context in
        exchange(context)?.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
    }
    static let head: catalog_curl_sink = { bytes, size, count, context in
        exchange(context)?.takeHead(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
    }
    static let source: catalog_curl_source = { bytes, size, count, context in
        exchange(context)?.give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
            ?? Int(CURL_READFUNC_ABORT)
    }

    private static func exchange(_ context: UnsafeMutableRawPointer?) -> CurlExchange? {
        context.map { Unmanaged<CurlExchange>.fromOpaque($0).takeUnretainedValue() }
    }
}
