import CatalogCore
import NIOCore

/// The body of a request that will never be complete, told to whoever reads it.
struct IncompleteBody: Error, CustomStringConvertible {
    /// Whether it came too slowly; else it was cut short or cannot be understood.
    let isTooSlow: Bool
    let cause: String

    var description: String { "incomplete request body: \(cause)" }
}

/// Watches the bodies that come on one channel: whether one is open, how much of it is left, and whether it is too slow.
///
/// For the channel's event loop only.
final class BodyWatch {
    /// The head of a request has come, its end has not.
    private(set) var isOpen = false
    private let patience: TimeAmount
    private var announced: Int?
    private var received = 0
    private var startedAt = NIODeadline.now()
    private var check: Scheduled<Void>?

    /// - Parameter limits: after `body` a request is held to `Limits.requestBodyBytesPerSecond`.
    init(_ limits: ConnectionLimits) {
        patience = TimeAmount(limits.body)
    }

    /// A head came; `announced` is its Content-Length.
    func began(announced: Int?) {
        isOpen = true
        self.announced = announced
        received = 0
        startedAt = .now()
    }

    func received(_ bytes: Int) { received += bytes }

    func ended() {
        isOpen = false
        check?.cancel()
        check = nil
    }

    /// Whether what is left of an open body can be taken and thrown away.
    var isRestSmall: Bool {
        guard let announced else { return false }
        return announced - received <= Limits.unreadBodyBytes
    }

    /// Calls `onTooSlow` once, when the open body is. To be called after each read: most bodies are complete by then and
    /// cost no timer.
    func start(on loop: any EventLoop, onTooSlow: @escaping () -> Void) {
        guard isOpen, check == nil else { return }
        schedule(in: patience, on: loop, onTooSlow)
    }

    private func schedule(in delay: TimeAmount, on loop: any EventLoop, _ onTooSlow: @escaping () -> Void) {
        check = loop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
            guard let self, isOpen else { return }
            if isTooSlow { return onTooSlow() }
            schedule(in: .seconds(1), on: loop, onTooSlow)
        }
    }

    /// After a while of patience a body has to come at a rate that the slowest of honest lines reaches.
    private var isTooSlow: Bool {
        let elapsed = NIODeadline.now() - startedAt
        return Double(received) < Double(elapsed.nanoseconds) / 1e9 * Double(Limits.requestBodyBytesPerSecond)
    }
}
