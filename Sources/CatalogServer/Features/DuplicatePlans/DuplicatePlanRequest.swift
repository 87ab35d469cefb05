import CatalogCore
import Foundation

/// A plan that somebody asked for, checked.
struct DuplicatePlanRequest: Sendable {
    let rules: [KeepRule]
    /// The storage roots whose files take part.
    let roots: [StorageRoot]
    /// Only files at this place of a root or below it; the root itself for all.
    let path: StoragePath
    /// Bytes of one file at least.
    let minSize: Int64

    /// - Throws: `CatalogError.invalidArgument` for what is no rule or no path; `.notFound` for a storage root that the caller may
    ///   not see.
    init(_ payload: DuplicatePlanPayload, _ service: StorageRootService, scope: AccessScope) async throws {
        guard !payload.keep.isEmpty, payload.keep.count <= Limits.duplicatePlanRules else {
            throw CatalogError(.invalidArgument, "keep must have 1 to \(Limits.duplicatePlanRules) rules")
        }
        guard payload.roots.count <= Limits.duplicatePlanRoots else { throw Self.tooManyRoots }
        var rules: [KeepRule] = []
        for rule in payload.keep { rules.append(try await Self.rule(rule, service, scope)) }
        self.rules = rules
        path = try StoragePath(parsing: payload.path)
        minSize = payload.minSize
        let all = try await service.list(scope: scope, includingDisabled: false)
        guard !payload.roots.isEmpty else {
            roots = all
            return
        }
        var wanted: Set<RootID> = []
        for text in payload.roots { wanted.insert(try await service.find(text, scope: scope).id) }
        roots = all.filter { wanted.contains($0.id) }
    }

    private static let tooManyRoots = CatalogError(
        .invalidArgument, "At most \(Limits.duplicatePlanRoots) storage roots can be named")

    private static func rule(
        _ rule: DuplicatePlanPayload.Rule, _ service: StorageRootService, _ scope: AccessScope
    ) async throws -> KeepRule {
        switch rule.rule {
        case "root_order":
            guard let texts = rule.roots, !texts.isEmpty else {
                throw CatalogError(.invalidArgument, "The rule root_order needs roots: a list of storage roots")
            }
            guard texts.count <= Limits.duplicatePlanRoots else { throw tooManyRoots }
            var roots: [RootID] = []
            for text in texts { roots.append(try await service.find(text, scope: scope).id) }
            return .rootOrder(roots)
        case "path":
            guard let prefix = rule.prefix, let path = try? StoragePath(parsing: prefix), path != .root else {
                throw CatalogError(.invalidArgument, "The rule path needs prefix: a path below a storage root")
            }
            guard let root = rule.root else { return .path(path, root: nil) }
            return .path(path, root: try await service.find(root, scope: scope).id)
        case "newest": return .newest
        case "oldest": return .oldest
        case "resolution": return .resolution
        default:
            throw CatalogError(
                .invalidArgument, "A rule must be 'root_order', 'path', 'newest', 'oldest' or 'resolution'")
        }
    }
}
