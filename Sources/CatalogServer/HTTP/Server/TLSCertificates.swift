import CatalogCore
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

    private static func read(_ files: HTTPSettings.TLSFiles) throws -> NIOSSLContextConfigurationOverride {
        var result = NIOSSLContextConfigurationOverride()
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
