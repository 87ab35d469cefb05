// swift-tools-version: 6.2
import PackageDescription

// Every target of the house compiles under the same rules; `Docs/architecture.md` says why each target exists.
let houseRules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // Small functions of one target are inlined into another: the scanner's inner loops cross three of them.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    // The compiler proves exclusive access nearly everywhere; what it checks at run time in loops over rows costs several
    // percent. Debug builds, and so all tests, keep the checks.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// A library or test target with the house rules applied.
func house(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: houseRules)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: houseRules)
}

let package = Package(
    name: "Catalogizer",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "catalogizer", targets: ["catalogizer"]),
        .executable(name: "catalogizer-smb", targets: ["catalogizer-smb"]),
    ],
    dependencies: [
        // HTTP server, with TLS and HTTP/2 as products of the same package.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        // Signing and checking session tokens.
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        // SQLite connection pool: WAL, one writer, many readers.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Command line parsing and --help.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // Ordered start and graceful stop of everything long-lived.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // SHA-256 for tokens and copied files, and random bytes.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        // The settings file.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // Thread pool and byte buffers (already below Hummingbird).
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        // The parts of a request on an HTTP/2 stream (already below Hummingbird).
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    ],
    targets: [
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "CSMBGuard", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "CSQLiteSetup", linkerSettings: [.linkedLibrary("sqlite3")]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CNFS", pkgConfig: "libnfs", providers: [.apt(["libnfs-dev"])]),
        .systemLibrary(name: "CSMBClient", pkgConfig: "smbclient", providers: [.apt(["libsmbclient-dev"])]),
        // FTP and WebDAV: libcurl's own functions take any number of arguments, which Swift does not import.
        .target(
            name: "CCurl",
            linkerSettings: [.linkedLibrary("curl"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        // The answers of WebDAV servers, read by libxml2 behind a few functions of ours: its headers clash with Foundation's ICU.
        .target(
            name: "CXML", cSettings: [.unsafeFlags(["-I/usr/include/libxml2"])],
            linkerSettings: [.linkedLibrary("xml2")]),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        house("CatalogCore"),
        house("CatalogDatabase", ["CatalogCore"]),
        house(
            "CatalogSQLite",
            [
                "CatalogCore", "CatalogDatabase", "CSQLiteSetup", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"), .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        house(
            "CatalogPostgres",
            ["CatalogCore", "CatalogDatabase", "CLibPQ", .product(name: "NIOPosix", package: "swift-nio")]),
        house(
            "CatalogStorage",
            [
                "CatalogCore", "CLinux", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        house("SMBWire"),
        // A program of its own: libsmbclient is under the GPL, and knows one thread only.
        .executableTarget(
            name: "catalogizer-smb", dependencies: ["SMBWire", "CSMBClient", "CSMBGuard", "CLinux"],
            swiftSettings: houseRules,
            // Without it the shared libraries would find the functions of these names that stand behind ours.
            linkerSettings: [
                .unsafeFlags([
                    "-Xlinker", "--export-dynamic-symbol=connect",
                    "-Xlinker", "--export-dynamic-symbol=smbc_set_credentials_with_fallback",
                ])
            ]),
        house("StorageSMB", ["CatalogCore", "CatalogStorage", "CLinux", "SMBWire"]),
        house("StorageNFS", ["CatalogCore", "CatalogStorage", "CLinux", "CNFS"]),
        house("CurlClient", ["CatalogCore", "CatalogStorage", "CCurl"]),
        house("StorageFTP", ["CatalogCore", "CatalogStorage", "CurlClient"]),
        house("StorageWebDAV", ["CatalogCore", "CatalogStorage", "CurlClient", "CXML"]),
        house("CatalogSearch", ["CatalogCore", "CatalogDatabase", "CLinux"]),
        house(
            "CatalogJobs",
            [
                "CatalogCore", "CatalogDatabase", .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        house(
            "CatalogScanner",
            [
                "CatalogCore", "CatalogDatabase", "CatalogStorage", "CatalogSearch", "CatalogJobs", "CXXHash",
                .product(name: "Logging", package: "swift-log"),
            ]),
        house("CatalogSettings", ["CatalogCore", .product(name: "Yams", package: "Yams")]),
        house(
            "CatalogServer",
            [
                "CatalogCore", "CatalogDatabase", "CatalogStorage", "CatalogSearch", "CatalogJobs", "CatalogScanner",
                "CArgon2", "CDeflate", "CZlib", "CLinux",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        .executableTarget(
            name: "catalogizer",
            dependencies: [
                "CatalogCore", "CatalogDatabase", "CatalogPostgres", "CatalogSQLite", "CatalogStorage", "CatalogSearch",
                "CatalogJobs", "CatalogScanner", "CatalogSettings", "CatalogServer", "StorageFTP", "StorageNFS",
                "StorageSMB",
                "StorageWebDAV", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: houseRules),
        house(
            "CatalogTestSupport",
            [
                "CLinux", "CatalogCore", "CatalogDatabase", "CatalogPostgres", "CatalogSQLite", "CatalogStorage",
                "CatalogSearch", "CatalogScanner", "CatalogJobs", "CatalogServer", "StorageFTP", "StorageNFS",
                "StorageSMB", "StorageWebDAV",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),

        tests("CatalogCoreTests", ["CatalogCore"]),
        tests(
            "CatalogDatabaseTests",
            ["CatalogCore", "CatalogDatabase", "CatalogPostgres", "CatalogSQLite", "CatalogTestSupport"]),
        tests("CatalogStorageTests", ["CatalogCore", "CatalogStorage", "CatalogTestSupport", "CLinux"]),
        tests(
            "StorageSMBTests",
            ["CatalogCore", "CatalogStorage", "CatalogTestSupport", "SMBWire", "StorageSMB", "catalogizer-smb"]),
        tests("StorageFTPTests", ["CatalogCore", "CatalogStorage", "CatalogTestSupport", "StorageFTP"]),
        tests(
            "StorageWebDAVTests",
            ["CatalogCore", "CatalogStorage", "CatalogTestSupport", "StorageFTP", "StorageWebDAV"]),
        tests("StorageNFSTests", ["CatalogCore", "CatalogStorage", "CatalogTestSupport", "StorageNFS"]),
        // Remote storages that fail in the middle of everything.
        tests(
            "StorageFaultTests",
            [
                "CatalogCore", "CatalogDatabase", "CatalogStorage", "CatalogJobs", "CatalogScanner",
                "CatalogTestSupport",
                "StorageFTP", "StorageNFS", "StorageSMB", "StorageWebDAV", "catalogizer-smb",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "CatalogScannerTests",
            [
                "CatalogCore", "CatalogDatabase", "CatalogSQLite", "CatalogStorage", "CatalogSearch", "CatalogJobs",
                "CatalogScanner", "CatalogTestSupport", .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "CatalogSearchTests",
            ["CLinux", "CatalogCore", "CatalogDatabase", "CatalogSearch", "CatalogTestSupport"]),
        tests(
            "CommandTests",
            ["catalogizer", "CatalogCore", "CatalogSettings", .product(name: "Logging", package: "swift-log")]),
        tests("CatalogSettingsTests", ["CatalogCore", "CatalogSettings", "CatalogTestSupport"]),
        tests(
            "CatalogServerTests",
            [
                "CatalogCore", "CatalogDatabase", "CatalogSQLite", "CatalogServer", "CatalogTestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "ContractTests",
            [
                "CatalogCore", "CatalogDatabase", "CatalogServer", "CatalogStorage", "CatalogTestSupport", "StorageSMB",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        tests("IntegrationTests", ["CatalogCore", "CatalogDatabase", "CatalogTestSupport"]),
    ]
)
