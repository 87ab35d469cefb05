import CatalogCore
import CatalogStorage
import NIOCore

/// The pieces of a part of a file, in order. Of a remote file a few are asked for before they are needed: while one is sent, the
/// other machine reads the next.
struct ReadAhead {
    /// Read and sent in one piece: more falls out of the processor's caches.
    static let localChunkBytes = 256 << 10
    /// Each is a round trip; one on its way while another is sent fills the line.
    private static let remoteChunksAhead = 3
    /// A stream has one place: the next piece is read while one is sent, and never before the one in front of it.
    private static let streamChunksAhead = 1
    /// The first piece of a remote file: who jumps to a place waits for no more than this. Each next one is four times as large.
    private static let firstRemoteBytes = 64 << 10
    /// The same of a stream, where the next piece costs no round trip.
    private static let firstStreamBytes = 16 << 10

    typealias Read = @Sendable (_ offset: Int64, _ count: Int) async throws -> ByteBuffer

    /// A piece that is read when somebody wants it, or is being read already.
    struct Piece {
        fileprivate let offset: Int64
        fileprivate let count: Int
        fileprivate let read: Read
        /// Cancelled with the piece, so that a client who goes leaves nothing behind.
        fileprivate let task: RunningRead<ByteBuffer>?

        func bytes() async throws -> ByteBuffer {
            guard let task else { return try await read(offset, count) }
            return try await task.value()
        }
    }

    private let read: Read
    private let end: Int64
    private let chunkBytesMax: Int
    private var chunkBytes: Int
    private let ahead: Int
    private let isStream: Bool
    /// The one that was begun last.
    private var last: RunningRead<ByteBuffer>?
    private var offset: Int64
    private var pieces: [Piece] = []

    /// - Parameters:
    ///   - reader: what is read.
    ///   - read: reads exactly so many bytes at an offset.
    init(_ part: Range<Int64>, of reader: any StorageReader, _ read: @escaping Read) {
        self.read = read
        (offset, end) = (part.lowerBound, part.upperBound)
        chunkBytesMax = reader.isRemote ? Limits.storageReadBytes : Self.localChunkBytes
        isStream = reader.isStream
        chunkBytes =
            !reader.isRemote ? Self.localChunkBytes : isStream ? Self.firstStreamBytes : Self.firstRemoteBytes
        reader.announce(part)
        ahead = !reader.isRemote ? 0 : isStream ? Self.streamChunksAhead : Self.remoteChunksAhead
    }

    /// The next piece; nil at the end.
    mutating func next() -> Piece? {
        repeat {
            guard offset < end else { break }
            let count = Int(min(Int64(chunkBytes), end - offset))
            let task = ahead > 0 ? running(offset, count) : nil
            last = task
            pieces.append(Piece(offset: offset, count: count, read: read, task: task))
            offset += Int64(count)
            chunkBytes = min(chunkBytes * 4, chunkBytesMax)
        } while pieces.count <= ahead
        return pieces.isEmpty ? nil : pieces.removeFirst()
    }

    private func running(_ offset: Int64, _ count: Int) -> RunningRead<ByteBuffer> {
        let before = isStream ? last : nil
        return RunningRead { [read] in
            _ = try await before?.value()
            return try await read(offset, count)
        }
    }
}

/// A read that is under way, until nobody wants it any more.
final class RunningRead<Value: Sendable>: Sendable {
    private let task: Task<Value, any Error>

    init(_ body: @escaping @Sendable () async throws -> Value) {
        task = Task { try await body() }
    }

    deinit { task.cancel() }

    func value() async throws -> Value { try await task.value }
}
