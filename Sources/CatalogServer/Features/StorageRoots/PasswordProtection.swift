/// What decides who can read a password on its way to a storage, and who is taken for its server.
enum PasswordProtection {
    /// The first option that protects less than before, or that has somebody else believed; nil when there is none.
    static func weakened(from before: [String: String], to after: [String: String]) -> String? {
        let isSafe: [(name: String, value: ([String: String]) -> Bool)] = [
            ("tls", { ($0["tls"] ?? "none") != "none" }),
            ("tls_verify", { $0["tls_verify"] != "false" }),
            ("encryption", { $0["encryption"] == "required" }),
        ]
        if let weaker = isSafe.first(where: { $0.value(before) && !$0.value(after) }) { return weaker.name }
        guard isSafe[1].value(before) else { return nil }
        return ["tls_fingerprint", "tls_ca_pem"].first { before[$0] != after[$0] }
    }
}
