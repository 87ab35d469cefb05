import CatalogCore
import Foundation
import Glibc
import Synchronization

/// The connections to the server of one root: calls go to one that is idle, to a new one while there may be more, and else wait
/// for one.
///
/// Every call blocks and belongs on a thread of a `BlockingPool`.
package final class ConnectionPool<Connection: Sendable>: @unchecked Sendable {
    /// One of its connections.
    package typealias Lane = ConnectionLane<Connection>

    private static var refusalHolds: Int64 { 60_000_000 }
    private static var idleMost: Int64 { 30_000_000 }

    private let limit: ConnectionLimit
    private let distance = ServerDistance()
    private let make: () throws -> Connection
    let breaksConnection: @Sendable (any Error) -> Bool
    private let breaker: CircuitBreaker
    private let retries: RetryPauses
    /// Guards what follows, and wakes those who wait for a connection that is being made.
    private let condition = NSCondition()
    private var lanes: [Lane] = []
    /// Being made now, outside of the lock.
    private var pending = 0
    /// How many connections the server let in when it refused one more, and until when that is believed.
    private var refusal: (granted: Int, until: Int64)?
    /// How often a connection became free: whoever has looked at all in vain waits for a change of it.
    private var releases = 0
    /// How often everything was let go: whoever rests before another try gives up then.
    private var closings = 0

    /// - Parameters:
    ///   - limit: connections at the same time.
    ///   - breaksConnection: whether a connection is of no use after an error, and the same call may succeed on another one.
    ///   - make: connects, or throws `CatalogError.storageUnavailable` with what is wrong and what to do.
    package init(
        limit: ConnectionLimit, retries: RetryPauses = .usual, breaker: CircuitBreaker = CircuitBreaker(),
        breaksConnection: @escaping @Sendable (any Error) -> Bool,
        make: @escaping @Sendable () throws -> Connection
    ) {
        self.limit = limit
        self.make = make
        self.breaksConnection = breaksConnection
        (self.retries, self.breaker) = (retries, breaker)
    }

    /// Whether callers meet the storage, or the error of the last try.
    package var circuit: CircuitBreaker.State { breaker.state }

    /// Lets the next caller try to connect, however short ago the storage was away. Others do not wait for that.
    package func retrySoon() { breaker.retrySoon() }

    /// Runs `body` with a connection of its own, and again with another one when the connection broke: a server that restarted
    /// breaks all of them. So `body` must only ask, and change nothing.
    ///
    /// - Parameter isMeasured: whether the time that it takes says how far the server is; reading takes the time of its disks.
    /// - Throws: what `body` throws; what `make` throws, at once while it did so a moment ago.
    package func use<Value>(
        isMeasured: Bool = true, _ body: (Connection, Lane) throws -> Value
    ) throws -> Value {
        try retrying { _ in try once(isMeasured: isMeasured, body) }
    }

    /// Runs `question` and then `change` with the same connection. When that breaks in the question, both run again with another
    /// one; a change is never made twice, since nobody knows whether the server has done it.
    ///
    /// The question is what keeps an idle connection that the server has closed long ago from failing the change.
    ///
    /// - Throws: as `use`.
    package func change<Answer, Value>(
        asking question: (Connection) throws -> Answer, _ change: (Connection, Lane, Answer) throws -> Value
    ) throws -> Value {
        // A file that is open still, for nobody, may not be changed on some servers. One whose connection is busy is closed at the end of what
        // that does, which may be long.
        let end = TimeSource.monotonic.now + Self.choresPatience
        doChores()
        while hasChores, TimeSource.monotonic.now < end {
            poll(nil, 0, 10)
            doChores()
        }
        let result = try retrying { _ in
            try once { connection, lane -> Result<Value, any Error> in
                let answer = try question(connection)
                do {
                    return .success(try change(connection, lane, answer))
                } catch {
                    // Not thrown, or it would be tried again.
                    if breaksConnection(error) { letGo(of: lane) }
                    return .failure(error)
                }
            }
        }
        return try result.get()
    }

    /// Whether something was left to connections that nobody has used since.
    package var hasChores: Bool { locked { lanes }.contains(where: \.hasChores) }

    /// Does what was left to connections, such as closing files; those that are in use do it when they are done. Blocks.
    package func doChores() {
        for lane in locked({ lanes }) where lane.hasChores { _ = lane.useIfIdle { _ in } }
    }

    /// Microseconds.
    private static var choresPatience: Int64 { 1_000_000 }

    /// Runs `body`, which says whether it is tried for the first time, again as long as connections break.
    ///
    /// - Throws: what `body` throws at last.
    package func retrying<Value>(_ body: (_ isFirst: Bool) throws -> Value) throws -> Value {
        let start = retries.time.now
        let known = locked { closings }
        var pauses = retries.pauses()[...]
        var isFirst = true
        while true {
            do {
                return try body(isFirst)
            } catch  where breaksConnection(error) {
                let isLate = !isFirst && retries.time.now - start > RetryPauses.patience
                guard let pause = pauses.popFirst(), !isLate, rest(pause, since: known) else { throw error }
                isFirst = false
            }
        }
    }

    /// In small steps, each measured from where it begins: the system's clock may be set meanwhile.
    ///
    /// - Returns: whether nothing was closed meanwhile.
    private func rest(_ microseconds: Int64, since known: Int) -> Bool {
        let end = TimeSource.monotonic.now + microseconds
        while locked({ closings == known }) {
            let left = end - TimeSource.monotonic.now
            guard left > 0 else { return true }
            poll(nil, 0, Int32(clamping: min(left / 1_000 + 1, 10)))
        }
        return false
    }

    /// The same as `use`, tried once.
    package func once<Value>(
        isMeasured: Bool = true, _ body: (Connection, Lane) throws -> Value
    ) throws -> Value {
        while true {
            let (candidates, seen) = locked { (lanes, releases) }
            for lane in candidates {
                let value = try keepingWhole(lane) { try lane.useIfIdle { try timed(isMeasured, body, $0, lane) } }
                guard let value else { continue }
                letGoOfSurplus()
                return value
            }
            if let lane = try makeOne() {
                return try keepingWhole(lane) { try lane.use { try timed(isMeasured, body, $0, lane) } }
            }
            locked {
                while releases == seen, !lanes.isEmpty || pending > 0 { condition.wait() }
            }
        }
    }

    private func timed<Value>(
        _ isMeasured: Bool, _ body: (Connection, Lane) throws -> Value, _ connection: Connection, _ lane: Lane
    ) rethrows -> Value {
        guard isMeasured else { return try body(connection, lane) }
        let start = retries.time.now
        let value = try body(connection, lane)
        if distance.note(microseconds: retries.time.now - start) { locked { condition.broadcast() } }
        return value
    }

    /// Lets go of a connection that `body` finds broken.
    private func keepingWhole<Value>(_ lane: Lane, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch  where breaksConnection(error) {
            letGo(of: lane)
            throw error
        }
    }

    /// With a broken connection go those that nobody uses just now: the same may have happened to them, and whoever tries again would
    /// find out one by one.
    private func letGo(of broken: Lane) {
        // They end outside of the lock.
        let unused = locked {
            let unused = lanes.filter { $0 === broken || $0.isIdle(since: .max) }
            lanes.removeAll { lane in unused.contains { $0 === lane } }
            noteRelease()
            // There is room for more than one now.
            condition.broadcast()
            return unused
        }
        withExtendedLifetime(unused) {}
    }

    /// Leaves room at the server for a connection of another kind that it has refused: for a while there is one less, at least one though.
    package func leaveRoom() {
        locked { refusal = (granted: max(1, lanes.count + pending - 1), until: retries.time.now + Self.refusalHolds) }
        letGoOfSurplus()
    }

    /// Lets go of connections beyond those that the server lets in, and of those beyond the usual ones that nobody has used for a while.
    private func letGoOfSurplus() {
        // They end outside of the lock.
        let unused = locked { () -> [Lane] in
            let now = retries.time.now
            let granted = refusal.flatMap { now < $0.until ? $0.granted : nil } ?? .max
            guard lanes.count > min(granted, limit.near) else { return [] }
            let unused = lanes.enumerated().filter { index, lane in
                index >= granted && lane.isIdle(since: .max)
                    || index >= limit.near && lane.isIdle(since: now - Self.idleMost)
            }.map(\.element)
            lanes.removeAll { lane in unused.contains { $0 === lane } }
            // Whoever came for one of them while it was looked at took it for a busy one.
            releases &+= 1
            condition.broadcast()
            return unused
        }
        withExtendedLifetime(unused) {}
    }

    /// Nil when there are as many as there may be, or the server lets no more in: whoever asks waits for one of them.
    private func makeOne() throws -> Lane? {
        let mayMake = locked {
            guard lanes.count + pending < most else { return false }
            pending += 1
            return true
        }
        guard mayMake else { return nil }
        defer {
            locked {
                pending -= 1
                noteRelease()
            }
        }
        var isTried = false
        do {
            return try breaker.run {
                isTried = true
                let lane = Lane(try make(), time: retries.time) { [weak self] in self?.locked { self?.noteRelease() } }
                locked { lanes.append(lane) }
                return lane
            }
        } catch {
            // With another connection the server is not away: it lets in so many and no more.
            guard isTried, isRefused() else { throw error }
            breaker.reset()
            return nil
        }
    }

    /// Whether a connection that could not be made is only one more than the server wants; then no more are tried for a while.
    private func isRefused() -> Bool {
        locked {
            let others = lanes.count + pending - 1
            guard others > 0 else {
                // It is away, and may let in as many as ever when it is back.
                refusal = nil
                return false
            }
            refusal = (granted: others, until: retries.time.now + Self.refusalHolds)
            return true
        }
    }

    /// Under the lock: how many there may be now.
    private var most: Int {
        let wanted = distance.isFar ? limit.far : limit.near
        guard let refusal, retries.time.now < refusal.until else { return wanted }
        return min(wanted, refusal.granted)
    }

    /// Under the lock.
    private func noteRelease() {
        releases &+= 1
        // One is enough: it passes on what it does not take.
        condition.signal()
    }

    private func locked<Value>(_ body: () throws -> Value) rethrows -> Value {
        condition.lock()
        defer { condition.unlock() }
        return try body()
    }

    /// Lets go of every connection; calls that are running end normally.
    package func closeAll() {
        locked {
            lanes = []
            (refusal, closings) = (nil, closings + 1)
            distance.forget()
            noteRelease()
            condition.broadcast()
        }
        breaker.reset()
    }
}
