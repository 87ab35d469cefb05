/// A name and its value in one call; nil is written as null.
extension JSONWriter {
    /// A text.
    package mutating func field(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    /// A text that is at hand as UTF-8.
    package mutating func field(_ name: StaticString, utf8 value: (some Collection<UInt8>)?) {
        key(name)
        if let value { string(utf8: value) } else { null() }
    }

    /// A whole number.
    package mutating func field(_ name: StaticString, _ value: (some FixedWidthInteger)?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    /// True or false.
    package mutating func field(_ name: StaticString, _ value: Bool?) {
        key(name)
        if let value { bool(value) } else { null() }
    }

    /// A number with a fraction.
    package mutating func field(_ name: StaticString, _ value: Double?) {
        key(name)
        if let value { number(value) } else { null() }
    }

    /// A time in the form of the API, from microseconds since 1970.
    package mutating func field(_ name: StaticString, time microseconds: Int64?) {
        key(name)
        if let microseconds { time(microseconds) } else { null() }
    }

    /// An array of texts.
    package mutating func field(_ name: StaticString, _ values: [String]) {
        beginArray(name)
        for value in values { string(value) }
        endArray()
    }

    /// Nothing, where the API wants the name to be there.
    package mutating func nullField(_ name: StaticString) {
        key(name)
        null()
    }
}
