/// Every endpoint of the product. A feature's list stands in its `…Endpoints.swift`; the router, the OpenAPI document and
/// the tests read this one.
package enum EndpointManifest {
    package static let all: [Endpoint] = [
        HealthEndpoints.all,
        AuthenticationEndpoints.all,
        DownloadLinkEndpoints.all,
    ].flatMap { $0 }

    /// Schemas that those endpoints name.
    package static let schemas: [SchemaDefinition] = [
        SharedSchemas.all,
        HealthEndpoints.schemas,
        RoleSchemas.all,
        UserSchemas.all,
        AuthenticationSchemas.all,
        DownloadLinkSchemas.all,
    ].flatMap { $0 }
}
