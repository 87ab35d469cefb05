import CatalogCore
import Glibc
import HummingbirdCore
package import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// The address of a server: its certificate and its socket, which can be had before anything that serves them.
///
/// Connections that come before `serve` wait for it.
package final class HTTPListener: Sendable {
    /// Serves one connection to its end.
    typealias Handle = @Sendable () async -> Void
    /// Prepares a connection that was accepted, on its event loop.
    typealias Setup = @Sendable (any Channel) -> EventLoopFuture<Handle>

    private struct Bound {
        let channel: NIOAsyncChannel<Handle, Never>
        let setup: EventLoopPromise<Setup>
        var isServed = false
    }

    /// Nil for plain HTTP.
    let certificates: TLSCertificates?
    private let settings: HTTPSettings
    private let bound = Mutex<Bound?>(nil)

    /// Reads the TLS files and sees that they belong together. Blocks.
    ///
    /// - Throws: `CatalogError.invalidArgument` that names the file.
    package init(_ settings: HTTPSettings) throws {
        self.settings = settings
        certificates = try settings.tls.map(TLSCertificates.init)
        try certificates?.check()
    }

    /// Takes the address; a second time does nothing.
    ///
    /// - Throws: `CatalogError.conflict` when another program has it, `.permissionDenied` for a port of the system's,
    ///   `.invalidArgument` for a host that is none of this machine.
    package func bind(_ group: any EventLoopGroup) async throws {
        guard bound.withLock({ $0 == nil }) else { return }
        let setup = group.any().makePromise(of: Setup.self)
        let connections = settings.connectionLimits.connections
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler(maxConnections: connections))
                }
            }
        do {
            let channel = try await bootstrap.bind(
                host: settings.host, port: settings.port, serverBackPressureStrategy: nil
            ) { channel in
                setup.futureResult.hop(to: channel.eventLoop).flatMap { $0(channel) }
            }
            bound.withLock { $0 = Bound(channel: channel, setup: setup) }
        } catch {
            setup.fail(error)
            throw refusal(error)
        }
    }

    /// The port that was taken; the one of the settings before `bind`.
    var port: Int { bound.withLock { $0?.channel.channel.localAddress?.port } ?? settings.port }

    /// Serves connections until `stop`, and then the ones that are left; to be called once, after `bind`.
    func serve(_ setup: @escaping Setup) async throws {
        let taken = bound.withLock { bound in
            bound?.isServed = true
            return bound
        }
        guard let bound = taken else { throw ChannelError.ioOnClosedChannel }
        bound.setup.succeed(setup)
        try await withThrowingDiscardingTaskGroup { connections in
            try await bound.channel.executeThenClose { accepted in
                for try await handle in accepted { connections.addTask { await handle() } }
            }
        }
    }

    /// Accepts nothing more.
    func stop() {
        bound.withLock { $0?.channel.channel }?.close(promise: nil)
    }

    /// Gives the address back when it never came to `serve`; else does nothing.
    package func close() async {
        guard let bound = bound.withLock({ $0 }), !bound.isServed else { return }
        bound.setup.fail(ChannelError.ioOnClosedChannel)
        try? await bound.channel.executeThenClose { _ in }
    }

    private func refusal(_ error: any Error) -> any Error {
        let address = settings.address(port: settings.port)
        if error is SocketAddressError || error is SocketAddressError.UnknownHost {
            return CatalogError(
                .invalidArgument,
                "The host \(settings.host) is not known. Choose an address of this machine with --host "
                    + "(127.0.0.1 for itself only, 0.0.0.0 for every network).", cause: "\(error)")
        }
        guard let code = (error as? IOError)?.errnoCode else { return error }
        let cause = String(cString: strerror(code))
        return switch code {
        case EADDRINUSE:
            CatalogError(
                .conflict,
                "\(address) is in use by another program. Stop that one, or choose another port with --port (0 picks "
                    + "a free one).")
        case EACCES, EPERM:
            CatalogError(
                .permissionDenied,
                "\(address) may not be used by the user with id \(geteuid()): ports below 1024 belong to the system. "
                    + "Choose another port with --port, or give the program the capability CAP_NET_BIND_SERVICE.",
                cause: cause)
        case EADDRNOTAVAIL, EAFNOSUPPORT:
            CatalogError(
                .invalidArgument,
                "\(settings.host) is no address of this machine. Choose one of its own with --host (127.0.0.1 for "
                    + "itself only, 0.0.0.0 for every network).", cause: cause)
        default: CatalogError(.unavailable, "The server cannot listen on \(address)", cause: cause)
        }
    }
}
