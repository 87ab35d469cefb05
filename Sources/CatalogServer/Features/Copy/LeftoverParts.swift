import Logging
import ServiceLifecycle

/// Removes what copies that are over have left on storages that were away then, once these are back.
package struct LeftoverParts: Service {
    private static let interval = Duration.seconds(60)

    let copies: CopyService
    let logger: Logger

    /// The service: until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil {
                do { try await look() } catch {
                    guard !Task.isCancelled else { return }
                    logger.warning("what copies have left could not be removed", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Tries all of it once.
    ///
    /// - Throws: what the database does.
    package func look() async throws { try await copies.discardLeftovers() }
}
