import CatalogCore
import Crypto
import Foundation

/// Seals the passwords of storage roots before they are stored, and opens them for backends: AES-GCM with a key that only this
/// instance has.
package struct CredentialVault: Sendable {
    private let key: SymmetricKey

    /// - Parameter masterKey: the instance's `secrets.master_key`.
    package init(masterKey: String) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Data(masterKey.utf8)), info: Data("storage credentials".utf8),
            outputByteCount: 32)
    }

    /// Nonce, ciphertext and tag.
    func seal(_ text: String) throws -> [UInt8] {
        guard let sealed = try AES.GCM.seal(Data(text.utf8), using: key).combined else {
            throw CatalogError.internalError("a sealed password has no combined form")
        }
        return Array(sealed)
    }

    /// - Throws: `CatalogError.internalError` when it was sealed with another key, or changed since.
    func open(_ sealed: [UInt8]) throws -> String {
        do {
            let data = try AES.GCM.open(AES.GCM.SealedBox(combined: Data(sealed)), using: key)
            return String(decoding: data, as: UTF8.self)
        } catch {
            throw CatalogError.internalError("a stored password cannot be opened: \(error)")
        }
    }
}
