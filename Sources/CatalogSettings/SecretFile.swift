import CatalogCore
import Glibc

/// A file of mode 0600 in the data directory that holds one secret text.
package enum SecretFile {
    /// The secret in the file, which is made with `make` when there is none yet.
    ///
    /// Two processes that start at the same time end up with the same secret: the file appears complete or not at all,
    /// and only the first one's stays.
    /// - Returns: the secret, and whether it was made now.
    /// - Throws: `CatalogError.unavailable` when the file cannot be read or made, `.permissionDenied` when others may
    /// read it, `.dataLoss` when what it holds is too short to be a secret.
    package static func loadOrCreate(
        _ path: String, make: () -> SecretText
    ) throws -> (secret: SecretText, isNew: Bool) {
        if let existing = try load(path) { return (existing, false) }
        let secret = make()
        if try create(path, secret) { return (secret, true) }
        guard let existing = try load(path) else {
            throw CatalogError(.unavailable, "\(path) was removed while this program started. Start it again.")
        }
        return (existing, false)
    }

    /// 32 bytes of the system's randomness as 64 hexadecimal digits.
    package static func random() -> SecretText {
        SecretText(RandomSource.system.hex(bytes: 32))
    }

    /// The secret in the file, or nil when there is none.
    ///
    /// - Throws: as `loadOrCreate`.
    package static func load(_ path: String) throws -> SecretText? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if descriptor < 0 && errno == ENOENT { return nil }
        return try translating {
            guard descriptor >= 0 else { throw SystemCallFailure("open", path) }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw SystemCallFailure("read", path) }
            guard status.st_mode & 0o077 == 0 else {
                throw CatalogError(
                    .permissionDenied,
                    "\(path) can be read by others (mode 0\(String(status.st_mode & 0o777, radix: 8))). Run: chmod "
                        + "600 \(path)"
                )
            }
            let text = TextEdges.trimmed(try FileText.read(descriptor: descriptor, path: path))
            guard SettingBounds.keyCharacters.contains(text.count) else {
                throw CatalogError(
                    .dataLoss,
                    "\(path) does not hold a secret of \(SettingBounds.keyCharacters.lowerBound) characters or more. "
                        + "Restore it from a backup; a new one would sign everyone out, or lose stored credentials.")
            }
            return SecretText(text)
        }
    }

    /// False when another process was first.
    private static func create(_ path: String, _ secret: SecretText) throws -> Bool {
        try translating {
            let temporary = try writeTemporary(beside: path, secret)
            defer { unlink(temporary) }
            // A hard link appears at once and never replaces, which a rename would.
            if link(temporary, path) == 0 { return true }
            guard errno == EEXIST else { throw SystemCallFailure("create", path) }
            return false
        }
    }

    private static func writeTemporary(beside path: String, _ secret: SecretText) throws(SystemCallFailure) -> String {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: .min ... .max)).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemCallFailure("create", path) }
        defer { close(descriptor) }
        do {
            try FileText.write(secret.exposed + "\n", descriptor: descriptor, path: path)
        } catch {
            unlink(temporary)
            throw error
        }
        return temporary
    }

    private static func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as SystemCallFailure {
            throw CatalogError(.unavailable, "The server \(failure). Check the owner and mode of the data directory.")
        }
    }
}
