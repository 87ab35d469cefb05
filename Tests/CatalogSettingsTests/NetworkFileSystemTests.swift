import CatalogCore
import Foundation
import Glibc
import Testing

@testable import CatalogSettings

@Suite struct NetworkFileSystemTests {
    private let directory = FileManager.default.temporaryDirectory.path + "/network-\(UUID().uuidString)"

    /// A mount table that says of the directory's own device that it is of this type.
    private func withTable(type: String, _ body: (String) throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var status = stat()
        try #require(stat(directory, &status) == 0)
        let device = NetworkFileSystem.number(of: status.st_dev)
        let table = directory + "/mountinfo"
        try """
        22 1 99:98 / / rw,relatime shared:1 - nfs nas:/other rw
        23 22 \(device) / /with\\040space rw,relatime shared:2 master:1 - \(type) nas:/share rw,vers=4.2

        """.write(toFile: table, atomically: true, encoding: .utf8)
        try body(table)
    }

    @Test(arguments: ["nfs4", "nfs", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.rclone"])
    func `A file system of another machine is refused with what to do`(type: String) throws {
        try withTable(type: type) { table in
            let refusal = #expect(throws: CatalogError.self) {
                try NetworkFileSystem.refuse(directory + "/not/there/yet.sqlite", mountTable: table)
            }
            #expect(refusal?.code == .unsupported)
            let text = try #require(refusal?.message)
            for part in ["(\(type))", "data_dir", "database.url", "database.allow_network_file_system"] {
                #expect(text.contains(part))
            }
        }
    }

    @Test(arguments: ["ext4", "btrfs", "xfs", "zfs", "tmpfs", "overlay", "fuseblk", "fuse.mergerfs"])
    func `A file system of this machine is not`(type: String) throws {
        try withTable(type: type) { try NetworkFileSystem.refuse(directory, mountTable: $0) }
    }

    @Test func `A device has the number that the system's own table gives it`() throws {
        var status = stat()
        try #require(stat("/", &status) == 0)
        let table = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        let root = table.split(separator: "\n").last { $0.split(separator: " ")[4] == "/" }
        #expect(root?.split(separator: " ")[2].description == NetworkFileSystem.number(of: status.st_dev))
    }

    @Test func `Where nobody can say, nothing is refused`() throws {
        try NetworkFileSystem.refuse("/", mountTable: directory + "/none")
        try NetworkFileSystem.refuse(directory)
    }
}
