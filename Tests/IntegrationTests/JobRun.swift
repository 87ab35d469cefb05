import Foundation
import Testing

/// One run of a job, as the log of its process tells it.
struct JobRun: CustomStringConvertible {
    let job: String
    let start: Date
    let end: Date
    /// Whether the process wrote that the job has ended: nobody may run it again.
    let isFinal: Bool

    var description: String { "job \(job) from \(start.timeIntervalSince1970) to \(end.timeIntervalSince1970)" }

    private static let final = "job ended"
    private static let ends: Set<String> = [
        final, "job goes back to the queue", "job was taken over by another process",
    ]

    /// - Parameters:
    ///   - talk: the lines that a process wrote.
    ///   - death: when the process was killed, or now; a run whose end it did not tell was over then.
    static func all(in talk: String, until death: Date) -> [JobRun] {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var runs: [JobRun] = []
        var open: [String: Date] = [:]
        for line in talk.split(separator: "\n") {
            guard let fields = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String],
                let message = fields["msg"], let job = fields["job_id"],
                let time = fields["time"].flatMap({ try? format.parse($0) })
            else { continue }
            if message == "job started" {
                open[job] = time
            } else if ends.contains(message), let start = open.removeValue(forKey: job) {
                runs.append(JobRun(job: job, start: start, end: time, isFinal: message == final))
            }
        }
        return runs + open.map { JobRun(job: $0, start: $1, end: max($1, death), isFinal: false) }
    }

    /// Runs that began while the job ran elsewhere, or after it had ended.
    static func doubled(in runs: [JobRun]) -> [JobRun] {
        Dictionary(grouping: runs, by: \.job).values.flatMap { runs in
            let sorted = runs.sorted { $0.start < $1.start }
            return zip(sorted, sorted.dropFirst()).filter { $0.isFinal || $1.start < $0.end }.map(\.1)
        }
    }
}
