import CatalogCore
import Synchronization

/// What a job may still read of a root. It is asked before each piece of a file, and takes bytes of the day in lots, each noted in
/// the database before anything of it is read: neither a kill nor another node makes more of them.
final class HashAllowance: Sendable {
    private struct State {
        var limits = HashLimits()
        /// The day of the lot, and what is left of it.
        var day: Int64 = .min
        var rest: Int64 = 0
    }

    private let root: RootID
    private let store: HashStore
    /// Held by a thread that may block, until the database has answered.
    private let state = Mutex(State())
    private let found = Mutex<HashPause?>(nil)

    init(root: RootID, store: HashStore) {
        (self.root, self.store) = (root, store)
    }

    /// Why nothing may be read any more. Once it says so it stays with it: the job stops and begins anew.
    var pause: HashPause? { found.withLock { $0 } }

    /// As they were when bytes were taken last.
    var limits: HashLimits { state.withLock { $0.limits } }

    /// Takes bytes, and blocks while it looks for some.
    ///
    /// - Parameter isWhole: whether fewer are of no use.
    /// - Returns: how many may be read now; 0 when the window is closed or the day's bytes are used up.
    /// - Throws: what the database throws.
    func take(_ bytes: Int64, isWhole: Bool = false) throws -> Int64 {
        try state.withLock { state in
            guard pause == nil else { return 0 }
            let now = store.time.now
            if let window = state.limits.window, !window.contains(now) {
                stop(HashPause(state.limits, bytesRead: 0, now: now))
                return 0
            }
            let day = LocalTime(microseconds: now).day
            if state.day != day || state.rest < (isWhole ? bytes : 1) { try refill(&state, bytes, day, now) }
            guard pause == nil else { return 0 }
            let taken = min(bytes, state.rest)
            guard taken == bytes || !isWhole else {
                // Too little is left of this day for a piece that counts as a whole.
                stop(HashPause(state.limits, bytesRead: .max, now: now))
                return 0
            }
            state.rest -= taken
            return taken
        }
    }

    /// Looks whether anything may be read now. Blocks.
    func look() throws {
        try state.withLock { state in
            let now = store.time.now
            try refill(&state, 0, LocalTime(microseconds: now).day, now)
        }
    }

    /// Gives back what was taken ahead and not read. Blocks.
    func settle() throws {
        let (day, rest) = state.withLock { state in
            defer { state.rest = 0 }
            return (state.day, state.rest)
        }
        if rest > 0 { try store.addRead(-rest, in: root, on: day) }
    }

    /// - Parameter bytes: that are needed at least, beside what there is of the same day.
    private func refill(_ state: inout State, _ bytes: Int64, _ day: Int64, _ now: Int64) throws {
        let isNewDay = state.day != day
        if isNewDay, state.rest > 0 {
            try store.addRead(-state.rest, in: root, on: state.day)
            state.rest = 0
        }
        let ahead = state.limits.bytesPerDay == nil ? Limits.hashBytesBetweenLooks : Limits.hashBytesTakenAhead
        let lot = bytes == 0 ? 0 : max(bytes, ahead)
        let taken = try store.takeBlocking(lot, in: root, on: day)
        (state.limits, state.day) = (taken.limits, day)
        state.rest += taken.bytes
        let isEmpty = state.rest == 0
        stop(HashPause(taken.limits, bytesRead: isEmpty ? taken.bytesRead : 0, now: now))
    }

    private func stop(_ pause: HashPause?) {
        found.withLock { $0 = pause }
    }
}
