/// The permissions of the product, by category, for whoever puts a role together.
enum PermissionCatalog {
    struct Category: Sendable {
        let name: StaticString
        /// What an entry is called, and the permission.
        let entries: [(name: StaticString, permission: Permission)]
    }

    /// The four documented categories, and those that came later.
    static let all: [Category] = [
        Category(
            name: "user_management",
            entries: [
                ("create_user", "user.create"), ("view_user", "user.view"), ("edit_user", "user.update"),
                ("delete_user", "user.delete"), ("manage_users", "user.manage"),
            ]),
        Category(
            name: "media_management",
            entries: [
                ("view_media", "media.view"), ("upload_media", "media.upload"), ("edit_media", "media.edit"),
                ("delete_media", "media.delete"),
            ]),
        Category(
            name: "share_management",
            entries: [
                ("view_shares", "share.view"), ("create_shares", "share.create"), ("edit_shares", "share.edit"),
                ("delete_shares", "share.delete"),
            ]),
        Category(
            name: "system",
            entries: [
                ("system_admin", "system.admin"), ("view_analytics", "analytics.view"),
                ("export_data", "analytics.export"), ("manage_settings", "system.configure"),
            ]),
        Category(name: "role_management", entries: [("view_roles", "system.admin"), ("manage_roles", "system.admin")]),
        Category(name: "downloads", entries: [("download_media", "media.download"), ("share_media", "media.share")]),
        Category(name: "profile", entries: [("view_profile", "profile.view"), ("edit_profile", "profile.update")]),
        Category(
            name: "favorites",
            entries: [
                ("view_favorites", "favorite.view"), ("create_favorites", "favorite.create"),
                ("delete_favorites", "favorite.delete"),
            ]),
        Category(
            name: "conversion",
            entries: [
                ("view_conversions", "conversion.view"), ("create_conversions", "conversion.create"),
                ("manage_conversions", "conversion.manage"),
            ]),
        Category(
            name: "reports",
            entries: [
                ("view_reports", "report.view"), ("create_reports", "report.create"),
                ("export_reports", "report.export"),
            ]),
    ]
}

extension JSONWriter {
    /// The catalog as an object of objects.
    mutating func permissionCatalog() {
        beginObject()
        for category in PermissionCatalog.all {
            beginObject(category.name)
            for entry in category.entries { field(entry.name, entry.permission.name) }
            endObject()
        }
        endObject()
    }
}
