import Foundation

/// The connections that carry the bytes of files of one root. A stream stays with its reader while that reads on; when all are taken, the one
/// that was not asked for the longest is taken away from its reader, who begins anew where it was.
package final class CurlStreams: @unchecked Sendable {
    /// One connection; its members are guarded by the condition, but the connection belongs to whoever is busy with it.
    private final class Slot {
        let connection: CurlConnection
        var owner: Int
        /// Where the next byte is from; negative when nothing was read yet.
        var position: Int64 = -1
        /// Whether a stream stands there, which only has to be read on; and where it ends, if that is not the end of the file.
        var isStreaming = false
        var end: Int64?
        /// Whether nothing of its answer has been looked at.
        var isAwaited = false
        /// Whether the last read came to that end.
        var hasEndedPart = false
        var isBusy = true
        /// Whether anything ever came: before that it may have found no room at the server.
        var hasWorked = false
        var lastUse = ContinuousClock.now

        init(_ connection: CurlConnection, owner: Int) {
            (self.connection, self.owner) = (connection, owner)
        }
    }

    private static let nobody = 0
    /// Connections of one reader.
    private static let ownerMax = 2

    /// A file as a reader knows it.
    struct File {
        /// As the dialect takes it.
        let path: [UInt8]
        let sizeBytes: Int64
    }

    /// Where a reader reads, and as far as it will read on from there, if it has said so.
    struct Place {
        let offset: Int64
        let end: Int64?
    }

    /// What a read gave.
    struct Part {
        let bytes: Int
        /// Whether there were fewer than asked for because the part that was asked of the server, by another client perhaps, ends there.
        let isCut: Bool
    }

    /// How long it is believed that the server lets no more connections in.
    private static let refusalHolds = Duration.seconds(60)

    private let limit: Int
    private let dialect: Dialect
    private let condition = NSCondition()
    private var slots: [Slot] = []
    private var pending = 0
    private var lastOwner = nobody
    /// How many the server let in when it refused one more, and until when that is believed.
    private var refusal: (granted: Int, until: ContinuousClock.Instant)?

    /// - Parameter limit: connections at the same time.
    package init(limit: Int, _ dialect: Dialect) {
        (self.limit, self.dialect) = (limit, dialect)
    }

    /// A new reader.
    package func newOwner() -> Owner {
        let number = locked {
            lastOwner += 1
            return lastOwner
        }
        return Owner(number: number, self)
    }

    /// Asks for the part of a file that its reader will most likely read first, where a connection is free: the answer is on its way while
    /// somebody finds out what is there.
    package func prepare(_ part: Range<Int64>, of path: [UInt8], for owner: Owner) {
        guard !part.isEmpty, let slot = freeSlot(for: owner.number) else { return }
        do {
            try ask(slot, path, at: part.lowerBound, end: dialect.knowsParts ? part.upperBound : nil)
            try slot.connection.sendOn()
            slot.position = part.lowerBound
            release(slot)
        } catch {
            // Whoever reads finds out why.
            forget(slot, isRefused: false)
        }
    }

    /// Reads at an offset. Whoever reads on where the last read ended gets a stream; a single read somewhere asks for its own bytes
    /// only, where the protocol can, and the first one of a part that was announced for all of that.
    ///
    /// - Parameter onRefusal: called when the server seems to have no room for one more connection.
    /// - Throws: `CurlFailure`; what the dialect throws.
    func read(
        _ file: File, for owner: Owner, into buffer: UnsafeMutableRawBufferPointer, at place: Place,
        onRefusal: () -> Void
    ) throws -> Part {
        let slot = try slot(for: owner.number, at: place.offset)
        do {
            let count = try read(file, slot, into: buffer, at: place)
            slot.hasWorked = true
            let part = Part(bytes: count, isCut: slot.hasEndedPart && count < buffer.count)
            release(slot)
            return part
        } catch {
            let isRefused = !slot.hasWorked && (error as? CurlFailure)?.isConnectionBroken == true
            forget(slot, isRefused: isRefused)
            if isRefused { onRefusal() }
            throw error
        }
    }

    /// Whether a reader has a stream that stands at this offset.
    func hasStream(of owner: Owner, at offset: Int64) -> Bool {
        locked { slots.contains { $0.owner == owner.number && $0.position == offset && $0.isStreaming } }
    }

    private func read(
        _ file: File, _ slot: Slot, into buffer: UnsafeMutableRawBufferPointer, at place: Place
    ) throws -> Int {
        let offset = place.offset
        let readsOn = slot.position == offset
        if !readsOn || !slot.isStreaming {
            let isPart = dialect.knowsParts && (place.end != nil || !readsOn)
            try ask(
                slot, file.path, at: offset, end: isPart ? max(place.end ?? 0, offset + Int64(buffer.count)) : nil)
        }
        let count =
            try slot.isAwaited
            ? firstBytes(file, slot, into: buffer, at: offset) : slot.connection.receive(into: buffer)
        slot.position = offset + Int64(count)
        slot.hasEndedPart = slot.isStreaming && slot.position == slot.end
        if slot.hasEndedPart {
            try slot.connection.finishReceiving()
            slot.isStreaming = false
        }
        if count < buffer.count { slot.isStreaming = false }
        return count
    }

    private func ask(_ slot: Slot, _ path: [UInt8], at offset: Int64, end: Int64?) throws {
        try slot.connection.startReceiving(dialect.request(path, offset, end.map { Int($0 - offset) }))
        (slot.end, slot.isStreaming, slot.isAwaited) = (end, true, true)
    }

    /// The same as `CurlConnection.receive`, with a look at what the server says of it.
    private func firstBytes(
        _ file: File, _ slot: Slot, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws -> Int {
        slot.isAwaited = false
        var count = try slot.connection.receive(into: buffer)
        var unwanted = try dialect.begin(slot.connection.answer, offset, file.sizeBytes)
        while unwanted > 0, count > 0 {
            let dropped = Int(min(unwanted, Int64(count)))
            UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count - dropped)])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[dropped..<count]))
            unwanted -= Int64(dropped)
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[(count - dropped)...])
            count += try slot.connection.receive(into: room) - dropped
        }
        return count
    }

    /// A reader is gone: whoever needs a connection next may have its one.
    func leave(_ owner: Int) {
        locked {
            for slot in slots where slot.owner == owner { slot.owner = Self.nobody }
        }
    }

    /// Lets go of every connection that nobody is busy with.
    package func letGoOfUnused() {
        // They end outside of the lock.
        let unused = locked { takeUnused() }
        withExtendedLifetime(unused) {}
    }

    /// Leaves room at the server for a connection that carries no file: waits for one that nobody is busy with, and for a while takes one
    /// less.
    ///
    /// - Returns: false when there is nothing to let go of.
    package func makeRoom() -> Bool {
        let unused = locked {
            let count = slots.count
            while !slots.isEmpty, slots.allSatisfy(\.isBusy) { condition.wait() }
            if count > 0 { refusal = (max(1, count - 1), .now + Self.refusalHolds) }
            return takeUnused()
        }
        return !unused.isEmpty
    }

    /// Opens a connection that carries bytes to the server. One that already lets in as many as it wants to is left room for it.
    ///
    /// - Parameter leaveRoom: lets go of connections that carry no files.
    /// - Throws: what `open` throws.
    package func makingRoom<Value>(leaveRoom: () -> Void, _ open: () throws -> Value) throws -> Value {
        do { return try open() } catch let failure as CurlFailure where failure.isConnectionBroken {
            leaveRoom()
            guard makeRoom() || locked({ slots.isEmpty }) else { throw failure }
            // It takes the server a moment to notice.
            poll(nil, 0, 50)
            return try open()
        }
    }

    /// Under the lock.
    private func takeUnused() -> [Slot] {
        let unused = slots.filter { !$0.isBusy }
        slots.removeAll { !$0.isBusy }
        condition.broadcast()
        return unused
    }

    /// A connection for a reader, which nobody else uses until it is released.
    private func slot(for owner: Int, at offset: Int64) throws -> Slot {
        condition.lock()
        while true {
            let idle = slots.filter { !$0.isBusy }
            let own = idle.filter { $0.owner == owner }
            // Another client of the same reader may be in the middle of a stream.
            let fitting = own.first { $0.position == offset } ?? own.first { !$0.isStreaming }
            let free = fitting ?? idle.first { $0.owner == Self.nobody }
            let hasOwnMost = slots.filter { $0.owner == owner }.count >= Self.ownerMax
            let mayMake = slots.count + pending < most && !hasOwnMost
            let others = hasOwnMost ? nil : idle.min { $0.lastUse < $1.lastUse }
            let taken = free ?? (mayMake ? nil : own.first ?? others)
            if let taken {
                if taken.owner != owner { (taken.owner, taken.position, taken.isStreaming) = (owner, -1, false) }
                taken.isBusy = true
                condition.unlock()
                return taken
            }
            if mayMake { break }
            condition.wait()
        }
        pending += 1
        condition.unlock()
        return try newSlot(for: owner)
    }

    /// One with which nobody is in the middle of a stream, without waiting.
    private func freeSlot(for owner: Int) -> Slot? {
        let (free, mayMake) = locked {
            let idle = slots.filter { !$0.isBusy }
            let free = idle.first { $0.owner == Self.nobody } ?? idle.first { !$0.isStreaming }
            let mayMake = free == nil && slots.count + pending < most
            if mayMake { pending += 1 }
            if let free { (free.owner, free.position, free.isStreaming, free.isBusy) = (owner, -1, false, true) }
            return (free, mayMake)
        }
        return free ?? (mayMake ? try? newSlot(for: owner) : nil)
    }

    /// Makes one that was counted as pending.
    private func newSlot(for owner: Int) throws -> Slot {
        defer { locked { pending -= 1 } }
        let slot = Slot(try dialect.connect(), owner: owner)
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

    /// Under the lock: how many there may be now.
    private var most: Int {
        guard let refusal, ContinuousClock.now < refusal.until else { return limit }
        return min(limit, refusal.granted)
    }

    private func forget(_ slot: Slot, isRefused: Bool) {
        locked {
            slots.removeAll { $0 === slot }
            if isRefused, !slots.isEmpty { refusal = (slots.count, .now + Self.refusalHolds) }
            condition.broadcast()
        }
    }

    private func locked<Value>(_ body: () throws -> Value) rethrows -> Value {
        condition.lock()
        defer { condition.unlock() }
        return try body()
    }
}
