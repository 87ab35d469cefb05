import CArgon2
package import CatalogCore
import FoundationEssentials
import NIOPosix
import Synchronization

/// Turns passwords into argon2id hashes and checks them, on threads of its own: each hash takes 19 MiB and 40 ms, which
/// must neither block the cooperative pool nor wait behind a hung storage.
package final class PasswordHasher: Sendable {
    /// What one hash costs whoever computes it.
    package struct Cost: Sendable {
        let memoryKiB: UInt32
        let iterations: UInt32
        let lanes: UInt32

        package init(memoryKiB: UInt32, iterations: UInt32, lanes: UInt32) {
            self.memoryKiB = memoryKiB
            self.iterations = iterations
            self.lanes = lanes
        }

        /// 19 MiB, two passes, one lane: the first choice of OWASP's password storage cheat sheet.
        package static let standard = Cost(memoryKiB: 19 << 10, iterations: 2, lanes: 1)
    }

    private static let saltBytes = 16
    private static let hashBytes = 32

    private let cost: Cost
    private let random: RandomSource
    private let threads: NIOThreadPool
    private let capacity: Int
    private let pending = Mutex(0)
    /// A hash of nothing that anybody knows; checking against it costs what checking a user's costs.
    private let dummy: String

    /// - Parameters:
    ///   - threadCount: hashes at the same time.
    ///   - queueLimit: hashes that may wait for a thread.
    package init(
        cost: Cost = .standard, threadCount: Int, queueLimit: Int = Limits.passwordHashQueue,
        random: RandomSource = .system
    ) {
        self.cost = cost
        self.random = random
        capacity = threadCount + queueLimit
        let base64 = { (count: Int) in
            Data(random.bytes(count)).base64EncodedString().filter { $0 != "=" }
        }
        dummy =
            "$argon2id$v=19$m=\(cost.memoryKiB),t=\(cost.iterations),p=\(cost.lanes)"
            + "$\(base64(Self.saltBytes))$\(base64(Self.hashBytes))"
        threads = NIOThreadPool(numberOfThreads: threadCount)
        threads.start()
    }

    /// Ends the threads; calls that come later throw `CatalogError.unavailable`.
    package func close() async throws {
        try await threads.shutdownGracefully()
    }

    /// The hash of `password` with a salt of its own, as a PHC string, which names its own cost.
    ///
    /// - Throws: `CatalogError.unavailable` when too many hashes wait.
    package func hash(_ password: Password) async throws -> String {
        let salt = random.bytes(Self.saltBytes)
        return try await onThread { [cost] in try Self.argon2(password, salt: salt, cost: cost) }
    }

    /// Whether `password` is the one behind `encoded`. Without `encoded`, because there is no such user, and with a
    /// password that is too long for anybody, it takes as long and says no.
    ///
    /// - Throws: `CatalogError.unavailable` when too many hashes wait.
    package func verify(_ password: Password, against encoded: String?) async throws -> Bool {
        let known = password.isTooLong ? nil : encoded
        let hash = known ?? dummy
        let matches = try await onThread {
            password.bytes.withUnsafeBytes { argon2id_verify(hash, $0.baseAddress, $0.count) == ARGON2_OK.rawValue }
        }
        return matches && known != nil
    }

    private static func argon2(_ password: Password, salt: [UInt8], cost: Cost) throws -> String {
        let length = argon2_encodedlen(
            cost.iterations, cost.memoryKiB, cost.lanes, UInt32(saltBytes), UInt32(hashBytes), Argon2_id)
        var encoded = [CChar](repeating: 0, count: length)
        let code = password.bytes.withUnsafeBytes { password in
            argon2id_hash_encoded(
                cost.iterations, cost.memoryKiB, cost.lanes, password.baseAddress, password.count, salt, salt.count,
                hashBytes, &encoded, encoded.count)
        }
        guard code == ARGON2_OK.rawValue else {
            throw CatalogError.internalError("argon2id: \(String(cString: argon2_error_message(code)))")
        }
        return String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try pending.withLock { count in
            guard count < capacity else {
                throw CatalogError(.unavailable, "Too many logins at once, try again in a moment")
            }
            count += 1
        }
        defer { pending.withLock { $0 -= 1 } }
        do {
            return try await threads.runIfActive(body)
        } catch is CancellationError {
            // The pool says the same when it is closed.
            guard Task.isCancelled else { throw CatalogError(.unavailable, "The server is stopping") }
            throw CatalogError(.cancelled, "The request was cancelled")
        }
    }
}
