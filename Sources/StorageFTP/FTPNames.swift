/// Which names a file on an FTP server can have: a command is one line.
package enum FTPNames {
    /// Whether a command can carry the name.
    package static func canExist(_ name: [UInt8]) -> Bool {
        !name.contains(UInt8(ascii: "\r")) && !name.contains(UInt8(ascii: "\n"))
    }
}
