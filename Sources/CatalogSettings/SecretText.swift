/// A text that must never reach a log, an error or a listing: however it is printed, it reads `***`.
package struct SecretText: Sendable, Hashable {
    /// The text itself, for the one place that needs it.
    package let exposed: String

    /// - Parameter exposed: the text to hide.
    package init(_ exposed: String) {
        self.exposed = exposed
    }

    /// What is printed in place of a secret.
    package static let mask = "***"
}

extension SecretText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { Self.mask }
    package var debugDescription: String { Self.mask }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
