import CatalogCore

/// Where a storage root is, who may read it, and how to speak to it: what a backend is made from.
package struct StorageLocation: Sendable, Equatable {
    /// Without a password.
    package let url: StorageURL
    /// Nil for guests.
    package let credentials: StorageCredentials?
    /// What the protocol wants to know beside.
    package let options: StorageOptions

    /// A place that anybody may read, spoken to as usual.
    package init(url: StorageURL, credentials: StorageCredentials? = nil, options: StorageOptions = StorageOptions()) {
        (self.url, self.credentials, self.options) = (url, credentials, options)
    }
}

/// Who reads a storage. It never prints its password.
package struct StorageCredentials: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// The name to log in with.
    package let username: String
    /// Empty for none.
    package let password: String
    /// Of Windows networks; nil for the server's own.
    package let domain: String?

    /// - Parameter domain: nil where there is none.
    package init(username: String, password: String, domain: String? = nil) {
        (self.username, self.password, self.domain) = (username, password, domain)
    }

    package var description: String { "\(username):***" }
    /// Nothing, so that `dump` shows nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a protocol wants to know beside the URL: names and values as people wrote them.
package struct StorageOptions: Sendable, Equatable {
    /// By name.
    package let values: [String: String]

    /// - Parameter values: numbers and booleans as text.
    package init(_ values: [String: String] = [:]) {
        self.values = values
    }

    /// Milliseconds after which a storage that does not answer counts as away (`timeout`, in seconds).
    ///
    /// - Throws: `CatalogError.invalidArgument`.
    package func timeoutMilliseconds() throws -> Int {
        try (integer("timeout", in: 1...300) ?? Int(Limits.storageTimeoutSeconds)) * 1_000
    }

    /// Connections to the server at the same time (`connections`).
    ///
    /// - Parameter usual: what the protocol takes when nothing else is said.
    /// - Throws: `CatalogError.invalidArgument`.
    package func connections(usual: ConnectionLimit) throws -> ConnectionLimit {
        try integer("connections", in: 1...Limits.connectionsPerRoot).map { ConnectionLimit($0) } ?? usual
    }

    /// A whole number, or nil when it is not there.
    ///
    /// - Throws: `CatalogError.invalidArgument` naming the option.
    package func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw CatalogError(
                .invalidArgument,
                "Invalid \(name): must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One of some words, or nil when it is not there.
    ///
    /// - Throws: `CatalogError.invalidArgument` naming the option.
    package func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Value.Type
    ) throws -> Value? where Value.RawValue == String {
        guard let text = values[name] else { return nil }
        guard let value = Value(rawValue: text) else {
            let words = type.allCases.map(\.rawValue).joined(separator: ", ")
            throw CatalogError(.invalidArgument, "Invalid \(name): must be one of \(words)")
        }
        return value
    }
}
