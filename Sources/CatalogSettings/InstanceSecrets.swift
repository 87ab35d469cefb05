package import CatalogCore

/// The two secrets of an instance: set, or made once and kept in the data directory.
package struct InstanceSecrets: Sendable {
    /// Signs session tokens.
    package let jwtSecret: SecretText
    /// Will encrypt the credentials of storage roots; this version only checks that it stays the same.
    package let masterKey: SecretText
    /// The files that were made by this call, for the log of a first start.
    package let createdFiles: [String]

    /// Names of the files in the data directory.
    package static let jwtSecretFileName = "jwt-secret"
    package static let masterKeyFileName = "master-key"

    /// Takes each secret from the settings, else from its file, else makes it.
    ///
    /// A secret that is set leaves no file.
    ///
    /// - Parameters:
    ///   - settings: where a secret may be set.
    ///   - directory: where the files are.
    ///   - isFirstStart: whether secrets may be made. A catalog that exists was made with secrets, and new ones would
    ///     make its stored credentials unreadable.
    /// - Returns: both secrets.
    /// - Throws: what `SecretFile.loadOrCreate` throws; `CatalogError.dataLoss` for a missing one that may not be made.
    package static func load(
        _ settings: Settings, in directory: DataDirectory, isFirstStart: Bool
    ) throws -> InstanceSecrets {
        var created: [String] = []
        func secret(_ chosen: SecretText?, _ key: String, _ fileName: String) throws -> SecretText {
            if let chosen { return chosen }
            let path = directory.path(of: fileName)
            if !isFirstStart {
                guard let existing = try SecretFile.load(path) else { throw missing(path, key: key) }
                return existing
            }
            let result = try SecretFile.loadOrCreate(path, make: SecretFile.random)
            if result.isNew { created.append(path) }
            return result.secret
        }
        let jwtSecret = try secret(
            settings.authentication.jwtSecret, SettingRegistry.jwtSecret.definition.key, jwtSecretFileName)
        let masterKey = try secret(settings.masterKey, SettingRegistry.masterKey.definition.key, masterKeyFileName)
        return InstanceSecrets(jwtSecret: jwtSecret, masterKey: masterKey, createdFiles: created)
    }

    /// What is said about a secret that is gone while the catalog that was made with it is there.
    package static func missing(_ path: String, key: String) -> CatalogError {
        CatalogError(
            .dataLoss,
            "\(path) is missing, but this catalog was made with it. Copy it from a backup or from another node, or set "
                + "\(key).")
    }
}
