import CatalogCore

/// A change that somebody made, for those who ask later who did it.
package struct AuditEvent: Sendable {
    /// What was done; the raw value is `thing.verb`.
    package enum Action: String, Sendable, CaseIterable {
        case userCreated = "user.created"
        case userRegistered = "user.registered"
        case userUpdated = "user.updated"
        case userDeleted = "user.deleted"
        case userLocked = "user.locked"
        case userUnlocked = "user.unlocked"
        case passwordChanged = "user.password_changed"
        case passwordReset = "user.password_reset"
        case sessionRevoked = "user.session_revoked"
        case apiKeyCreated = "api_key.created"
        case apiKeyDeleted = "api_key.deleted"
        case roleCreated = "role.created"
        case roleUpdated = "role.updated"
        case roleDeleted = "role.deleted"
        case rootCreated = "storage_root.created"
        case rootUpdated = "storage_root.updated"
        case rootDeleted = "storage_root.deleted"
        case rootPurged = "storage_root.purged"
        case settingsReloaded = "settings.reloaded"
        case fileCopied = "file.copied"
        case fileUploaded = "file.uploaded"
        case fileRemoved = "file.removed"
        case duplicatesApplied = "duplicate_plan.applied"
    }

    /// What it was done to. The name is kept, since the thing may be gone when somebody reads it.
    package struct Target: Sendable {
        /// Kinds of things that changes are noted of.
        package enum Kind: String, Sendable, CaseIterable {
            case user, role
            case apiKey = "api_key"
            case root = "storage_root"
            case settings, file
            case duplicatePlan = "duplicate_plan"
        }

        let kind: Kind
        let id: Int64?
        let name: String

        static func user(_ id: UserID, _ name: String) -> Target { Target(kind: .user, id: id, name: name) }
        static func role(_ role: Role) -> Target { Target(kind: .role, id: role.id, name: role.name) }
        static func apiKey(_ id: Int64, _ name: String) -> Target { Target(kind: .apiKey, id: id, name: name) }
        static func root(_ id: RootID, _ name: String) -> Target { Target(kind: .root, id: id, name: name) }
        static func file(_ id: EntryID?, _ name: String) -> Target { Target(kind: .file, id: id, name: name) }
        static func duplicatePlan(_ id: Int64) -> Target { Target(kind: .duplicatePlan, id: id, name: "plan \(id)") }
        static let settings = Target(kind: .settings, id: nil, name: "settings")
    }

    /// A field before and after. Secrets are named, never shown: both sides are nil then.
    package struct Change: Sendable, Codable, Equatable {
        let field: String
        let from: String?
        let to: String?

        init(_ field: String, from: String? = nil, to: String? = nil) {
            (self.field, self.from, self.to) = (field, from, to)
        }
    }

    let action: Action
    let target: Target
    var changes: [Change] = []
}

/// An event as the trail keeps it.
package struct AuditRecord: Sendable {
    /// Given by the database, in the order of the changes.
    package let id: Int64
    /// Microseconds since 1970.
    package let at: Int64
    let authorKind: String
    let authorID: UserID?
    let authorName: String
    let address: String?
    let action: String
    let targetKind: String
    let targetID: Int64?
    let targetName: String
    let changes: [AuditEvent.Change]
}

/// Which records somebody wants to read; nil stands for all.
package struct AuditFilter: Sendable {
    var authorID: UserID?
    /// A whole action, or what it begins with, with a dot at the end.
    var action: String?
    var targetKind: AuditEvent.Target.Kind?
    var targetID: Int64?
    /// Microseconds since 1970, both inclusive.
    var since: Int64?
    var until: Int64?

    /// Every record.
    package init() {}
}

/// Two states of something, as the fields that differ.
struct ChangeList {
    private(set) var changes: [AuditEvent.Change] = []

    mutating func add(_ field: String, _ old: String?, _ new: String?) {
        if old != new { changes.append(AuditEvent.Change(field, from: old, to: new)) }
    }

    /// A field whose content is nobody else's business, or too long to be kept twice.
    mutating func addUnseen(_ field: String, isChanged: Bool) {
        if isChanged { changes.append(AuditEvent.Change(field)) }
    }
}
