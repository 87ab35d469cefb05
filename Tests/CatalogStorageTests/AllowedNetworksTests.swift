import CatalogCore
import CatalogStorage
import Testing

@Suite struct AllowedNetworksTests {
    private func allows(_ networks: [String], _ address: String) throws -> Bool {
        try AllowedNetworks(networks).contains(try #require(HostAddress(parsing: address)))
    }

    @Test(arguments: [
        (["10.0.0.0/8"], "10.255.1.2", true), (["10.0.0.0/8"], "11.0.0.1", false),
        (["192.168.1.128/25"], "192.168.1.200", true), (["192.168.1.128/25"], "192.168.1.127", false),
        (["192.168.1.7"], "192.168.1.7", true), (["192.168.1.7"], "192.168.1.8", false),
        (["fd00::/8"], "fdff::1", true), (["fd00::/8"], "fe80::1", false), (["::1"], "::1", true),
        (["fd00::/8", "127.0.0.0/8"], "127.0.0.1", true), (["0.0.0.0/0"], "::1", false), (["::/0"], "127.0.0.1", false),
        ([], "203.0.113.9", true), ([], "2001:db8::1", true),
        // An IPv4 address is one, in whatever form it and the network are written.
        (["127.0.0.0/8"], "::ffff:127.0.0.1", true), (["10.0.0.0/8"], "::ffff:127.0.0.1", false),
        (["::/0"], "::ffff:127.0.0.1", false), (["::ffff:127.0.0.0/104"], "127.0.0.1", true),
        (["::ffff:127.0.0.0/104"], "128.0.0.1", false), (["::ffff:127.0.0.0/104"], "7f00::1", false),
    ])
    func `An address is inside of a network, or it is not`(networks: [String], address: String, isInside: Bool) throws {
        #expect(try allows(networks, address) == isInside)
    }

    @Test(arguments: [
        "", "nas", "10.0.0.0/", "10.0.0.0/33", "fd00::/129", "10.0.0/8", "::ffff:10.0.0.0/8", "10.0.0.0/8/8",
    ])
    func `What is no network is refused, and does not count as all of them`(entry: String) throws {
        let error = #expect(throws: CatalogError.self) { try AllowedNetworks([entry]) }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "::ffff:127.0.0.1", "::FFFF:7f00:1",
    ])
    func `Everything that the system takes for an address becomes that address`(host: String) throws {
        #expect(HostAddress.all(of: host).map(\.description) == ["127.0.0.1"])
    }

    @Test func `A name that nobody knows has no address`() {
        #expect(HostAddress.all(of: "no.such.host.invalid").isEmpty)
        #expect(HostAddress(parsing: "127.1") == nil && HostAddress(parsing: "localhost") == nil)
    }
}
