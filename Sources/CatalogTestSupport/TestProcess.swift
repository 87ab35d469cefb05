import CLinux
import Foundation
import Glibc
import Synchronization

/// A child of the tests, with files as its output.
///
/// Foundation's `Process` learns of an end through a socket, which any other child that is started at the same time inherits and holds
/// open: beside hundreds of children it sometimes never says that one has ended. This one asks the kernel, and hands nothing down.
package final class TestProcess: Sendable {
    /// The program cannot be started.
    package struct NotStarted: Error {
        let program: String
        let reason: String
    }

    package let identifier: Int32
    /// The kernel tells of an end once only.
    private let ended = Mutex<Int32?>(nil)

    /// Starts a program whose input is empty.
    ///
    /// - Parameters:
    ///   - command: the path of the program, then its arguments.
    ///   - environment: all of it.
    ///   - directory: where it starts; nil for that of the tests.
    ///   - output: a path, written anew. Neither output nor errors are a pipe, so a process never waits for a reader.
    ///   - errors: the same for its other stream; nil for the same file.
    /// - Throws: `NotStarted`.
    package init(
        _ command: [String], environment: [String: String] = ProcessInfo.processInfo.environment,
        directory: String? = nil, output: String, errors: String? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        _ = catalog_spawn_apart(&actions, directory)
        // A thread of the tests may block signals, and the tests may ignore some; a program starts with neither.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var process: pid_t = 0
        let result = posix_spawn(&process, command[0], &actions, &attributes, &arguments, &variables)
        guard result == 0 else {
            throw NotStarted(program: command[0], reason: String(cString: strerror(result)))
        }
        identifier = process
    }

    /// How it ended: its exit code, or 128 and the signal that ended it; nil while it runs.
    package var exitCode: Int32? {
        ended.withLock { ended in
            if let ended { return ended }
            var status: Int32 = 0
            let answer = waitpid(identifier, &status, WNOHANG)
            guard answer == identifier else { return nil }
            let signal = status & 0x7F
            ended = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
            return ended
        }
    }

    /// Whether it has not ended.
    package var isRunning: Bool { exitCode == nil }

    /// Sends a signal, unless it is over: its number may be another process by then.
    package func signal(_ number: Int32) {
        ended.withLock { ended in
            if ended == nil { _ = kill(identifier, number) }
        }
    }
}
