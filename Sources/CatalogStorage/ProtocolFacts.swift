import CatalogCore

/// What a kind of storage can do and what it cannot, as data: for people who choose one, and for the checks that all backends run.
package struct ProtocolFacts: Sendable {
    /// As people call it.
    package let name: String
    /// How its URLs begin.
    package let urls: [String]
    /// The most that a root of this kind can do.
    package let capabilities: StorageCapabilities
    /// Which names it can hold, in words.
    package let names: String
    /// The same as code; bytes in, whether a file may have them as its name.
    package let canHold: @Sendable ([UInt8]) -> Bool
    /// Options of a root beside name and password: each with what it means.
    package let options: [Option]
    /// What else an owner has to know.
    package let limits: [String]

    /// An option of a storage root.
    package struct Option: Sendable {
        /// As in `--option NAME=VALUE` and in the API.
        package let name: String
        /// What it is for, and what holds without it.
        package let help: String

        /// - Parameter help: what it is for, and what holds without it.
        package init(_ name: String, _ help: String) {
            (self.name, self.help) = (name, help)
        }

        /// Of every protocol that reaches another machine.
        package static let timeout = Option("timeout", "seconds after which a silent server counts as away (10)")
        /// Of every protocol that reaches another machine.
        ///
        /// - Parameter usual: what holds without it.
        package static func connections(_ usual: ConnectionLimit) -> Option {
            let more = usual.far > usual.near ? "; \(usual.far) when the server is far away" : ""
            return Option(
                "connections",
                "how many at the same time, 1 to \(Limits.connectionsPerRoot) (\(usual.near)\(more)); never more than it lets in"
            )
        }
        /// Of protocols with certificates.
        package static let tls = [
            Option("tls_verify", "false believes any certificate (true)"),
            Option("tls_ca_pem", "certificates of the authorities to believe (those of the system)"),
            Option("tls_fingerprint", "SHA-256 of the one certificate to believe"),
        ]
    }

    /// - Parameters:
    ///   - names: which names it can hold, in words.
    ///   - canHold: the same as code.
    package init(
        name: String, urls: [String], capabilities: StorageCapabilities,
        names: (words: String, canHold: @Sendable ([UInt8]) -> Bool), options: [Option], limits: [String]
    ) {
        (self.name, self.urls, self.capabilities) = (name, urls, capabilities)
        (self.names, canHold, self.options, self.limits) = (names.words, names.canHold, options, limits)
    }

    /// What tells protocols apart, with the words of a table's head.
    package static let columns: [(title: String, capability: StorageCapabilities)] = [
        ("write", .write), ("resume a write", .resumableWrite), ("copy by itself", .serverSideCopy),
        ("rename at once", .atomicRename), ("never replace", .exclusiveRename), ("free space", .freeSpace),
        ("links shown", .symlinks), ("case matters not", .caseInsensitive),
    ]
}
