/// Names as Windows knows them: what a server of another system has beside is shown under a short name of its making, or not at
/// all.
package enum SMBNames {
    /// Whether a name can be one over SMB: UTF-8, without control characters and `\ / : * ? " < > |`, not ending with a dot or a
    /// blank. *Source*: MS-FSCC section 2.1.5.2.
    package static func canExist(_ name: [UInt8]) -> Bool {
        guard let text = String(validating: name, as: UTF8.self), let last = name.last else { return false }
        return last != UInt8(ascii: ".") && last != UInt8(ascii: " ")
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !#"\/:*?"<>|"#.unicodeScalars.contains($0) }
    }
}
