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

    /// How a protocol asks for a file.
    package struct Dialect: Sendable {
        /// Makes a connection.
        package let connect: @Sendable () throws -> CurlConnection
        /// The request for a file from an offset on: so many bytes, or all.
        package let request: @Sendable (_ path: [UInt8], _ offset: Int64, _ count: Int?) -> CurlRequest
        /// Called with the first bytes of an answer there: how many bytes to drop first, where the server began earlier.
        /// Throws when it is no part of a file with so many bytes.
        package let begin: Begin
        /// Shape of `begin`; bytes.
        package typealias Begin =
            @Sendable (_ answer: CurlConnection.Answer, _ offset: Int64, _ fileBytes: Int64) throws -> Int64
        /// Whether a part of a file can be asked for without the rest of it.
        package let knowsParts: Bool

        /// - Parameter knowsParts: whether `request` heeds the count.
        package init(
            knowsParts: Bool, connect: @escaping @Sendable () throws -> CurlConnection,
            request: @escaping @Sendable (_ path: [UInt8], _ offset: Int64, _ count: Int?) -> CurlRequest,
            begin: @escaping Begin
        ) {
            (self.knowsParts, self.connect, self.request, self.begin) = (knowsParts, connect, request, begin)
        }
    }

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

    /// A number for a reader.
    func newOwner() -> Int {
        locked {
            lastOwner += 1
            return lastOwner
        }
    }

    /// Reads at an offset. Whoever reads on where the last read ended gets a stream; a single read somewhere asks for its own bytes
    /// only, where the protocol can, and the first one of a part that was announced for all of that.
    ///
    /// - Parameter onRefusal: called when the server seems to have no room for one more connection.
    /// - Throws: `CurlFailure`; what the dialect throws.
    func read(
        _ file: File, for owner: Int, into buffer: UnsafeMutableRawBufferPointer, at place: Place, onRefusal: () -> Void
    ) throws -> Part {
        let slot = try slot(for: owner, at: place.offset)
        do {
            let count = try read(file, slot, into: buffer, at: place)
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
    func hasStream(of owner: Int, at offset: Int64) -> Bool {
        locked { slots.contains { $0.owner == owner && $0.position == offset && $0.isStreaming } }
    }

    private func read(
        _ file: File, _ slot: Slot, into buffer: UnsafeMutableRawBufferPointer, at place: Place
    ) throws -> Int {
        let offset = place.offset
        let readsOn = slot.position == offset
        var count = 0
        if readsOn, slot.isStreaming {
            count = try slot.connection.receive(into: buffer)
        } else {
            let isPart = dialect.knowsParts && (place.end != nil || !readsOn)
            let end = isPart ? max(place.end ?? 0, offset + Int64(buffer.count)) : nil
            try slot.connection.startReceiving(dialect.request(file.path, offset, end.map { Int($0 - offset) }))
            (slot.end, slot.isStreaming) = (end, true)
            count = try slot.connection.receive(into: buffer)
            var unwanted = try dialect.begin(slot.connection.answer, offset, file.sizeBytes)
            while unwanted > 0, count > 0 {
                let dropped = Int(min(unwanted, Int64(count)))
                UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count - dropped)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[dropped..<count]))
                unwanted -= Int64(dropped)
                let room = UnsafeMutableRawBufferPointer(rebasing: buffer[(count - dropped)...])
                count += try slot.connection.receive(into: room) - dropped
            }
        }
        slot.position = offset + Int64(count)
        slot.hasEndedPart = slot.isStreaming && slot.position == slot.end
        if slot.hasEndedPart {
            try slot.connection.finishReceiving()
            slot.isStreaming = false
        }
        if count < buffer.count { slot.isStreaming = false }
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
        defer { locked { pending -= 1 } }
        let slot = Slot(try dialect.connect(), owner: owner)
        locked { slots.append(slot) }
        return slot
    }

    private func release(_ slot: Slot) {
        locked {
            (slot.isBusy, slot.hasWorked) = (false, true)
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
