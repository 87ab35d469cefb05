import CatalogCore
import CatalogSettings
import ServiceLifecycle

/// The one place that knows every part of the product and puts them together.
enum Composition {
    /// What the commands need, on an opened catalog.
    static func services(_ application: Application) throws -> CatalogServices {
        let later = LaterVersion()
        return CatalogServices(storageRoots: later, scans: later, search: later, users: later)
    }

    /// Everything that runs as long as the server does, in the order of starting.
    static func server(_ application: Application) async throws -> ServerParts {
        throw LaterVersion.error("catalogizer serve")
    }

    /// The OpenAPI 3.1 document of the API.
    static func openAPIDocument() throws -> String {
        throw LaterVersion.error("catalogizer openapi")
    }
}

/// What a running server is made of.
struct ServerParts: Sendable {
    /// In the order of starting; they stop in reverse.
    let services: [any Service]
    /// Takes over settings and certificates that were read again (ruling 54).
    let reload: @Sendable (Settings) async throws -> Void
}
