/// What a caller may see. Every read of a store takes one, so that no question can be asked without it.
package enum AccessScope: Sendable, Equatable {
    /// Everything: administrators, the command line, the server's own work.
    case everything
    /// These parts of these storage roots, and nothing else.
    case parts([RootID: RootPart])

    /// What may be seen of one storage root.
    package enum RootPart: Sendable, Equatable {
        case whole
        /// What is at these places or below them. None of them is the root itself, and none lies below another.
        case below([StoragePath])
    }

    /// A place that may be seen, with everything below it.
    package struct Grant: Sendable, Equatable {
        /// The storage root.
        package let rootID: RootID
        /// The root itself for all of it.
        package let path: StoragePath

        /// - Parameter path: below the root; need not be there (yet).
        package init(rootID: RootID, path: StoragePath) {
            (self.rootID, self.path) = (rootID, path)
        }
    }

    /// What of a place may be seen.
    package enum Sight: Sendable {
        /// All of it, and everything below.
        case whole
        /// That it is there, as a directory on the way to something that may be seen.
        case onTheWay
        case nothing
    }

    /// The places of these grants; none at all shows nothing.
    package init(_ grants: [Grant]) {
        var parts: [RootID: RootPart] = [:]
        // The places that lie highest first, so that what lies below them adds nothing.
        for grant in grants.sorted(by: { $0.path.components.count < $1.path.components.count }) {
            switch parts[grant.rootID] {
            case .whole: break
            case nil: parts[grant.rootID] = grant.path == .root ? .whole : .below([grant.path])
            case .below(let paths) where !paths.contains { $0.isAtOrAbove(grant.path) }:
                parts[grant.rootID] = .below(paths + [grant.path])
            case .below: break
            }
        }
        self = .parts(parts)
    }

    /// The storage roots with these ids, and nothing else.
    package static func roots(_ ids: Set<RootID>) -> AccessScope {
        .parts(Dictionary(uniqueKeysWithValues: ids.map { ($0, .whole) }))
    }

    /// Whether anything of the root may be seen, and so that it is there.
    package func allows(_ id: RootID) -> Bool {
        switch self {
        case .everything: true
        case .parts(let parts): parts[id] != nil
        }
    }

    /// Whether all of the root may be seen: what is about the root as a whole, such as its scans, is for these callers only.
    package func allowsWhole(_ id: RootID) -> Bool {
        switch self {
        case .everything: true
        case .parts(let parts): parts[id] == .whole
        }
    }

    /// Whether places below roots have a part in it, so that a root's number does not tell what may be seen.
    package var dependsOnPaths: Bool {
        switch self {
        case .everything: false
        case .parts(let parts): parts.values.contains { $0 != .whole }
        }
    }

    /// The places of a root that may be seen, when they are not all of it or nothing.
    package func places(in id: RootID) -> [StoragePath]? {
        guard case .parts(let parts) = self, case .below(let paths) = parts[id] else { return nil }
        return paths
    }

    /// What of the place `path` of the root `id` may be seen.
    package func sight(of path: StoragePath, in id: RootID) -> Sight {
        guard let places = places(in: id) else { return allows(id) ? .whole : .nothing }
        if places.contains(where: { $0.isAtOrAbove(path) }) { return .whole }
        return places.contains { path.isAtOrAbove($0) } ? .onTheWay : .nothing
    }

    /// Whether whoever has this scope sees all that `other` shows.
    package func covers(_ other: AccessScope) -> Bool {
        guard case .parts(let own) = self else { return true }
        guard case .parts(let others) = other else { return false }
        return others.allSatisfy { id, part in
            switch (own[id], part) {
            case (.whole, _): true
            case (.below(let places), .below(let paths)):
                paths.allSatisfy { path in places.contains { $0.isAtOrAbove(path) } }
            case (.below, .whole), (nil, _): false
            }
        }
    }
}

/// Number of a storage root.
package typealias RootID = Int64
/// Number of an entry; never used again for another one.
package typealias EntryID = Int64
/// Number of a user.
package typealias UserID = Int64
/// Number of a job, and of the scan that the job does.
package typealias JobID = Int64
