import CatalogCore
package import CatalogDatabase
import Crypto
import Foundation

/// Whether a process and a database belong together: same secrets, same folding of text.
///
/// The database keeps a check value of each secret and never the secret: what was made with another one could not be read.
package struct InstanceCheck: Sendable {
    private let store: InstanceStore

    /// Over a migrated database.
    package init(database: any Database) {
        store = InstanceStore(database: database)
    }

    /// Compares, and keeps the values of the first process that asks; with `keeps` false it only compares.
    ///
    /// - Throws: `CatalogError.conflict` that says which secret differs and where to copy it from, or that the database is not
    ///   complete.
    package func run(jwtSecret: String, masterKey: String, keeps: Bool = true) async throws {
        guard try await store.find(InstanceCopyMark.name) == nil else {
            throw CatalogError(
                .conflict,
                "This database is the unfinished copy of another one. Run `catalogizer database copy` again, which goes on where it "
                    + "was.")
        }
        for (name, file, secret) in [
            ("auth.jwt_secret", "jwt-secret", jwtSecret), ("secrets.master_key", "master-key", masterKey),
        ] {
            let value = Self.checkValue(of: secret, name: name)
            guard try await kept("check:\(name)", value, keeps) == value else {
                throw CatalogError(
                    .conflict,
                    "\(name) is not the one that this database was made with. Copy the file \(file) from the data directory "
                        + "of the server that made it, or set \(name) to the same value.")
            }
        }
        let version = String(TextFold.version)
        guard try await kept("text_fold_version", version, keeps) == version else {
            throw CatalogError(
                .conflict, "The names in this database were folded by another version of Catalogizer; use that version")
        }
    }

    private func kept(_ name: String, _ value: String, _ keeps: Bool) async throws -> String {
        keeps ? try await store.keep(name, value) : try await store.find(name) ?? value
    }

    private static func checkValue(of secret: String, name: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("catalogizer check value of \(name)".utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return code.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}
