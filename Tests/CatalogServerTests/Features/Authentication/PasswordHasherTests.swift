import CatalogCore
import CatalogServer
import Testing

@Suite struct PasswordHasherTests {
    private func withHasher<Value>(
        _ hasher: PasswordHasher = PasswordHasher(cost: .cheap, threadCount: 1),
        _ body: (PasswordHasher) async throws -> Value
    ) async throws -> Value {
        let value = try await body(hasher)
        try await hasher.close()
        return value
    }

    @Test func `The standard cost is 19 MiB, two passes, one lane`() async throws {
        try await withHasher(PasswordHasher(threadCount: 1)) { hasher in
            let hash = try await hasher.hash(Password("correct horse"))
            #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
            #expect(try await hasher.verify(Password("correct horse"), against: hash))
        }
    }

    @Test func `Only the same password fits`() async throws {
        try await withHasher { hasher in
            let hash = try await hasher.hash(Password("correct horse"))
            #expect(try await hasher.verify(Password("correct horse"), against: hash))
            #expect(try await !hasher.verify(Password("correct Horse"), against: hash))
            #expect(try await !hasher.verify(Password(""), against: hash))
        }
    }

    @Test func `The same password hashes differently each time`() async throws {
        try await withHasher { hasher in
            let first = try await hasher.hash(Password("correct horse"))
            let second = try await hasher.hash(Password("correct horse"))
            #expect(first != second)
        }
    }

    @Test func `Another composition of the same letters is the same password`() async throws {
        try await withHasher { hasher in
            let hash = try await hasher.hash(Password("schön und gut"))
            #expect(try await hasher.verify(Password("scho\u{308}n und gut"), against: hash))
        }
    }

    @Test func `Everything after a NUL counts`() async throws {
        try await withHasher { hasher in
            let hash = try await hasher.hash(Password("password\u{0}one"))
            #expect(try await !hasher.verify(Password("password\u{0}two"), against: hash))
        }
    }

    @Test func `Nothing fits when there is no hash, and what is no hash fits nothing`() async throws {
        try await withHasher { hasher in
            for hash in [nil, "", "correct horse", "$argon2id$v=19$m=8,t=1,p=1$$"] {
                let fits = try await hasher.verify(Password("correct horse"), against: hash)
                #expect(!fits)
            }
        }
    }

    @Test func `More hashes than may wait are refused, and the others finish`() async throws {
        try await withHasher(PasswordHasher(threadCount: 1, queueLimit: 1)) { hasher in
            let results = await withTaskGroup(of: Refusal?.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        await refusal { try await hasher.hash(Password("correct horse")) }
                    }
                }
                return await group.reduce(into: [Refusal?]()) { $0.append($1) }
            }
            let refused = results.compactMap { $0 }
            #expect(refused.allSatisfy { $0.code == .unavailable })
            #expect(!refused.isEmpty && refused.count <= 14)
            let hash = try await hasher.hash(Password("correct horse"))
            #expect(hash.hasPrefix("$argon2id$"))
        }
    }

    @Test func `A closed hasher says that the server is stopping`() async throws {
        let hasher = PasswordHasher(cost: .cheap, threadCount: 1)
        try await hasher.close()
        #expect(
            await refusal { try await hasher.hash(Password("correct horse")) }
                == Refusal(.unavailable, "The server is stopping"))
    }
}
