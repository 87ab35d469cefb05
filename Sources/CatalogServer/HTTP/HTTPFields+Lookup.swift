import HTTPTypes

/// Looks at the few fields of one message by going through them. The subscript of the library makes a table of all names first and
/// joins values that are alone, which is more work than everything else that a small answer takes.
extension HTTPFields {
    /// The value of a field as the subscript gives it: of several, all of them joined.
    func value(of name: HTTPField.Name) -> String? {
        var found: String?
        for field in self where field.name == name {
            guard found == nil else { return self[name] }
            found = field.value
        }
        return found
    }

    /// Whether the field is there.
    func has(_ name: HTTPField.Name) -> Bool {
        contains { $0.name == name }
    }

    /// Adds a field that cannot be there yet.
    mutating func add(_ name: HTTPField.Name, _ value: String) {
        append(HTTPField(name: name, value: value))
    }
}
