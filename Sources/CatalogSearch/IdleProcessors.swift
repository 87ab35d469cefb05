import Glibc

/// How many processors of the machine have nothing to do at this moment.
enum IdleProcessors {
    /// The kernel's own count of what wants to run, the caller included; ten microseconds. Where it does not say, all but one are idle.
    @Sendable static func count() -> Int {
        let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return max(0, processors - (runnable() ?? 1))
    }

    /// The fourth field of `/proc/loadavg`: `0.20 0.18 0.12 1/80 11206` has one that runs.
    private static func runnable() -> Int? {
        let file = open("/proc/loadavg", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let length = read(file, &bytes, bytes.count)
        guard length > 0 else { return nil }
        return running(in: String(decoding: bytes[..<length], as: UTF8.self))
    }

    static func running(in text: String) -> Int? {
        let fields = text.split(separator: " ")
        guard fields.count > 3 else { return nil }
        return fields[3].split(separator: "/").first.flatMap { Int($0) }
    }
}
