import CatalogCore

/// The role that somebody wants an account to have.
package enum RoleChoice: Sendable, Equatable {
    /// The role of people who register themselves.
    case byDefault
    case id(RoleID)
    /// Compared by `TextFold`.
    case name(String)
}

/// An account that somebody wants to make for somebody else, as asked for and not yet checked.
package struct NewAccount: Sendable {
    let username: String
    let email: String
    let password: Password
    let role: RoleChoice
    /// What the person says about themselves; its e-mail address does not count.
    var profile = ProfileChange()
    var isActive = true

    /// An active account without anything that the person says.
    package init(username: String, email: String, password: Password, role: RoleChoice = .byDefault) {
        (self.username, self.email, self.password, self.role) = (username, email, password, role)
    }
}

/// Changes of an account, as asked for and not yet checked.
package struct UserEdit: Sendable {
    /// Cannot be cleared, and must stay unique.
    package var username: FieldChange<String> = .keep
    /// The person's own data, the e-mail address among it.
    package var profile = ProfileChange()
    /// Nil leaves it.
    package var role: RoleChoice?
    /// Nil leaves it.
    package var isActive: Bool?

    /// No change.
    package init() {}

    /// Changes of nothing but the person's own data.
    package init(profile: ProfileChange) {
        self.profile = profile
    }

    /// The username after the change; nil when it stays.
    ///
    /// - Throws: `CatalogError.invalidArgument`.
    func checkedUsername() throws -> Username? {
        switch username {
        case .keep: nil
        case .clear: throw CatalogError(.invalidArgument, "username is required")
        case .set(let text): try Username(text)
        }
    }

    /// The e-mail address after the change; nil when it stays.
    ///
    /// - Throws: `CatalogError.invalidArgument`.
    func checkedEmail() throws -> EmailAddress? {
        switch profile.email {
        case .keep: nil
        case .clear: throw CatalogError(.invalidArgument, "email is required")
        case .set(let text): try EmailAddress(text)
        }
    }
}

/// Which accounts somebody wants to see; nil stands for all.
package struct UserFilter: Sendable {
    /// A part of a username, an e-mail address or a name of the person, in any case.
    package var text: String?
    package var roleID: RoleID?
    package var isActive: Bool?

    /// Every account.
    package init() {}
}

extension User {
    /// What differs between two states of an account, for the audit trail.
    func changes(to new: User, roles: (old: String, new: String)) -> [AuditEvent.Change] {
        var list = ChangeList()
        list.add("username", username, new.username)
        list.add("email", email, new.email)
        list.add("role", roles.old, roles.new)
        list.add("is_active", "\(isActive)", "\(new.isActive)")
        list.add("first_name", profile.firstName, new.profile.firstName)
        list.add("last_name", profile.lastName, new.profile.lastName)
        list.add("display_name", profile.displayName, new.profile.displayName)
        list.add("time_zone", profile.timeZone, new.profile.timeZone)
        list.add("language", profile.language, new.profile.language)
        list.addUnseen("avatar_url", isChanged: profile.avatarURL != new.profile.avatarURL)
        list.addUnseen("settings", isChanged: profile.settings != new.profile.settings)
        return list.changes
    }
}
