import CatalogCore
import CatalogStorage
import Testing

@Suite("Storage URLs")
struct StorageURLTests {
    @Test(
        "A local directory has one text, however it is written",
        arguments: [
            ("file:///srv/media", "file:///srv/media"), ("file:///srv//media/", "file:///srv/media"),
            ("FILE:///srv/./media", "file:///srv/media"), ("file://localhost/srv/media", "file:///srv/media"),
            ("file:///srv/my%20films", "file:///srv/my%20films"), ("file:///srv/my films", "file:///srv/my%20films"),
            ("file:///", "file:///"), ("file:///srv/%FE", "file:///srv/%FE"), ("file:///100%25", "file:///100%25"),
            ("file:///Fotos/Bücher", "file:///Fotos/B%C3%BCcher"), ("file:///a@b:c", "file:///a%40b%3Ac"),
        ])
    func localText(_ text: String, _ canonical: String) throws {
        let url = try StorageURL(parsing: text)
        #expect(url.text == canonical)
        #expect(url.scheme == .file)
        #expect(url.host == nil)
        #expect(try StorageURL(parsing: url.text) == url)
        #expect(try StorageURL(localPath: url.path) == url)
    }

    @Test("Paths are bytes")
    func bytes() throws {
        #expect(try StorageURL(parsing: "file:///srv/%FE%0A").path == Array("/srv/".utf8) + [0xFE, 0x0A])
    }

    @Test("The forms of remote storage are understood")
    func remote() throws {
        let smb = try StorageURL(parsing: "smb://Media@NAS.local:4450/share/some%20dir/")
        #expect(smb.scheme == .smb)
        #expect(smb.username == "Media")
        #expect(smb.host == "nas.local")
        #expect(smb.port == 4_450)
        #expect(smb.path == Array("/share/some dir".utf8))
        #expect(smb.text == "smb://Media@nas.local:4450/share/some%20dir")
        let six = try StorageURL(parsing: "https://[2001:DB8::1]:8443/dav/")
        #expect(six.host == "2001:db8::1")
        #expect(six.text == "https://[2001:db8::1]:8443/dav")
        #expect(try StorageURL(parsing: "nfs://host").path == Array("/".utf8))
    }

    @Test(
        "What makes no sense is refused",
        arguments: [
            "", "/srv/media", "file:", "file://", "file://host/path", "file://srv", "file:///a/../b", "file:///a%2F..",
            "file:///%00", "file:///%zz", "file:///%4", "file:///a?b", "file:///a#b", "smb:///share", "smb://host:0/x",
            "smb://host:99999/x", "smb://host:x/x", "smb://user:password@host/share", "http://[::1/x",
            "file:///%2e%2e/b",
        ])
    func refused(_ text: String) {
        expectError(.invalidArgument) { _ = try StorageURL(parsing: text) }
    }

    @Test("An unknown scheme is not supported, and a URL has a length")
    func unknown() {
        expectError(.unsupported) { _ = try StorageURL(parsing: "gopher://host/x") }
        expectError(.invalidArgument) {
            _ = try StorageURL(parsing: "file:///" + String(repeating: "a", count: Limits.storageURLBytes))
        }
        expectError(.invalidArgument) { _ = try StorageURL(localPath: Array("srv".utf8)) }
    }

    @Test("A password never comes back in an error")
    func passwordInError() {
        let error = #expect(throws: CatalogError.self) { _ = try StorageURL(parsing: "smb://me:hunter2@host/x") }
        #expect(error?.description.contains("hunter2") == false)
    }
}
