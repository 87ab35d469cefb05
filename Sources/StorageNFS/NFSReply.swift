import CLinux
import CNFS
import CatalogCore
import Glibc

/// The answer to the one question that a connection has asked.
///
/// The library's calls that wait by themselves keep it on the stack of their caller. When a server resets a connection on which
/// one of them waits, it returns and leaves its question with the library, which answers it while the context is destroyed: from
/// another thread, into a stack that may be gone (libnfs 4.0, `rpc_service`). So the questions here are those that do not wait,
/// and their answer lives as long as the connection.
final class NFSReply {
    /// Takes what comes with an answer while somebody waits for it; valid during the call only.
    private var take: ((Int32, UnsafeMutableRawPointer?) -> Void)?

    private let mostBytes: Int64
    private let budget: NFSAnswerBudget

    /// - Parameters:
    ///   - mostBytes: of one answer; the library keeps all of a listing in memory, and would take one that has no end.
    ///   - budget: what all answers share.
    init(mostBytes: Int64, budget: NFSAnswerBudget = .common) {
        (self.mostBytes, self.budget) = (mostBytes, budget)
    }

    private static let answered: nfs_cb = { status, _, data, reply in
        guard let reply else { return }
        Unmanaged<NFSReply>.fromOpaque(reply).takeUnretainedValue().end(status, data)
    }

    /// Asks, and waits for the answer. The library gives up by itself after its time-out, for which it must be called now and
    /// then.
    ///
    /// - Parameters:
    ///   - question: one of the library's functions that do not wait, with the two last arguments that it wants.
    ///   - read: makes the value of the library's status, at least 0, and the data that it names.
    /// - Returns: the negative errno of a failure, or the value. After `-E2BIG` and `-ENOBUFS` the library still waits, so the
    ///   connection is of no use any more.
    func wait<Value>(
        _ context: OpaquePointer, for question: (@escaping nfs_cb, UnsafeMutableRawPointer) -> Int32,
        _ read: @escaping (Int32, UnsafeMutableRawPointer?) -> Value?
    ) -> (status: Int32, value: Value?) {
        var answer: (status: Int32, value: Value?)?
        take = { status, data in answer = (status, status < 0 ? nil : read(status, data)) }
        // Whatever comes later is no answer to anybody.
        defer { take = nil }
        let asked = question(Self.answered, Unmanaged.passUnretained(self).toOpaque())
        if asked < 0 { return (asked, nil) }
        let end = TimeSource.monotonic.now + Self.patience
        let before = max(0, catalog_bytes_received(nfs_get_fd(context)))
        var share = NFSAnswerBudget.Share(of: budget)
        while answer == nil {
            let received = catalog_bytes_received(nfs_get_fd(context)) - before
            if received > mostBytes || TimeSource.monotonic.now > end { return (-E2BIG, nil) }
            guard received <= Self.smallBytes || share.grow(to: received) else { return (-ENOBUFS, nil) }
            var socket = pollfd(fd: nfs_get_fd(context), events: Int16(clamping: nfs_which_events(context)), revents: 0)
            let ready = poll(&socket, 1, Self.lookMilliseconds)
            let events = ready < 0 ? -1 : ready == 0 ? 0 : Int32(socket.revents)
            if ready < 0, errno == EINTR { continue }
            if nfs_service(context, events) < 0, answer == nil { return (-EIO, nil) }
        }
        return answer ?? (-EIO, nil)
    }

    /// What needs no share of the budget: every answer but a long listing, so that nobody else's question fails for one.
    private static let smallBytes: Int64 = 4 << 20
    private static let lookMilliseconds: Int32 = 100
    /// Microseconds: half an hour. The library's own time-out is for each step of an answer.
    private static let patience: Int64 = 1_800_000_000

    private func end(_ status: Int32, _ data: UnsafeMutableRawPointer?) {
        take?(status, data)
        take = nil
    }
}
