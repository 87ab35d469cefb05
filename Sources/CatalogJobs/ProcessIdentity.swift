import Glibc

/// A process, told apart from others with the same number: boot and process namespace (of a container), process id and start time.
///
/// It is written beside a job that the process runs, so that the next start sees at once that the holder is dead instead of
/// waiting for its lease to run out.
package struct ProcessIdentity: Sendable, Equatable {
    private let boot: String
    private let processID: Int32
    private let startTicks: String

    /// This process.
    package static let current = ProcessIdentity(
        boot: bootIdentity, processID: getpid(), startTicks: startTicks(of: getpid()) ?? "0")

    private init(boot: String, processID: Int32, startTicks: String) {
        self.boot = boot
        self.processID = processID
        self.startTicks = startTicks
    }

    /// Reads the form of `text`; nil for anything else.
    package init?(text: String) {
        let parts = text.split(separator: "/")
        guard parts.count == 3, let processID = Int32(parts[1]) else { return nil }
        self.init(boot: String(parts[0]), processID: processID, startTicks: String(parts[2]))
    }

    /// `<boot id>.<process namespace>/<process id>/<start time in clock ticks>`.
    package var text: String { "\(boot)/\(processID)/\(startTicks)" }

    /// Whether the process still runs; nil when we cannot look: it belongs to another machine, container or boot, or the system
    /// hides other users' processes from us.
    package var isAlive: Bool? {
        guard boot == Self.bootIdentity else { return nil }
        if let ticks = Self.startTicks(of: processID) { return ticks == startTicks }
        return kill(processID, 0) != 0 && errno == ESRCH ? false : nil
    }

    /// Where the system does not say it, no other process is taken for one that we could look at.
    private static let bootIdentity: String = {
        guard let boot = firstLine(of: "/proc/sys/kernel/random/boot_id"), let namespace = processNamespace else {
            return "unknown-\(UInt64.random(in: .min ... .max))"
        }
        return "\(boot).\(namespace)"
    }()

    /// The number of the namespace that process ids are counted in. *Source*: namespaces(7), `pid:[4026531836]`.
    private static let processNamespace: String? = {
        var text = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/self/ns/pid", &text, text.count)
        let bytes = text.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
        let digits = bytes.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits.isEmpty ? nil : String(decoding: digits, as: UTF8.self)
    }()

    /// Field 22 of `/proc/PID/stat`; the name in field 2 may hold blanks and brackets, so counting starts behind its last
    /// bracket. *Source*: proc(5).
    private static func startTicks(of processID: Int32) -> String? {
        guard let line = firstLine(of: "/proc/\(processID)/stat"), let bracket = line.lastIndex(of: ")") else {
            return nil
        }
        let fields = line[line.index(after: bracket)...].split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }

    private static func firstLine(of path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 1_024)
        guard fgets(&buffer, Int32(buffer.count), file) != nil else { return nil }
        let bytes = buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
