import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Glibc
import Testing

extension DirectoryListing {
    /// The names as text, in the order of the listing.
    var texts: [String] {
        entries.map { NameEncoding.text(of: name(of: $0)) }
    }
}

extension StorageBackend {
    /// A sorted listing of the directory with these names.
    func listing(_ names: [String] = []) throws -> DirectoryListing {
        var listing = DirectoryListing()
        try list(NativePath(StoragePath(components: names.map { Array($0.utf8) })), into: &listing)
        listing.sortByName()
        return listing
    }

    /// The whole content of a file.
    func content(_ names: [String], followsLinks: Bool = false) throws -> String {
        let path = try StoragePath(components: names.map { Array($0.utf8) })
        let reader = try followsLinks ? openLinkTarget(path) : openReader(path)
        var buffer = [UInt8](repeating: 0, count: 1_000)
        let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}

/// Expects a `CatalogError` with this code.
func expectError(
    _ code: CatalogError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("there was no error", sourceLocation: sourceLocation)
    } catch let error as CatalogError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    }
}

/// Whether the tests run with the rights of the superuser, whom no permission stops.
let runsAsSuperuser = geteuid() == 0

/// Runs `body` on this thread with the rights of nobody where files are concerned, when the tests run as the superuser.
func withoutFileRights<Result>(_ body: () throws -> Result) throws -> Result {
    guard runsAsSuperuser else { return try body() }
    typealias SetFileUser = @convention(c) (UInt32) -> Int32
    // setfsuid is the one such call that changes a single thread and not all of them; Swift's Glibc does not show it.
    guard let symbol = dlsym(nil, "setfsuid") else { throw ScratchFailure(action: "setfsuid") }
    let setFileUser = unsafeBitCast(symbol, to: SetFileUser.self)
    _ = setFileUser(65_534)
    defer { _ = setFileUser(0) }
    return try body()
}
