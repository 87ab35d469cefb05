import CatalogCore
import Glibc

/// Whether a directory lies on another machine: SQLite's log is shared memory and its locks are the kernel's, and neither
/// reaches beyond one machine.
package struct NetworkFileSystem: Sendable {
    /// As the mount table has them; of the many file systems in user space those that reach over a network.
    private static let types: Set<String> = [
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4",
        "ocfs2",
        "orangefs", "smb3", "smbfs", "virtiofs",
        "fuse.ceph", "fuse.ceph-fuse",
        "fuse.curlftpfs", "fuse.davfs2", "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs",
        "fuse.smbnetfs",
        "fuse.sshfs",
    ]

    /// Its type, as the mount table has it: "nfs4".
    package let type: String

    /// Refuses a directory for SQLite's files on a network file system.
    ///
    /// Blocks.
    ///
    /// - Parameters:
    ///   - path: absolute; a part that does not exist yet will be made on the file system of what does.
    ///   - mountTable: in the form of `/proc/self/mountinfo`.
    /// - Throws: `CatalogError.unsupported` with what to do.
    package static func refuse(_ path: String, mountTable: String = "/proc/self/mountinfo") throws {
        guard let found = find(path, mountTable: mountTable) else { return }
        throw CatalogError(
            .unsupported,
            "\(path) is on a network file system (\(found.type)), where SQLite can lose data. Choose a data_dir on a disk of this "
                + "machine, or keep the catalog in PostgreSQL (database.url). If this file system is safe for SQLite, set "
                + "database.allow_network_file_system: true.")
    }

    /// Nil for a file system of this machine, and where nobody can say.
    static func find(_ path: String, mountTable: String) -> NetworkFileSystem? {
        var status = stat()
        var existing = path
        while stat(existing, &status) != 0 {
            guard existing != "/" else { return nil }
            existing = FilePath.parent(of: existing)
        }
        guard let table = try? FileText.read(mountTable) else { return nil }
        return type(of: number(of: status.st_dev), in: table).map(NetworkFileSystem.init)
    }

    /// As the mount table writes it: "8:1". Swift does not see glibc's functions for it (`gnu_dev_major(3)`).
    static func number(of device: dev_t) -> String {
        let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
        let minor = device & 0xFF | (device >> 12) & ~0xFF
        return "\(UInt32(truncatingIfNeeded: major)):\(UInt32(truncatingIfNeeded: minor))"
    }

    /// The type of the file system with this device number, when it is one of a network.
    private static func type(of device: String, in table: String) -> String? {
        // proc(5): id, parent, device, root, mount point, options, optional fields, "-", type, source, options.
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == device, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count
            else { continue }
            let type = String(fields[dash + 1])
            return types.contains(type) ? type : nil
        }
        return nil
    }
}
