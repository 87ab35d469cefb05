/// Which names a file on an FTP server can have, for us: a command is one line, and libcurl puts no control character into one.
package enum FTPNames {
    /// Whether a command can carry the name.
    package static func canExist(_ name: [UInt8]) -> Bool { name.allSatisfy { $0 >= 0x20 } }
}
