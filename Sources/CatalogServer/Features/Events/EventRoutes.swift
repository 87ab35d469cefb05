import CatalogCore
import Hummingbird

/// Live events over HTTP.
struct EventRoutes: Sendable {
    let broker: EventBroker

    var handlers: [EndpointHandler] { [EndpointHandler("events.stream", stream)] }

    @Sendable private func stream(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let names = context.query.list("channels")
        let channels = try names?.map { name in
            guard let channel = LiveEvent.Channel(rawValue: name) else {
                let known = LiveEvent.Channel.allCases.map(\.rawValue).joined(separator: ", ")
                throw CatalogError(.invalidArgument, "Unknown channel \(name). Channels: \(known)")
            }
            return channel
        }
        let mailbox = EventMailbox()
        let id = broker.add(
            mailbox, channels: Set(channels ?? LiveEvent.Channel.allCases), scope: try context.requireCaller().scope)
        return try await context.eventStream(mailbox) { [broker] in broker.remove(id) }
    }
}
