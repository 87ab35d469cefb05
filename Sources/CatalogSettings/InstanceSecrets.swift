/// The two secrets of an instance (ruling 20): set, or made once and kept in the data directory.
package struct InstanceSecrets: Sendable {
    /// Signs session tokens.
    package let jwtSecret: SecretText
    /// Encrypts the credentials of storage roots.
    package let masterKey: SecretText
    /// The files that were made by this call, for the log of a first start.
    package let createdFiles: [String]

    /// Names of the files in the data directory.
    package static let jwtSecretFileName = "jwt-secret"
    package static let masterKeyFileName = "master-key"

    /// Takes each secret from the settings, else from its file, else makes it. A secret that is set leaves no file.
    ///
    /// - Throws: what `SecretFile.loadOrCreate` throws.
    package static func load(_ settings: Settings, in directory: DataDirectory) throws -> InstanceSecrets {
        var created: [String] = []
        func secret(_ chosen: SecretText?, _ fileName: String) throws -> SecretText {
            if let chosen { return chosen }
            let path = directory.path(of: fileName)
            let result = try SecretFile.loadOrCreate(path, make: SecretFile.random)
            if result.isNew { created.append(path) }
            return result.secret
        }
        let jwtSecret = try secret(settings.authentication.jwtSecret, jwtSecretFileName)
        let masterKey = try secret(settings.masterKey, masterKeyFileName)
        return InstanceSecrets(jwtSecret: jwtSecret, masterKey: masterKey, createdFiles: created)
    }
}
