import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Glibc
import SMBWire
import Synchronization
import Testing

@testable import StorageSMB

/// Looks at a real server that is no storage root.
@Suite struct SMBDiscoveryTests {
    private let login = StorageCredentials(username: "catalogizer", password: "catalogizer")

    private func port() async throws -> Int {
        try #require(try StorageURL(parsing: await TestStorageServer.shared(.smb).url).port)
    }

    private func failure(_ body: () throws -> Void) -> DiscoveryFailure? {
        #expect(throws: DiscoveryFailure.self, performing: body)
    }

    @Test func `A name is resolved once, and the address that was looked at is the one that is connected to`()
        async throws
    {
        let asked = Mutex<[String]>([])
        // The second answer would lead elsewhere, as that of a name server does that means no good.
        let discovery = SMBDiscovery(networks: try AllowedNetworks(["127.0.0.0/8"])) { host in
            let number = asked.withLock {
                $0.append(host)
                return $0.count
            }
            return HostAddress.all(of: number == 1 ? "127.0.0.1" : "192.0.2.1")
        }
        // A name that the helper could not resolve by itself.
        let server = ShareServer(host: "nas.rebinding.invalid", port: try await port(), credentials: login)
        #expect(try discovery.shares(of: server).contains { $0.name == "media" && $0.kind == .disk })
        #expect(asked.withLock { $0 } == ["nas.rebinding.invalid"])
        let second = failure { _ = try discovery.shares(of: server) }
        #expect(second?.reason == .forbiddenNetwork)
        #expect(
            second?.message
                == "nas.rebinding.invalid (192.0.2.1) is outside of the networks that the setting smb.allowed_networks permits"
        )
    }

    @Test func `Of several addresses only those inside of the networks are tried`() async throws {
        let discovery = SMBDiscovery(networks: try AllowedNetworks(["127.0.0.1"])) { _ in
            ["192.0.2.1", "127.0.0.2", "127.0.0.1"].flatMap(HostAddress.all)
        }
        try discovery.reach("media", of: ShareServer(host: "nas.invalid", port: await port(), credentials: login))
    }

    @Test func `A server outside of the networks is not connected to`() async throws {
        let listener = try TestListener()
        let discovery = SMBDiscovery(networks: try AllowedNetworks(["10.0.0.0/8", "::/0"]))
        for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "::ffff:127.0.0.1"] {
            let server = ShareServer(host: host, port: listener.port, credentials: login)
            // The rest of the names of `localhost` is `::1`, where nobody listens.
            let reason = failure { try discovery.reach("media", of: server) }?.reason
            #expect(reason == .forbiddenNetwork || host == "localhost", "\(host)")
        }
        #expect(listener.connections == 0)
    }

    @Test(.enabled(if: (try? TestListener(isIPv6: true)) != nil, "this machine has no IPv6"))
    func `An IPv6 address is connected to by the helper too`() async throws {
        let listener = try TestListener(isIPv6: true)
        let server = ShareServer(host: "::1", port: listener.port, credentials: nil)
        let pool = BlockingPool(name: "test", threads: 1, queueLimit: 0)
        async let failed = pool.run { self.failure { try SMBDiscovery(networks: .every).reach("media", of: server) } }
        // One knocks, the other is the helper's.
        while listener.connections < 2 { try await Task.sleep(for: .milliseconds(10)) }
        listener.close()
        #expect(try await failed?.reason == .unreachable)
        try await pool.shutdown()
    }

    @Test func `A helper that may connect to one address connects to no other`() throws {
        let listener = try TestListener()
        let settings = SMBSettings(host: "127.0.0.1", port: listener.port, share: "media", directory: [])
        for other in ["127.0.0.2", "::1"] {
            let address = try #require(HostAddress(parsing: other)).bytes
            let failure = #expect(throws: SMBFailure.self) {
                try SMBConnection(SMBTarget(settings: settings, onlyAddress: address))
            }
            #expect(failure?.number == ENETUNREACH, "\(failure?.text ?? "")")
        }
        #expect(listener.connections == 0)
    }

    @Test func `A directory with too many entries is given up`() async throws {
        let server = try await TestStorageServer.shared(.smb)
        let scratch = try ScratchDirectory(in: server.share)
        for number in 0..<4 { try scratch.writeFile(["\(number)"], []) }
        let directory = try StoragePath(parsing: String(scratch.path.dropFirst(server.share.count)))
        let target = ShareServer(host: "127.0.0.1", port: try await port(), credentials: login)
        var discovery = SMBDiscovery(networks: .every)
        discovery.entriesMax = 4
        #expect(try discovery.list(directory, in: "media", of: target).count == 4)
        discovery.entriesMax = 3
        let failure = failure { _ = try discovery.list(directory, in: "media", of: target) }
        #expect(failure?.reason == .tooMuch)
        #expect(failure?.message == "127.0.0.1 shows more than 3 entries there, which is too much")
    }

    @Test func `Who is refused is told apart from what is not there`() async throws {
        let port = try await port()
        let discovery = SMBDiscovery(networks: .every)
        let wrong = StorageCredentials(username: "catalogizer", password: "wrong")
        let cases: [(StorageCredentials?, String, DiscoveryFailure.Reason)] = [
            (wrong, "media", .loginRefused), (nil, "media", .loginRefused), (login, "nowhere", .noShare),
        ]
        for (credentials, share, reason) in cases {
            let server = ShareServer(host: "127.0.0.1", port: port, credentials: credentials)
            let failure = failure { try discovery.reach(share, of: server) }
            #expect(failure?.reason == reason, "\(failure.map { "\($0)" } ?? "")")
        }
        let refused = failure {
            _ = try discovery.shares(of: ShareServer(host: "127.0.0.1", port: port, credentials: wrong))
        }
        #expect(refused?.reason == .loginRefused)
        try discovery.reach("guest", of: ShareServer(host: "127.0.0.1", port: port, credentials: nil))
    }
}
