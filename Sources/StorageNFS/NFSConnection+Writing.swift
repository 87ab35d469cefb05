import CNFS
import CatalogCore
import CatalogStorage
import Glibc

// What changes an export.
extension NFSConnection {
    /// A file that is written has one handle: nobody else knows its name yet.
    func create(_ path: NFSPath, at offset: Int64) throws -> File {
        if offset == 0 {
            // The library's version 4 does not empty a file that is there.
            do {
                try ask { nfs_unlink_async(context, path.bytes, $0, $1) }
            } catch let failure as NFSFailure where failure.number == ENOENT {}
        }
        // `nfs_creat` of version 4 opens what cannot be written into.
        let flags = offset == 0 ? O_CREAT | O_RDWR | O_TRUNC : O_RDWR
        let handle = try askForHandle { nfs_open2_async(context, path.bytes, flags, 0o644, $0, $1) }
        return try closingOnFailure(handle) {
            let status = try ask(for: nfs_stat_64.self) { nfs_fstat64_async(context, handle, $0, $1) }
            guard status.nfs_size == UInt64(offset), let entry = StorageEntry(status, version: version) else {
                throw NFSFailure(number: ESPIPE, text: "the file is not as long as it was")
            }
            return File(handle: handle, key: FileKey(number: status.nfs_ino, entry), entry: entry)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, to file: File, at offset: Int64) throws {
        var written = 0
        while written < bytes.count {
            let part = UnsafeRawBufferPointer(rebasing: bytes[written..<min(bytes.count, written + writeBytes)])
            let position = UInt64(offset) + UInt64(written)
            let count = try ask {
                nfs_pwrite_async(context, file.handle, position, UInt64(part.count), part.baseAddress, $0, $1)
            }
            guard count > 0, count <= part.count else { throw NFSFailure(number: EIO, text: "nothing was written") }
            written += Int(count)
            unsettledBytes += Int64(count)
        }
    }

    /// Bytes of one question. The library keeps room for four kilobytes in a question of version 4, its own words included.
    private var writeBytes: Int { version == 4 ? 3_840 : max(4_096, Int(clamping: nfs_get_writemax(context))) }

    func finish(_ file: File) throws {
        // Now it has to be on the disk, all of it.
        let patience = Int64(timeout) + unsettledBytes / Limits.slowestDiskBytes * 1_000
        nfs_set_timeout(context, Int32(clamping: patience))
        defer {
            nfs_set_timeout(context, Int32(clamping: timeout))
            unsettledBytes = 0
        }
        try closingOnFailure(file.handle) { _ = try ask { nfs_fsync_async(context, file.handle, $0, $1) } }
        try ask { nfs_close_async(context, file.handle, $0, $1) }
    }

    func occupant(_ path: NFSPath) throws -> NameOccupant? {
        try requireNoLinks(above: path)
        do {
            return EntryKind(mode: try lookWithoutCare(path).nfs_mode) == .directory ? .directory : .other
        } catch let failure as NFSFailure where failure.number == ENOENT {
            return nil
        }
    }

    func rename(_ source: NFSPath, to target: NFSPath) throws {
        try requireNoLinks(above: source)
        try ask { nfs_rename_async(context, source.bytes, target.bytes, $0, $1) }
    }

    func makeDirectory(_ path: NFSPath) throws {
        try ask { nfs_mkdir2_async(context, path.bytes, 0o755, $0, $1) }
    }

    func remove(_ path: NFSPath, isDirectory: Bool) throws {
        try ask {
            isDirectory ? nfs_rmdir_async(context, path.bytes, $0, $1) : nfs_unlink_async(context, path.bytes, $0, $1)
        }
    }
}
