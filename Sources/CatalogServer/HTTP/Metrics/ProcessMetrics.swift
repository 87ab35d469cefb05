import CatalogCore
import Glibc

/// The numbers about the process itself that every Prometheus client publishes (`process_*`).
package enum ProcessMetrics {
    /// Reads `/proc`, so it blocks for some microseconds: not for the cooperative pool.
    package static func families(startedAt: Int64) -> [MetricFamily] {
        let status = fields("/proc/self/status")
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        let rows: [(name: String, kind: String, help: String, value: String)] = [
            ("process_cpu_seconds_total", "counter", "Processor time used.", "\(cpu)"),
            ("process_resident_memory_bytes", "gauge", "Memory in use.", kibibytes(status["VmRSS"])),
            (
                "process_anonymous_memory_bytes", "gauge", "Memory in use that is no cache.",
                kibibytes(status["RssAnon"])
            ),
            ("process_virtual_memory_bytes", "gauge", "Addresses in use.", kibibytes(status["VmSize"])),
            ("process_threads", "gauge", "Threads.", status["Threads"] ?? "0"),
            ("process_open_fds", "gauge", "Open file descriptors.", "\(openDescriptors())"),
            ("process_max_fds", "gauge", "File descriptors that may be open.", "\(limit.rlim_cur)"),
            (
                "process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.",
                "\(startedAt / 1_000_000)"
            ),
        ]
        return rows.map { row in
            MetricFamily(row.name, row.help, kind: row.kind, samples: ["\(row.name) \(row.value)"])
        }
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
    }

    private static func kibibytes(_ text: String?) -> String {
        let digits = text?.prefix { $0.isNumber } ?? ""
        return "\((Int64(digits) ?? 0) * 1_024)"
    }

    private static func openDescriptors() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // `.`, `..` and the directory that is being read.
        return max(0, count - 3)
    }

    /// `Name:<tab>value` lines.
    private static func fields(_ path: String) -> [String: String] {
        guard let file = fopen(path, "r") else { return [:] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = fread(&bytes, 1, bytes.count, file)
        var result: [String: String] = [:]
        for line in String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n") {
            let sides = line.split(separator: ":", maxSplits: 1)
            guard sides.count == 2 else { continue }
            result[String(sides[0])] = String(sides[1].drop { $0 == "\t" || $0 == " " })
        }
        return result
    }
}
