import Foundation

/// What this process was started with.
enum ProcessEnvironment {
    static let variables = ProcessInfo.processInfo.environment

    /// Absolute.
    static var workingDirectory: String { FileManager.default.currentDirectoryPath }

    static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// The first program of this name in `PATH`.
    static func program(_ name: String) -> String? {
        let directories = (variables["PATH"] ?? "").split(separator: ":")
        return directories.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
