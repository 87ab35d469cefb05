import CatalogTestSupport
import Foundation
import Glibc
import Testing

/// Programs that open archives, which are everybody's and not ours.
enum ArchiveReaders {
    /// A program did not end.
    struct TooSlow: Error {}

    /// Runs a program, found by its name, for at most a minute, and returns its output.
    static func run(_ command: [String], in directory: String) async throws -> String {
        let output = directory + "/output-of-\(command[0])"
        var environment = ProcessInfo.processInfo.environment
        environment["LC_ALL"] = "C.UTF-8"
        let process = try TestProcess(
            ["/usr/bin/env"] + command, environment: environment, directory: directory, output: output)
        let deadline = ContinuousClock.now + Patience.limit
        while process.isRunning {
            guard ContinuousClock.now < deadline else {
                process.signal(SIGKILL)
                throw TooSlow()
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: output)), as: UTF8.self)
        #expect(process.exitCode == 0, "\(command): \(text.suffix(2_000))")
        return text
    }

    /// Those that open this kind of archive, each with its arguments to unpack `archive` into the directory where it runs.
    static func unpacking(_ fileExtension: String) -> [[String]] {
        switch fileExtension {
        case "zip":
            [
                ["unzip", "-q", "archive"], ["7z", "x", "-y", "-bd", "archive"], ["bsdtar", "-xf", "archive"],
                ["sh", "-c", "cat archive | bsdtar -xf -"], python("zipfile.ZipFile('archive').extractall()"),
                ["sh", "-c", "unzip -tqq archive && zipinfo archive"],
            ]
        case "tar":
            [
                ["tar", "-xf", "archive"], ["7z", "x", "-y", "-bd", "-ttar", "archive"], ["bsdtar", "-xf", "archive"],
                python("tarfile.open('archive').extractall()"),
            ]
        default:
            [
                ["tar", "-xzf", "archive"], ["bsdtar", "-xf", "archive"], ["sh", "-c", "gzip -dc archive | tar -xf -"],
                python("tarfile.open('archive', 'r:gz').extractall()"),
            ]
        }
    }

    static func python(_ code: String) -> [String] { ["python3", "-c", "import zipfile, tarfile; " + code] }

    /// What is below a directory: paths with contents, directories with a slash at the end and nothing.
    static func tree(_ directory: String) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        let url = URL(fileURLWithPath: directory)
        for name in try FileManager.default.subpathsOfDirectory(atPath: directory) {
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: directory + "/" + name, isDirectory: &isDirectory)
            found[isDirectory.boolValue ? name + "/" : name] =
                isDirectory.boolValue ? [] : Array(try Data(contentsOf: url.appendingPathComponent(name)))
        }
        return found
    }
}
