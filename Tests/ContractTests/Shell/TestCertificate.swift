import CatalogServer
import CatalogTestSupport
import Foundation

/// A certificate of its own making, in a directory of its own.
struct TestCertificate {
    private let directory: URL

    /// Calls `body` with a certificate that is issued to `first.example`.
    static func withNew<Value>(_ body: (TestCertificate) async throws -> Value) async throws -> Value {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let certificate = TestCertificate(directory: directory)
        try certificate.issue("first.example")
        return try await body(certificate)
    }

    /// Replaces both files by a certificate that is issued to `name`.
    func issue(_ name: String) throws {
        _ = try run([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", "/CN=\(name)", "-keyout", path("key.pem"), "-out", path("cert.pem"),
        ])
    }

    var files: HTTPSettings.TLSFiles { .init(certificate: path("cert.pem"), key: path("key.pem")) }

    private func path(_ name: String) -> String { directory.appendingPathComponent(name).path }
}

/// Output of curl, both streams; its input is open and silent.
///
/// curl speaks for the outside world: it negotiates HTTP/2 by itself.
func curl(_ arguments: String...) async throws -> String { try await curl(arguments) }

func curl(_ arguments: [String]) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(
                with: Result { try run(["/usr/bin/curl", "--max-time", "\(Patience.seconds)"] + arguments) })
        }
    }
}

private func run(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.readOutput()
    process.waitUntilExit()
    try input.fileHandleForWriting.close()
    return String(decoding: data, as: UTF8.self)
}
