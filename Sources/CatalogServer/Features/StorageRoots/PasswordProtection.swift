import CatalogStorage

/// What decides who can read a password on its way to a storage, and who is taken for its server.
struct PasswordProtection {
    private let options: [String: String]
    private let isHidden: Bool

    init(_ url: StorageURL, _ options: [String: String]) {
        self.options = options
        isHidden = (options["tls"] ?? (url.scheme == .ftps ? "implicit" : "none")) != "none"
    }

    private var isVerified: Bool { options["tls_verify"] != "false" }
    private var isEncrypted: Bool { options["encryption"] == "required" }

    /// The first option that protects less than `before`, or that has somebody else believed; nil when there is none.
    func weakened(since before: PasswordProtection) -> String? {
        if before.isHidden, !isHidden { return "tls" }
        if before.isEncrypted, !isEncrypted { return "encryption" }
        guard before.isVerified else { return nil }
        if !isVerified { return "tls_verify" }
        return ["tls_fingerprint", "tls_ca_pem"].first { before.options[$0] != options[$0] }
    }
}
