import CatalogCore
import Glibc

/// What the nodes over one database know each other by: the name of the machine, and a number that was made by chance for the data
/// directory, since many machines have the same name and keep the directory at the same place.
package enum NodeName {
    private static let fileName = "node-id"

    /// The name of the node with this data directory.
    ///
    /// Blocks.
    ///
    /// - Parameter makesIt: whether the number is made when it is missing; else it is one for this process only.
    /// - Throws: `CatalogError.unavailable` when it can be neither read nor written.
    package static func of(_ directory: DataDirectory, makesIt: Bool) throws -> String {
        let path = directory.path(of: fileName)
        do {
            if makesIt, access(path, F_OK) != 0 { try make(path) }
            let number = try FileText.read(path) ?? newNumber()
            return "\(host):\(TextEdges.trimmed(number))"
        } catch let failure as SystemCallFailure {
            throw CatalogError(.unavailable, "The program \(failure).")
        }
    }

    /// Of several processes that make it at the same time, one does.
    private static func make(_ path: String) throws {
        let mine = "\(path).\(getpid())"
        defer { unlink(mine) }
        let descriptor = open(mine, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemCallFailure("write", path) }
        defer { close(descriptor) }
        try FileText.write(newNumber() + "\n", descriptor: descriptor, path: path)
        // Not every file system has links; then the last one wins.
        guard link(mine, path) == 0 || errno == EEXIST || rename(mine, path) == 0 else {
            throw SystemCallFailure("write", path)
        }
    }

    private static func newNumber() -> String { String(UInt64.random(in: .min ... .max), radix: 16) }

    private static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        let bytes = gethostname(&name, name.count - 1) == 0 ? name.prefix { $0 != 0 } : []
        return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
