import CatalogCore
import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// The certificate that the server shows, which may be replaced while it runs.
final class TLSCertificates: Sendable {
    private let files: HTTPSettings.TLSFiles
    private let current: Mutex<NIOSSLContextConfigurationOverride>

    /// Reads both files; blocks.
    ///
    /// - Throws: `CatalogError.invalidArgument` that names the file.
    init(_ files: HTTPSettings.TLSFiles) throws {
        self.files = files
        current = Mutex(try TLSCertificates.read(files))
    }

    /// Reads both files again; new connections see what is in them.
    ///
    /// What was there before stays in use when they cannot be read.
    func reload() async throws {
        let files = self.files
        let fresh = try await NIOThreadPool.singleton.runIfActive { try TLSCertificates.read(files) }
        current.withLock { $0 = fresh }
    }

    /// TLS 1.2 and later, with the current certificate chosen at each handshake.
    func configuration() throws -> TLSConfiguration {
        let first = current.withLock { $0 }
        guard let chain = first.certificateChain, let key = first.privateKey else {
            throw CatalogError(.invalidArgument, "server.tls.certificate holds no certificate")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        configuration.minimumTLSVersion = .tlsv12
        configuration.sslContextCallback = { [self] _, promise in promise.succeed(current.withLock { $0 }) }
        return configuration
    }

    /// Sees whether the key belongs to the certificate.
    ///
    /// - Throws: `CatalogError.invalidArgument`.
    func check() throws {
        let configuration = try configuration()
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw CatalogError(
                .invalidArgument,
                "server.tls.key: \(files.key) is not the key of the certificate \(files.certificate)",
                cause: "\(error)")
        }
    }

    private static func requireReadable(_ path: String, _ setting: String) throws {
        guard access(path, R_OK) != 0 else { return }
        throw CatalogError(
            .invalidArgument, "\(setting): \(path) cannot be read: \(String(cString: strerror(errno)))")
    }

    private static func read(_ files: HTTPSettings.TLSFiles) throws -> NIOSSLContextConfigurationOverride {
        var result = NIOSSLContextConfigurationOverride()
        try requireReadable(files.certificate, "server.tls.certificate")
        try requireReadable(files.key, "server.tls.key")
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
            result.certificateChain = chain.map { .certificate($0) }
        } catch {
            throw CatalogError(
                .invalidArgument, "server.tls.certificate: \(files.certificate) is no readable PEM certificate",
                cause: "\(error)")
        }
        do {
            result.privateKey = .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))
        } catch {
            throw CatalogError(
                .invalidArgument, "server.tls.key: \(files.key) is no readable PEM key", cause: "\(error)")
        }
        return result
    }
}
