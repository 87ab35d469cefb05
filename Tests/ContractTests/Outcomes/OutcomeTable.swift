import CatalogServer
import Foundation
import NIOCore
import Testing

/// Every outcome that the contract states, as data.
///
/// An endpoint that states a status without a row here fails `OutcomeTests`.
enum OutcomeTable {
    static let all: [EndpointOutcomes] =
        AuthenticationOutcomes.all + UserOutcomes.all + CredentialOutcomes.all + RoleOutcomes.all + CatalogOutcomes.all
        + ArchiveOutcomes.all + CopyOutcomes.all + StorageOutcomes.all + SMBOutcomes.all + ScanOutcomes.all
        + StatisticsOutcomes.all + DuplicateOutcomes.all
        + ServiceOutcomes.all

    /// What the shell adds to the document of every endpoint that it concerns. The tests that walk through all endpoints
    /// look at these, so they need no rows.
    static let walked: [Int: String] = [
        400: "EndpointWalkTests: a query string and a body that are malformed",
        401: "AccessContractTests",
        403: "AccessContractTests",
        408: "Shell/HTTP1RulesTests: the connection sees it before any endpoint does",
        413: "EndpointWalkTests",
        415: "EndpointWalkTests",
        429: "RateLimitWalkTests",
        500: "Shell/ErrorTests: a mistake in the program, which no request brings about",
        503: "EndpointWalkTests: no database, and rows for endpoints that ask nobody who they are",
    ]

    /// Statuses of an endpoint in the OpenAPI document.
    static func documented(_ id: String) throws -> Set<Int> {
        let data = Data(OpenAPIDocument.json.readableBytesView)
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
        let operation = paths.values.flatMap(\.values).first { $0["operationId"] as? String == id }
        let responses = try #require(operation?["responses"] as? [String: Any])
        return Set(responses.keys.compactMap { Int($0) })
    }
}

extension Endpoint {
    /// Whether a path, with or without a query string, is one of this endpoint's.
    func owns(_ path: String) -> Bool {
        let path = path.hasPrefix("/") ? path : "/api/v1/" + path
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        for (index, segment) in template.segments.enumerated() {
            switch segment {
            case .tail: return true
            case .literal(let text): guard index < parts.count, parts[index] == text else { return false }
            case .parameter: guard index < parts.count else { return false }
            }
        }
        return parts.count == template.segments.count
    }
}
