package import CatalogCore
import Synchronization

/// What goes wrong in a `MemoryBackend`, and when: a test says it, the backend asks.
package final class MemoryFaults: Sendable {
    /// A kind of call.
    package enum Call: String, Sendable, CaseIterable {
        case list, stat, openReader, read, openWriter, write, finish, rename, makeDirectory, remove, copy, probe
    }

    private struct State {
        var count = 0
        var counts: [Call: Int] = [:]
        var failures: [Failure] = []
        var lostAnswers: [Call: Set<Int>] = [:]
        var isAway = false
        var room: Int64?
        var roomError = full
        var readLimit: Int64?
        var readTwist: Int64?
        var writeTwist: Int64?
        var before: [Call: @Sendable (Int) throws -> Void] = [:]
    }

    private struct Failure {
        /// Nil for any.
        let call: Call?
        let number: Int
        let error: CatalogError
    }

    private let state = Mutex(State())

    /// Nothing goes wrong.
    package init() {}

    /// Calls so far, of one kind or of all.
    package func calls(_ call: Call? = nil) -> Int {
        state.withLock { state in call.map { state.counts[$0] ?? 0 } ?? state.count }
    }

    /// The call with this number, counted from 1 over all calls or over those of one kind, fails.
    package func fail(_ call: Call? = nil, number: Int, with error: CatalogError = away) {
        state.withLock { $0.failures.append(Failure(call: call, number: number, error: error)) }
    }

    /// The rename with this number does its work, and the caller hears that the storage is away.
    package func loseAnswer(ofRename number: Int) {
        state.withLock { _ = $0.lostAnswers[.rename, default: []].insert(number) }
    }

    /// Every call fails, or works again.
    package func goAway(_ isAway: Bool = true) { state.withLock { $0.isAway = isAway } }

    /// The storage takes this many bytes more at most, and then says why it takes no more; nil for any number.
    package func leaveRoom(_ bytes: Int64?, then error: CatalogError = full) {
        state.withLock { ($0.room, $0.roomError) = (bytes, error) }
    }

    /// Files end for readers at this byte; nil for where they end.
    package func cutReads(at offset: Int64?) { state.withLock { $0.readLimit = offset } }

    /// The byte at this offset is another one for readers; nil for none.
    package func twistReads(at offset: Int64?) { state.withLock { $0.readTwist = offset } }

    /// The byte at this offset is another one when it is stored; nil for none.
    package func twistWrites(at offset: Int64?) { state.withLock { $0.writeTwist = offset } }

    /// Runs `body` ahead of each call of a kind, with the number of the call: it may wait, throw, or change things.
    package func before(_ call: Call, _ body: (@Sendable (Int) throws -> Void)?) {
        state.withLock { $0.before[call] = body }
    }

    /// What a storage that does not answer throws.
    package static let away = CatalogError(.storageUnavailable, "Storage unavailable", cause: "made by a test")

    /// What a full storage throws.
    package static let full = CatalogError(.insufficientStorage, "The storage is full")

    // MARK: Asked by the backend

    /// Counts a call.
    func begin(_ call: Call) throws {
        let (body, number, error) = state.withLock { state in
            state.count += 1
            state.counts[call, default: 0] += 1
            let number = state.counts[call] ?? 0
            let failure = state.failures.first { failure in
                failure.call == nil ? failure.number == state.count : failure.call == call && failure.number == number
            }
            return (state.before[call], number, failure?.error ?? (state.isAway ? Self.away : nil))
        }
        try body?(number)
        if let error { throw error }
    }

    /// Tells the caller of the call that was begun last what came of it.
    func end(_ call: Call) throws {
        let isLost = state.withLock { $0.lostAnswers[call]?.contains($0.counts[call] ?? 0) ?? false }
        if isLost { throw Self.away }
    }

    /// What readers see of `count` bytes that were read at `offset`.
    func pass(_ buffer: UnsafeMutableRawBufferPointer, count: Int, at offset: Int64) -> Int {
        let (limit, twist) = state.withLock { ($0.readLimit, $0.readTwist) }
        let seen = limit.map { Int(max(0, min(Int64(count), $0 - offset))) } ?? count
        if let twist, (offset..<(offset + Int64(seen))).contains(twist) { buffer[Int(twist - offset)] ^= 1 }
        return seen
    }

    /// How many of `count` bytes are taken, and why not all of them.
    func take(_ count: Int) -> (count: Int, error: CatalogError?) {
        state.withLock { state in
            guard let room = state.room else { return (count, nil) }
            let taken = Int(min(room, Int64(count)))
            state.room = room - Int64(taken)
            return (taken, taken < count ? state.roomError : nil)
        }
    }

    /// What is stored of bytes for `offset`.
    func stored(_ bytes: [UInt8], at offset: Int64) -> [UInt8] {
        guard let twist = state.withLock({ $0.writeTwist }), (offset..<(offset + Int64(bytes.count))).contains(twist)
        else { return bytes }
        var bytes = bytes
        bytes[Int(twist - offset)] ^= 1
        return bytes
    }
}
