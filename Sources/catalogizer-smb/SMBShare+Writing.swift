import CSMBClient
import Glibc

extension SMBShare {
    /// Opens a file to write behind its first `offset` bytes, which must be all that it has; at 0 it is made, or emptied.
    func create(_ path: [UInt8], at offset: Int64) throws -> Int32 {
        let isNew = offset == 0
        let handle = try smbc_open(url(path), O_RDWR | (isNew ? O_CREAT | O_TRUNC : 0), 0o644)
        guard handle >= 0 else { throw SMBError(errno) }
        if isNew { return handle }
        var status = Glibc.stat()
        let result = smbc_fstat(handle, &status)
        let number = result == 0 ? ESPIPE : errno
        guard result == 0, Int64(status.st_size) == offset else {
            smbc_close(handle)
            throw SMBError(number)
        }
        return handle
    }

    func write(_ bytes: UnsafeRawBufferPointer, to handle: Int32, at offset: Int64) throws {
        guard smbc_lseek(handle, off_t(offset), SEEK_SET) == off_t(offset) else { throw SMBError(errno) }
        var written = 0
        while written < bytes.count {
            let count = smbc_write(handle, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            guard count > 0 else { throw SMBError(errno) }
            written += count
        }
    }

    func rename(_ source: [UInt8], to target: [UInt8]) throws {
        guard try smbc_rename(url(source), url(target)) == 0 else { throw SMBError(errno) }
    }

    func makeDirectory(_ path: [UInt8]) throws {
        guard try smbc_mkdir(url(path), 0o755) == 0 else { throw SMBError(errno) }
    }

    func remove(_ path: [UInt8], isDirectory: Bool) throws {
        guard try (isDirectory ? smbc_rmdir(url(path)) : smbc_unlink(url(path))) == 0 else { throw SMBError(errno) }
    }

    /// Lets the server copy a file, piece by piece.
    ///
    /// - Parameter progress: called after each piece.
    func copy(_ source: [UInt8], to target: [UInt8], _ progress: () throws -> Void) throws {
        guard let context = smbc_set_context(nil), let open = smbc_getFunctionOpen(context),
            let close = smbc_getFunctionClose(context), let splice = smbc_getFunctionSplice(context),
            let look = smbc_getFunctionFstat(context)
        else { throw SMBError(ENOSYS) }
        guard let from = try open(context, url(source), O_RDONLY, 0) else { throw SMBError(errno) }
        defer { _ = close(context, from) }
        var status = Glibc.stat()
        guard look(context, from, &status) == 0 else { throw SMBError(errno) }
        guard let to = try open(context, url(target), O_RDWR | O_CREAT | O_EXCL, 0o644) else { throw SMBError(errno) }
        var failure: Int32?
        var rest = off_t(status.st_size)
        while rest > 0, failure == nil {
            errno = 0
            // The server refuses what is behind the end.
            let count = splice(context, from, to, min(rest, Self.pieceBytes), { _, _ in 1 }, nil)
            if count <= 0 { failure = errno == 0 ? EIO : errno }
            rest -= count
            try progress()
        }
        if close(context, to) != 0, failure == nil { failure = errno }
        if let failure { throw SMBError(failure) }
    }

    private static let pieceBytes: off_t = 16 << 20
}
