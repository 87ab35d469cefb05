package import CatalogStorage
import Crypto
import Foundation
import Synchronization

/// A real server of a protocol, whose share a test fills as a directory.
package struct TestStorageServer: Sendable {
    private let program: Program
    private let settings: [String: String]
    private let credentials: StorageCredentials?
    private let options: [String: String]
    /// URL of the share.
    package let url: String
    /// The shared directory.
    package let share: String
    /// PEM; empty without TLS.
    package let certificate: String

    private init(_ kind: Kind, _ started: Started) {
        program = kind.program
        settings = started.settings
        credentials =
            kind == .nfs || kind == .nfs3 ? nil : StorageCredentials(username: "catalogizer", password: "catalogizer")
        url = kind.url(from: started.url)
        share = started.share
        certificate = started.certificate
        // A machine that runs all tests at once may be silent for longer than a storage may; who tests that says so.
        var options = ["timeout": "\(Patience.seconds)"]
        if kind.hasCertificate { options["tls_ca_pem"] = started.certificate }
        self.options = kind.options(at: url).merging(options) { $1 }
    }

    private static let running = Mutex<[Program: Task<Started, any Error>]>([:])

    /// The server that all tests share; whoever runs the tests stops it.
    ///
    /// - Throws: `TestServerScript.Failed` when it cannot be started: a missing server is a failure.
    package static func shared(_ kind: Kind) async throws -> TestStorageServer {
        // Started once: two scripts at the same time would get into each other's way.
        let start = running.withLock { running in
            let task = running[kind.program] ?? Task { try await Started(kind.program, [:]) }
            running[kind.program] = task
            return task
        }
        return TestStorageServer(kind, try await start.value)
    }

    /// A server may want the ports behind its own too.
    private static let ports = TestPorts(from: 10_000, step: 4, count: 2_500)

    /// A server of the test's own, which may be harmed; stopped and removed after `body`.
    ///
    /// - Parameter more: settings of its script, as `TESTSERVER_CONNECTIONS`.
    package static func with<Value>(
        _ kind: Kind, _ more: [String: String] = [:], _ body: (TestStorageServer) async throws -> Value
    ) async throws -> Value {
        let settings = more.merging(["TESTSERVER_PORT": "\(Self.ports.next())"]) { $1 }
        let server = TestStorageServer(kind, try await Started(kind.program, settings))
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await TestServerScript.run(server.program.script, "stop", server.settings)
        return try result.get()
    }

    /// SHA-256 of the certificate, as `openssl` prints it.
    package var fingerprint: String {
        let base64 = certificate.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-") }.joined()
        let digest = SHA256.hash(data: Data(base64Encoded: base64) ?? Data())
        return digest.map { String(format: "%02X", $0) }.joined(separator: ":")
    }

    /// `kill`, `start`, `freeze` or `thaw`.
    package func make(_ command: String) async throws {
        try await TestServerScript.run(program.script, command, settings)
    }

    /// The URL of a directory in the share.
    package func url(of directory: String) -> String { url + directory.dropFirst(share.count) }

    /// The location of a directory in the share.
    package func location(of directory: String, _ more: [String: String] = [:]) throws -> StorageLocation {
        try location(url: url(of: directory), more)
    }

    /// The same for a place that is reached in another way, through a proxy for example.
    package func location(url: String, _ more: [String: String] = [:]) throws -> StorageLocation {
        StorageLocation(
            url: try StorageURL(parsing: url), credentials: credentials,
            options: StorageOptions(options.merging(more) { $1 }))
    }
}

extension TestStorageServer {
    /// One script of `Scripts/testservers/`, in one of its flavours.
    fileprivate struct Program: Hashable {
        let script: String
        var flavour: String?

        var settings: [String: String] { flavour.map { ["TESTSERVER_FLAVOUR": $0] } ?? [:] }
    }

    /// A program that runs.
    fileprivate struct Started: Sendable {
        let settings: [String: String]
        let url: String
        let share: String
        /// PEM; empty where there is none.
        let certificate: String

        init(_ program: Program, _ settings: [String: String]) async throws {
            let all = settings.merging(program.settings) { $1 }
            self.settings = all
            url = try await TestServerScript.run(program.script, "start", all)
            share = try await TestServerScript.run(program.script, "share", all)
            let hasCertificate = ["ftp", "webdav"].contains(program.script)
            let file = hasCertificate ? try await TestServerScript.run(program.script, "certificate", all) : ""
            certificate = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        }
    }

    /// The ways to reach a storage that there are servers for.
    package enum Kind: String, Sendable, CaseIterable {
        case nfs, smb
        /// In a network namespace of its own, which wants privileges.
        case nfs3
        case ftp, ftpExplicitTLS, ftpImplicitTLS
        /// A server without `MLSD`.
        case ftpListOnly, ftpListOnlyTLS
        case webdav, webdavDigest, webdavTLS, webdavRclone

        fileprivate var program: Program {
            switch self {
            case .nfs: Program(script: "nfs")
            case .nfs3: Program(script: "nfs", flavour: "3")
            case .smb: Program(script: "smb")
            case .ftp, .ftpExplicitTLS, .ftpImplicitTLS: Program(script: "ftp")
            case .ftpListOnly, .ftpListOnlyTLS: Program(script: "ftp", flavour: "vsftpd")
            case .webdav, .webdavDigest, .webdavTLS: Program(script: "webdav")
            case .webdavRclone: Program(script: "webdav", flavour: "rclone")
            }
        }

        /// What the URL of the share is, from that of the script, which is the one of the first of some ports.
        fileprivate func url(from printed: String) -> String {
            guard var parts = URLComponents(string: printed) else { return printed }
            switch self {
            case .ftpExplicitTLS, .webdavDigest: parts.port = parts.port.map { $0 + 1 }
            case .ftpImplicitTLS, .webdavTLS: parts.port = parts.port.map { $0 + 2 }
            default: break
            }
            if self == .ftpImplicitTLS { parts.scheme = "ftps" }
            if self == .webdavTLS { parts.scheme = "https" }
            let url = parts.string ?? printed
            return url.hasSuffix("/") ? String(url.dropLast()) : url
        }

        fileprivate func options(at url: String) -> [String: String] {
            switch self {
            case .ftpExplicitTLS, .ftpListOnlyTLS: ["tls": "explicit"]
            case .nfs3: ["version": "3", "mount_port": "\((URLComponents(string: url)?.port ?? 0) + 1)"]
            default: [:]
            }
        }

        fileprivate var hasCertificate: Bool {
            [.ftpExplicitTLS, .ftpImplicitTLS, .ftpListOnlyTLS, .webdavTLS].contains(self)
        }
    }
}
