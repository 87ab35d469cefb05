/// Which names a file on a WebDAV server can have: they travel as text, in XML and in URLs.
package enum WebDAVNames {
    /// Whether every server can be expected to hold the name: UTF-8 without control characters. Some hold more.
    package static func canExist(_ name: [UInt8]) -> Bool {
        String(validating: name, as: UTF8.self) != nil && name.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
