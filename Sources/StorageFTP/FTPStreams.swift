import CatalogCore
import CurlClient
import Foundation

/// The connections that carry the bytes of files. A stream stays with its reader while that reads on; when all are taken, the one
/// that was not asked for the longest is taken away from its reader, who begins anew where it was.
final class FTPStreams: @unchecked Sendable {
    /// One connection; its members are guarded by the condition, but the connection belongs to whoever is busy with it.
    private final class Slot {
        let connection: CurlConnection
        var owner: Int
        /// Where the stream is; negative when there is none.
        var position: Int64 = -1
        var isBusy = true
        var lastUse = ContinuousClock.now

        init(_ connection: CurlConnection, owner: Int) {
            (self.connection, self.owner) = (connection, owner)
        }
    }

    private static let nobody = 0

    private let target: FTPTarget
    private let condition = NSCondition()
    private var slots: [Slot] = []
    private var pending = 0
    private var lastOwner = nobody

    init(_ target: FTPTarget) {
        self.target = target
    }

    /// A number for a reader.
    func newOwner() -> Int {
        locked {
            lastOwner += 1
            return lastOwner
        }
    }

    /// Reads on at an offset.
    ///
    /// - Throws: `CurlFailure`.
    func read(
        _ path: [UInt8], for owner: Int, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws -> Int {
        let slot = try slot(for: owner)
        do {
            if slot.position != offset {
                var request = CurlRequest(target.url(path))
                request.offset = offset
                slot.position = offset
                try slot.connection.startReceiving(request)
            }
            let count = try slot.connection.receive(into: buffer)
            slot.position = count < buffer.count ? -1 : slot.position + Int64(count)
            release(slot)
            return count
        } catch {
            forget(slot)
            throw error
        }
    }

    /// A reader is gone: whoever needs a connection next may have its one.
    func leave(_ owner: Int) {
        locked {
            for slot in slots where slot.owner == owner { slot.owner = Self.nobody }
        }
    }

    func closeAll() {
        locked {
            slots.removeAll { !$0.isBusy }
            condition.broadcast()
        }
    }

    /// A connection for a reader, which nobody else uses until it is released.
    private func slot(for owner: Int) throws -> Slot {
        condition.lock()
        while true {
            let idle = slots.filter { !$0.isBusy }
            let own = idle.first { $0.owner == owner }
            let free = own ?? idle.first { $0.owner == Self.nobody }
            let mayMake = slots.count + pending < target.connections
            let taken = free ?? (mayMake ? nil : idle.min { $0.lastUse < $1.lastUse })
            if let taken {
                if taken.owner != owner { (taken.owner, taken.position) = (owner, -1) }
                taken.isBusy = true
                condition.unlock()
                return taken
            }
            if mayMake { break }
            condition.wait()
        }
        pending += 1
        condition.unlock()
        defer { locked { pending -= 1 } }
        let slot = Slot(try target.connection(), owner: owner)
        locked { slots.append(slot) }
        return slot
    }

    private func release(_ slot: Slot) {
        locked {
            slot.isBusy = false
            slot.lastUse = .now
            condition.broadcast()
        }
    }

    private func forget(_ slot: Slot) {
        locked {
            slots.removeAll { $0 === slot }
            condition.broadcast()
        }
    }

    private func locked<Value>(_ body: () throws -> Value) rethrows -> Value {
        condition.lock()
        defer { condition.unlock() }
        return try body()
    }
}
