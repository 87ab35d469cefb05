import CLinux
import CatalogCore
import Glibc

/// Lists one open directory: raw records of `getdents64` and one `statx` for each name, straight into the packed
/// listing.
///
/// A million files pass through here in a scan, so there is no `String`, and nothing is allocated for an entry.
struct LocalLister {
    let root: LocalRoot
    /// Descriptor of the directory.
    let directory: Int32

    /// - Throws: `SystemFailure` when the directory cannot be read; `CatalogError`.
    func fill(_ listing: inout DirectoryListing) throws {
        let own = try LocalBackend.attributes(of: directory)
        guard let entry = StorageEntry(own) else { throw SystemFailure(number: ENOTDIR) }
        guard !root.isReserved(device: entry.device, inode: entry.inode) else {
            throw SystemFailure(number: ENOENT)
        }
        listing.describe(directory: entry)
        var records: [UInt8] = []
        swap(&records, &listing.scratch)
        defer { swap(&records, &listing.scratch) }
        if records.isEmpty { records = [UInt8](repeating: 0, count: LocalLister.recordBytes) }
        try records.withUnsafeMutableBytes { buffer in
            while true {
                let length = catalog_getdents(directory, buffer.baseAddress, buffer.count)
                guard length >= 0 else { throw SystemFailure(length) }
                guard length > 0 else { return }
                try add(UnsafeRawBufferPointer(rebasing: buffer[..<length]), to: &listing)
            }
        }
    }

    /// Bytes of raw records fetched by one call: about 2,000 names.
    private static let recordBytes = 64 << 10

    /// Records are `struct linux_dirent64`: inode (8 bytes), offset (8), length of the record (2), type (1), name, NUL.
    private func add(_ records: UnsafeRawBufferPointer, to listing: inout DirectoryListing) throws {
        let lengthAt = 16
        let typeAt = 18
        let nameAt = 19
        var start = 0
        while start + nameAt < records.count {
            let length = Int(records.loadUnaligned(fromByteOffset: start + lengthAt, as: UInt16.self))
            guard length > nameAt, start + length <= records.count else { throw SystemFailure(number: EIO) }
            let record = UnsafeRawBufferPointer(rebasing: records[start..<(start + length)])
            start += length
            let type = Int(record[typeAt])
            if LocalLister.isSpecial(type) { continue }
            let tail = UnsafeRawBufferPointer(rebasing: record[nameAt...])
            guard let text = tail.baseAddress?.assumingMemoryBound(to: CChar.self) else { continue }
            let name = UnsafeRawBufferPointer(rebasing: tail[..<strnlen(text, tail.count)])
            if LocalLister.isDot(name) { continue }
            try look(at: text, name, &listing)
        }
    }

    private func look(
        at text: UnsafePointer<CChar>, _ name: UnsafeRawBufferPointer, _ listing: inout DirectoryListing
    ) throws {
        var stat = catalog_stat()
        let result = catalog_statx(directory, text, &stat)
        guard result == 0 else { return try note(SystemFailure(Int(result)), of: name, in: &listing) }
        guard let entry = StorageEntry(stat) else { return }
        if entry.kind == .directory, root.isReserved(device: entry.device, inode: entry.inode) { return }
        try listing.append(name: name, entry)
    }

    private func note(
        _ failure: SystemFailure, of name: UnsafeRawBufferPointer, in listing: inout DirectoryListing
    ) throws {
        // It went away while we looked.
        if failure.number == ENOENT { return }
        // To look at a name takes the right to search its directory, so mostly all of it is closed. Mounts of other users
        // (FUSE) refuse even that look, and then it is only this name.
        if failure.number == EACCES, isClosed() { throw failure }
        var path = NativePath()
        path.append(name)
        try listing.noteFailure(of: Array(name), failure.error("look at", path))
    }

    private func isClosed() -> Bool {
        var stat = catalog_stat()
        return catalog_statx(directory, ".", &stat) == -EACCES
    }

    /// The type in the record saves a look at what is left out anyway; 0 means that the file system does not say.
    private static func isSpecial(_ type: Int) -> Bool {
        type == DT_FIFO || type == DT_SOCK || type == DT_CHR || type == DT_BLK
    }

    private static func isDot(_ name: UnsafeRawBufferPointer) -> Bool {
        let dot = UInt8(ascii: ".")
        guard name.count <= 2, name.first == dot else { return false }
        return name.count == 1 || name[1] == dot
    }
}
