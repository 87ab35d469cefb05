package import CatalogCore

/// A copy of one file, within a storage or from one to another. Blocks.
///
/// It is written under a name that nobody reads, read back, compared with what was read from the source, and renamed: the final
/// name shows the whole file or what was there before. An attempt that was cut leaves its part for the next one of the same
/// copy, which compares it with the source before it goes on. The source is only ever read.
package struct FileTransfer: Sendable {
    private let source: TransferPlace
    private let target: TransferTarget
    private let claim: String

    /// - Parameters:
    ///   - replacing: whether a file that has the name goes, at the very end.
    ///   - claim: who copies. At one time one transfer of a claim writes to a target: two would share a part.
    package init(from source: TransferPlace, to target: TransferPlace, replacing: Bool, claim: String) {
        self.source = source
        self.target = TransferTarget(place: target, replaces: replacing)
        self.claim = claim
    }

    private var backend: any StorageBackend { target.place.backend }

    /// Copies.
    ///
    /// - Parameters:
    ///   - mayBeMade: whether an earlier attempt of the same claim may have given the copy its name and died then.
    ///   - onProgress: called after each piece; throws to stop.
    ///   - onPart: called with where it will be written until it is whole, before anything is there.
    /// - Throws: `CatalogError.notFound` without a source, `.invalidArgument` when it is no file, `.alreadyExists` and
    ///   `.conflict` for a target that is taken, `.conflict` for a source that changes meanwhile, `.dataLoss` when something else
    ///   was written than read, `.insufficientStorage`, `.permissionDenied`, `.storageUnavailable`, and what `onProgress`
    ///   throws.
    package func run(
        mayBeMade: Bool = false, onProgress: (TransferProgress) throws -> Void = { _ in },
        onPart: (StoragePath) throws -> Void = { _ in }
    ) throws -> TransferOutcome {
        let reader = try openSource()
        let part = try PartName.resumable(for: target.place, from: source, reader.entry, claim: claim)
        if mayBeMade, let made = try copyMade(of: reader, by: part, onProgress) { return made }
        try target.checkName()
        try checkApart(reader)
        try target.makeParents()
        try onPart(part)
        do {
            let filled = try fill(part, from: reader, onProgress)
            try checkSource(is: reader, filled.digest)
            let total = reader.sizeBytes
            try onProgress(TransferProgress(phase: .verifying, bytes: 0, totalBytes: total))
            try target.settle(part, as: filled.digest) {
                try onProgress(TransferProgress(phase: .verifying, bytes: $0, totalBytes: total))
            } lastLook: {
                try checkSource(is: reader, filled.digest)
            }
            return TransferOutcome(
                sizeBytes: total, digest: filled.digest.text, resumedBytes: filled.resumedBytes,
                isServerSide: filled.isServerSide)
        } catch {
            if !Self.isWorthKeeping(after: error) { try? backend.remove(part) }
            throw error
        }
    }

    /// What came of an attempt that gave its part the name: nothing is left of the part, and the file is what the source is. Nil when that
    /// did not happen.
    private func copyMade(
        of reader: any StorageReader, by part: StoragePath, _ onProgress: (TransferProgress) throws -> Void
    ) throws -> TransferOutcome? {
        let total = reader.sizeBytes
        guard try TransferTarget.look(at: part, backend) == nil,
            let there = try TransferTarget.look(at: target.place.path, backend), there.kind == .file,
            there.sizeBytes == total
        else { return nil }
        try checkApart(reader)
        var (made, wanted) = (ContentDigest(), ContentDigest())
        try PieceReader().forEach(reader, in: 0..<total) { piece in
            wanted.update(piece)
            try onProgress(TransferProgress(phase: .verifying, bytes: 0, totalBytes: total))
        }
        try PieceReader().forEach(backend.openReader(target.place.path), in: 0..<total) { piece in
            made.update(piece)
            try onProgress(TransferProgress(phase: .verifying, bytes: made.bytes, totalBytes: total))
        }
        guard made.bytes == total, made.text == wanted.text else { return nil }
        return TransferOutcome(sizeBytes: total, digest: made.text, resumedBytes: total, isServerSide: false)
    }

    /// Looks whether a copy could begin.
    ///
    /// - Throws: as `run`.
    package static func check(from source: TransferPlace, to target: TransferPlace, replacing: Bool) throws {
        let transfer = FileTransfer(from: source, to: target, replacing: replacing, claim: "")
        let reader = try transfer.openSource()
        try transfer.target.checkName()
        try transfer.checkApart(reader)
    }

    /// Removes what a cut attempt has left; for a copy that nobody will go on with.
    package func discardPart() throws {
        let reader = try openSource()
        let part = try PartName.resumable(for: target.place, from: source, reader.entry, claim: claim)
        try backend.remove(part)
    }

    /// What was written is good, and the next attempt may come to its end.
    private static func isWorthKeeping(after error: any Error) -> Bool {
        guard let error = error as? CatalogError else { return true }
        return [.storageUnavailable, .unavailable, .timedOut, .cancelled].contains(error.code)
    }

    private func openSource() throws -> any StorageReader {
        do {
            return try source.backend.openReader(source.path)
        } catch let error as CatalogError where error.code == .notFound {
            guard (try? source.backend.stat(source.path))?.kind != .link else {
                throw CatalogError(.invalidArgument, "Source is a symbolic link, which copies do not follow")
            }
            throw CatalogError(.notFound, "Source file not found", cause: error.description)
        } catch let error as CatalogError where error.code == .conflict {
            throw CatalogError(.invalidArgument, "Source is not a file", cause: error.description)
        }
    }

    /// A file does not become its own copy, by whatever name it is reached.
    private func checkApart(_ reader: any StorageReader) throws {
        let isSamePlace = source.storage == target.place.storage && source.path == target.place.path
        let there = try TransferTarget.look(at: target.place.path, backend)
        let isSameFile = reader.entry.inode != 0 && there == reader.entry
        guard !isSamePlace, !isSameFile else {
            throw CatalogError(.conflict, "Source and destination are the same file")
        }
    }

    /// The bytes that passed are those of one state of the source.
    private func checkSource(is reader: any StorageReader, _ digest: ContentDigest) throws {
        let now: StorageEntry
        do {
            now = try source.backend.openReader(source.path).entry
        } catch let error as CatalogError where error.code == .notFound || error.code == .conflict {
            throw Self.changed
        }
        let before = reader.entry
        guard now.sizeBytes == before.sizeBytes, now.modifiedNS == before.modifiedNS, now.inode == before.inode,
            digest.bytes == before.sizeBytes
        else { throw Self.changed }
    }

    private static let changed = CatalogError(.conflict, "Source file changed while it was copied")
}

// MARK: - The part

extension FileTransfer {
    private struct Filled {
        /// Over the source.
        let digest: ContentDigest
        var resumedBytes: Int64 = 0
        var isServerSide = false
    }

    private func fill(
        _ part: StoragePath, from reader: any StorageReader, _ onProgress: (TransferProgress) throws -> Void
    ) throws -> Filled {
        let total = reader.sizeBytes
        let copiesOnServer = try copyOnServer(to: part) {
            try onProgress(TransferProgress(phase: .copying, bytes: 0, totalBytes: total))
        }
        if copiesOnServer {
            var digest = ContentDigest()
            try PieceReader().forEach(reader, in: 0..<total) { piece in
                digest.update(piece)
                try onProgress(TransferProgress(phase: .copying, bytes: digest.bytes, totalBytes: total))
            }
            return Filled(digest: digest, isServerSide: true)
        }
        var digest = try digestOfPart(part, reader, onProgress) ?? ContentDigest()
        let resumed = digest.bytes
        let writer = try openWriter(part, &digest, total)
        try PieceReader().forEach(reader, in: digest.bytes..<total) { piece in
            try writer.write(piece)
            digest.update(piece)
            try onProgress(TransferProgress(phase: .copying, bytes: digest.bytes, totalBytes: total))
        }
        try writer.finish()
        return Filled(digest: digest, resumedBytes: min(resumed, digest.bytes))
    }

    /// - Parameter digest: of what the part has already; nothing when it has to be begun anew after all.
    private func openWriter(
        _ part: StoragePath, _ digest: inout ContentDigest, _ total: Int64
    ) throws -> any StorageWriter {
        if digest.bytes > 0 {
            do {
                return try backend.openWriter(part, at: digest.bytes, expecting: total - digest.bytes)
            } catch let error as CatalogError
                where [.conflict, .unsupported, .notFound].contains(error.code)
            {
                digest = ContentDigest()
            }
        }
        return try backend.openWriter(part, at: 0, expecting: total)
    }

    /// Lets the storage make the copy, where both are on one that can.
    ///
    /// - Returns: whether it did.
    private func copyOnServer(to part: StoragePath, onWait: () throws -> Void) throws -> Bool {
        guard source.storage == target.place.storage, backend.capabilities.contains(.serverSideCopy) else {
            return false
        }
        do {
            if try TransferTarget.look(at: part, backend) != nil { try backend.remove(part) }
            try backend.copy(source.path, to: part, onWait: onWait)
            return true
        } catch let error as CatalogError where error.code == .unsupported {
            return false
        }
    }

    /// The digest of what an earlier attempt has written, if that is how the source begins.
    private func digestOfPart(
        _ part: StoragePath, _ reader: any StorageReader, _ onProgress: (TransferProgress) throws -> Void
    ) throws -> ContentDigest? {
        guard backend.capabilities.contains(.resumableWrite), let entry = try TransferTarget.look(at: part, backend),
            entry.kind == .file, (1...max(1, reader.sizeBytes)).contains(entry.sizeBytes)
        else { return nil }
        var (written, wanted) = (ContentDigest(), ContentDigest())
        // What is compared is not copied yet, but somebody may want to stop.
        let progress = TransferProgress(phase: .copying, bytes: 0, totalBytes: reader.sizeBytes)
        try PieceReader().forEach(backend.openReader(part), in: 0..<entry.sizeBytes) { piece in
            written.update(piece)
            try onProgress(progress)
        }
        try PieceReader().forEach(reader, in: 0..<entry.sizeBytes) { piece in
            wanted.update(piece)
            try onProgress(progress)
        }
        return written.bytes == entry.sizeBytes && written.text == wanted.text ? wanted : nil
    }
}
