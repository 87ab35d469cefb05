import CatalogCore
import CatalogSettings

/// Commands whose services this version does not have yet: each says so (ruling 52).
struct LaterVersion: StorageRootCommands, ScanCommands, SearchCommands, UserCommands {
    static func error(_ what: String) -> CatalogError {
        CatalogError(.unsupported, "`\(what)` is not supported by this version")
    }

    func roots() async throws -> [StorageRootSummary] { throw Self.error("storage list") }
    func add(_ order: StorageRootOrder) async throws -> StorageRootSummary { throw Self.error("storage add") }
    func test(_ name: String) async throws -> StorageTestOutcome { throw Self.error("storage test") }
    func remove(_ name: String) async throws { throw Self.error("storage remove") }
    func start(_ order: ScanOrder) async throws -> Int64 { throw Self.error("scan") }
    func snapshot(of id: Int64) async throws -> ScanSnapshot { throw Self.error("scan") }
    func runHere(_ id: Int64) async throws { throw Self.error("scan") }
    func search(_ order: SearchOrder) async throws -> SearchPage { throw Self.error("search") }
    func users() async throws -> [UserSummary] { throw Self.error("user list") }
    func add(_ order: UserOrder, password: SecretText) async throws -> UserSummary { throw Self.error("user add") }
    func resetPassword(of username: String, to password: SecretText) async throws {
        throw Self.error("user reset-password")
    }
}
