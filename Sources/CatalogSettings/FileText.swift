import CatalogCore
import Glibc

/// Small text files of the server's own: settings and secrets.
enum FileText {
    /// The whole file, or nil when there is none.
    ///
    /// - Parameter noFollow: refuses a symbolic link in the last component.
    /// - Throws: `SystemCallFailure`; `EFBIG` for more than `Limits.settingsFileBytes`, `EILSEQ` for what is not UTF-8.
    static func read(_ path: String, noFollow: Bool = false) throws(SystemCallFailure) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | (noFollow ? O_NOFOLLOW : 0))
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw SystemCallFailure("open", path)
        }
        defer { close(descriptor) }
        return try read(descriptor: descriptor, path: path)
    }

    /// What is left to read behind an open descriptor; `path` serves the error only.
    static func read(descriptor: Int32, path: String) throws(SystemCallFailure) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemCallFailure("read", path) }
            if count == 0 { break }
            bytes += chunk[..<count]
            guard bytes.count <= Limits.settingsFileBytes else { throw SystemCallFailure("read", path, code: EFBIG) }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SystemCallFailure("read", path, code: EILSEQ)
        }
        return text
    }

    /// Writes all of `text` to an open descriptor and waits until the disk has it.
    static func write(_ text: String, descriptor: Int32, path: String) throws(SystemCallFailure) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemCallFailure("write", path) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw SystemCallFailure("write", path) }
    }
}
