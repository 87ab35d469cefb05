import CatalogCore
import CatalogStorage
import CatalogTestSupport

/// A file on one storage, and another storage that is to have it.
struct TransferFixture {
    static let size = 1_300_000
    let source = MemoryBackend(identity: "source")
    let target: MemoryBackend
    let content: [UInt8]
    let replacing: Bool

    init(
        size: Int = size, old: [UInt8]? = nil, target capabilities: StorageCapabilities = MemoryBackend.everything
    ) throws {
        content = TestContent.noise(size)
        target = MemoryBackend(capabilities, identity: "target")
        replacing = old != nil
        try source.writeFile(["film"], content)
        if let old {
            try target.makeDirectory(["films"])
            try target.writeFile(["films", "copy"], old)
        }
    }

    var transfer: FileTransfer {
        get throws {
            FileTransfer(
                from: TransferPlace(storage: "source", backend: source, path: try StoragePath(parsing: "film")),
                to: TransferPlace(storage: "target", backend: target, path: try StoragePath(parsing: "films/copy")),
                replacing: replacing, claim: "test")
        }
    }

    /// What everybody sees: all that does not begin as a part does.
    var visible: [String: [UInt8]] { target.files().filter { !$0.key.contains("/.catalogizer-") } }

    var parts: [String: [UInt8]] { target.files().filter { $0.key.contains("/.catalogizer-") } }

    var isSourceUntouched: Bool { source.files() == ["film": content] }
}

/// The code of what `body` throws; nil when it does not.
func code(of body: () throws -> Void) -> CatalogError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? CatalogError)?.code ?? .internalError
    }
}
