import CSMBClient
import Glibc
import SMBWire

extension SMBShare {
    /// Calls `body` with each share of the server; only for settings without a share.
    ///
    /// - Throws: `SMBError`, and what `body` throws.
    func shares(_ body: (SMBShareRecord) throws -> Void) throws {
        let handle = try smbc_opendir(url([]))
        guard handle >= 0 else { throw SMBError(errno) }
        defer { smbc_closedir(handle) }
        errno = 0
        while let entry = smbc_readdir(UInt32(handle)) {
            try body(Self.record(entry))
            errno = 0
        }
        guard errno == 0 else { throw SMBError(errno) }
    }

    private static func record(_ entry: UnsafeMutablePointer<smbc_dirent>) -> SMBShareRecord {
        // The name is an array of one in C, which goes on behind the struct.
        let offset = MemoryLayout<smbc_dirent>.offset(of: \.name) ?? MemoryLayout<smbc_dirent>.size
        let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
        let comment = entry.pointee.comment.map { bytes(UnsafePointer($0)) } ?? []
        return SMBShareRecord(kind: entry.pointee.smbc_type, name: bytes(name), comment: comment)
    }

    private static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
}
