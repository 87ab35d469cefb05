import CatalogCore
import Glibc

/// A small file that only the server's user may read.
enum PrivateFile {
    /// Writes `text` to `path` as a whole or not at all, with mode 0600 from its first byte on. Blocks.
    ///
    /// - Throws: `CatalogError.unavailable` with the path: whoever reads it is the operator.
    static func write(_ text: String, to path: String) throws {
        let temporary = path + ".new"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        do {
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
                guard written > 0 || errno == EINTR else { throw failure(path) }
                rest = rest.dropFirst(max(written, 0))
            }
            guard fsync(file) == 0, rename(temporary, path) == 0 else { throw failure(path) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Removes the file if it is there. Blocks.
    static func remove(_ path: String) {
        unlink(path)
    }

    private static func failure(_ path: String) -> CatalogError {
        CatalogError(.unavailable, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
