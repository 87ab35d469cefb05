import CatalogCore

/// The end of a transfer that is written: what must hold before it begins, and how a part becomes the file. Everything blocks.
struct TransferTarget: Sendable {
    /// Where the file will be.
    let place: TransferPlace
    /// Whether a file that is there goes.
    let replaces: Bool

    private var backend: any StorageBackend { place.backend }

    /// Looks whether the name may be taken.
    ///
    /// - Throws: `CatalogError.alreadyExists`; `.conflict` for a directory or a link.
    func checkName() throws {
        guard let entry = try Self.look(at: place.path, backend) else { return }
        guard entry.kind == .file else {
            throw CatalogError(.conflict, "Destination is not a file")
        }
        guard replaces else { throw Self.taken }
    }

    /// Makes the directories above the file that are missing.
    ///
    /// - Throws: `CatalogError.conflict` when something else has the name of one.
    func makeParents() throws {
        guard let parent = place.path.parent, try Self.look(at: parent, backend) == nil else { return }
        var path = StoragePath.root
        for name in parent.components {
            path = try path.appending(name)
            if try Self.look(at: path, backend) != nil { continue }
            do {
                try backend.makeDirectory(path)
            } catch let error as CatalogError where error.code == .alreadyExists {
                // Somebody else was faster, with a directory or with something else: the next step sees it.
            }
        }
    }

    /// Reads what was written and compares it with what was meant, then gives it its name. Until the last step nothing shows.
    ///
    /// - Parameters:
    ///   - wanted: of the source.
    ///   - check: called for each piece that was read, and before the name is given; throws to stop.
    /// - Throws: `CatalogError.dataLoss` when it is something else; `.alreadyExists` when somebody else took the name.
    func settle(
        _ part: StoragePath, as wanted: ContentDigest, check: (_ verifiedBytes: Int64) throws -> Void,
        lastLook: () throws -> Void
    ) throws {
        try verify(part, wanted, check)
        try lastLook()
        do {
            try backend.rename(part, to: place.path, replacing: replaces)
        } catch let error as CatalogError where error.code == .alreadyExists {
            throw Self.taken
        } catch  where replaces && hasLostTarget(with: part) {
            // A server that first removes what has the name, and then does not go on.
            try backend.rename(part, to: place.path, replacing: false)
        }
    }

    private func hasLostTarget(with part: StoragePath) -> Bool {
        do {
            return try Self.look(at: place.path, backend) == nil && Self.look(at: part, backend) != nil
        } catch {
            return false
        }
    }

    /// The reader is closed before the file gets its name: a server may refuse to rename what is open.
    private func verify(
        _ part: StoragePath, _ wanted: ContentDigest, _ check: (_ verifiedBytes: Int64) throws -> Void
    ) throws {
        let reader = try backend.openReader(part)
        guard reader.sizeBytes == wanted.bytes else {
            throw Self.differs("it has \(reader.sizeBytes) bytes, not \(wanted.bytes)")
        }
        var found = ContentDigest()
        try PieceReader().forEach(reader, in: 0..<wanted.bytes) { piece in
            found.update(piece)
            try check(found.bytes)
        }
        guard found.bytes == wanted.bytes, found.text == wanted.text else { throw Self.differs("its hash is another") }
    }

    /// What is at a path of a storage; nil for nothing.
    static func look(at path: StoragePath, _ backend: any StorageBackend) throws -> StorageEntry? {
        do {
            return try backend.stat(path)
        } catch let error as CatalogError where error.code == .notFound {
            return nil
        }
    }

    static let taken = CatalogError(.alreadyExists, "Destination file already exists")

    private static func differs(_ cause: String) -> CatalogError {
        CatalogError(.dataLoss, corrupt, cause: cause)
    }

    fileprivate static let corrupt = "What was written is not what was read"
}

extension CatalogError {
    /// Whether a storage has something else than what was written to it: it is broken, or the way to it.
    package var isCorruptCopy: Bool { code == .dataLoss && message == TransferTarget.corrupt }
}
