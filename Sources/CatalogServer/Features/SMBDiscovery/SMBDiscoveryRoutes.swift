import CatalogCore
import CatalogStorage
import Hummingbird

/// Looking at SMB servers over HTTP.
struct SMBDiscoveryRoutes: Sendable {
    let discovery: SMBDiscoveryService

    /// Those of the forms that exist.
    var handlers: [EndpointHandler] {
        [
            EndpointHandler("smb.discover") { request, context in
                try await discover(request.json(SMBTargetFields.self, context))
            },
            EndpointHandler("smb.discoverGet") { _, context in try await discover(SMBTargetFields(context.query)) },
            EndpointHandler("smb.test") { request, context in
                try await test(request.json(SMBTargetFields.self, context))
            },
            EndpointHandler("smb.testGet") { _, context in try await test(SMBTargetFields(context.query)) },
            EndpointHandler("smb.browse") { request, context in
                try await browse(request.json(SMBTargetFields.self, context))
            },
        ].filter { exists($0.endpointID) }
    }

    /// Whether the endpoint with this id is answered.
    func exists(_ id: String) -> Bool {
        discovery.allowsGet || !SMBDiscoveryEndpoints.getForms.contains(id)
    }

    private func discover(_ fields: SMBTargetFields) async throws -> Response {
        let server = try fields.server()
        let shares = try await discovery.shares(of: server)
        var json = JSONWriter(capacity: 64 + shares.count * 160)
        json.beginArray()
        for share in shares { json.share(share, of: server) }
        json.endArray()
        return json.response()
    }

    private func test(_ fields: SMBTargetFields) async throws -> Response {
        let (server, share) = (try fields.server(), try fields.requiredShare())
        let complaint = try await discovery.complaint(about: share, of: server)
        var json = JSONWriter(capacity: 256)
        json.beginObject()
        json.field("success", complaint == nil)
        json.field("host", server.host)
        json.field("share", share)
        json.field("username", server.credentials?.username ?? "")
        json.field("connection", complaint == nil)
        if let complaint { json.field("error", complaint) }
        json.endObject()
        return json.response()
    }

    private func browse(_ fields: SMBTargetFields) async throws -> Response {
        let (server, share) = (try fields.server(), try fields.requiredShare())
        let directory = try fields.directory()
        let entries = try await discovery.list(directory, in: share, of: server)
        var json = JSONWriter(capacity: 64 + entries.count * 160)
        json.beginArray()
        for entry in entries { json.entry(entry, in: directory) }
        json.endArray()
        return json.response()
    }
}
