import CatalogCore
import Glibc

/// The claim of one `serve`, or of one `worker`, on its data directory; a second one is refused and told of the first.
///
/// It ends with the object or the process, however that ends.
package final class ServeLock: Sendable {
    /// What a process is in its data directory, of each of which there is one at a time.
    package enum Role: Sendable {
        case server, worker

        /// The name of the lock's file; it stays when the process ends, since only the lock on it counts.
        package var fileName: String { self == .server ? "serve.lock" : "worker.lock" }
    }

    /// What the process has claimed to be.
    package let role: Role
    private let descriptor: Int32

    private init(descriptor: Int32, role: Role) {
        (self.descriptor, self.role) = (descriptor, role)
    }

    deinit {
        // A child process that is being started holds a copy of the descriptor until it runs its program, and a lock
        // ends with the last copy: so it is given up by name.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Claims the directory and leaves the number of this process in the file.
    ///
    /// Blocks for two seconds at most, and only while others ask who serves.
    /// - Throws: `CatalogError.conflict` that names the process that serves it; `.unavailable` when the file cannot be
    /// made.
    package static func acquire(_ directory: DataDirectory, as role: Role = .server) throws -> ServeLock {
        let path = directory.path(of: role.fileName)
        // Not inherited: a child process that outlives the server must not keep the claim.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw CatalogError(.unavailable, "The server \(SystemCallFailure("open", path)).")
        }
        let lock = ServeLock(descriptor: descriptor, role: role)
        guard claim(descriptor) else {
            throw CatalogError(.conflict, refusal(process: process(in: descriptor), directory: directory, role))
        }
        do {
            guard ftruncate(descriptor, 0) == 0 else { throw SystemCallFailure("write", path) }
            try FileText.write("\(getpid())\n", descriptor: descriptor, path: path)
        } catch {
            throw CatalogError(.unavailable, "The server \(error).")
        }
        return lock
    }

    /// The server that holds the directory, if one does.
    package static func holder(of directory: DataDirectory) -> ServeHolder? {
        let descriptor = open(directory.path(of: Role.server.fileName), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
        return ServeHolder(process: process(in: descriptor))
    }

    /// Sees that no server holds the directory now; changes nothing.
    ///
    /// - Throws: `CatalogError.conflict` as `acquire`.
    package static func requireFree(_ directory: DataDirectory) throws {
        guard let holder = holder(of: directory) else { return }
        throw CatalogError(.conflict, refusal(process: holder.process, directory: directory, .server))
    }

    /// `holder(of:)` takes a shared lock for a few microseconds; that must not turn away a server that starts just
    /// then.
    ///
    /// Only when a shared lock is refused too does a server hold the directory.
    private static func claim(_ descriptor: Int32) -> Bool {
        for _ in 0..<2_000 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return false }
            flock(descriptor, LOCK_UN)
            usleep(1_000)
        }
        return false
    }

    private static func process(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(TextEdges.trimmed(String(decoding: bytes[..<count], as: UTF8.self)))
    }

    private static func refusal(process: Int32?, directory: DataDirectory, _ role: Role) -> String {
        let holder = process.map { "process \($0)" } ?? "another process"
        let stop = process.map { " (kill \($0))" } ?? ""
        let (use, name) = role == .server ? ("served", "server") : ("worked for", "worker")
        return
            "\(directory.path) is already \(use) by \(holder). Stop that \(name) first\(stop), or give this one another "
            + "--data-dir."
    }
}

/// The process that serves a data directory.
package struct ServeHolder: Sendable, Equatable {
    /// Nil in the moment in which the server has the lock but has not yet written its number.
    package let process: Int32?
}
