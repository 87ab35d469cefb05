/// Every endpoint of the product.
///
/// A feature's list stands in its `…Endpoints.swift`; the router, the OpenAPI document and the tests read this one.
package enum EndpointManifest {
    /// In the order of the OpenAPI document.
    package static let all: [Endpoint] = [
        HealthEndpoints.all,
        AuthenticationEndpoints.all,
        SessionEndpoints.all,
        APIKeyEndpoints.all,
        UserEndpoints.all,
        RoleEndpoints.all,
        AuditEndpoints.all,
        CatalogEndpoints.all,
        SearchEndpoints.all,
        DownloadEndpoints.all,
        ArchiveEndpoints.all,
        DownloadLinkEndpoints.all,
        CopyEndpoints.all,
        StorageRootEndpoints.all,
        SMBDiscoveryEndpoints.all,
        ScanEndpoints.all,
        StatisticsEndpoints.all,
        DuplicateEndpoints.all,
        RedundancyEndpoints.all,
        DuplicatePlanEndpoints.all,
        EventEndpoints.all,
    ].flatMap { $0 }

    /// Schemas that those endpoints name.
    package static let schemas: [SchemaDefinition] = [
        SharedSchemas.all,
        HealthEndpoints.schemas,
        RoleSchemas.all,
        UserSchemas.all,
        AuditEndpoints.schemas,
        SessionEndpoints.schemas,
        APIKeyEndpoints.schemas,
        AuthenticationSchemas.all,
        CatalogEndpoints.schemas,
        SearchEndpoints.schemas,
        ArchiveEndpoints.schemas,
        DownloadLinkSchemas.all,
        CopyEndpoints.schemas,
        StorageRootEndpoints.schemas,
        SMBDiscoveryEndpoints.schemas,
        ScanEndpoints.schemas,
        StatisticsSchemas.all,
        DuplicateEndpoints.schemas,
        RedundancyEndpoints.schemas,
        DuplicatePlanEndpoints.schemas,
    ].flatMap { $0 }
}
