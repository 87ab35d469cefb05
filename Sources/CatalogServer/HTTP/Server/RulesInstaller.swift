import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Puts the rules of the protocol that a channel speaks where they belong, and goes.
final class RulesInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let registry: ConnectionRegistry
    private let services: ShellServices
    private let logger: Logger

    init(_ registry: ConnectionRegistry, _ services: ShellServices, _ logger: Logger) {
        self.registry = registry
        self.services = services
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        defer { pipeline.removeHandler(context: context, promise: nil) }
        guard let connection = registry.find(context.channel) else { return }
        let limits = services.settings.connectionLimits
        do {
            guard connection.channel === context.channel else {
                return try pipeline.addHandler(HTTP2StreamRules(limits), position: .after(self))
            }
            let rules = HTTP1Rules(connection, limits) { [services, logger] status in
                RefusedRequest(status, from: connection.peer, services, logger)
            }
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(rules, position: .after(parser))
            // The rules do what these would do one after the other; the last of them comes after this handler only.
            try Self.remove(HTTPResponseEncoder.self, from: pipeline)
            try Self.remove(HTTP1ToHTTPServerCodec.self, from: pipeline)
            context.eventLoop.assumeIsolated().execute {
                try? Self.remove(HTTPConnectionStateHandler.self, from: pipeline)
            }
        } catch {
            context.close(promise: nil)
        }
    }

    private static func remove(
        _ handler: (some RemovableChannelHandler).Type, from pipeline: ChannelPipeline.SynchronousOperations
    ) throws {
        try pipeline.removeHandler(context: pipeline.context(handlerType: handler), promise: nil)
    }
}
