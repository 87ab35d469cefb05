import CatalogCore
import Crypto
import Glibc

/// Removes a file that another one makes superfluous, and never the last one with its content.
///
/// The file gets another name first, under which nobody reads it. Only while the other one is still there after that, it is removed: so
/// two names of one file, whatever way leads to each of them, and two removals that rely on each other's file lose nothing. Every call blocks.
package struct SpareRemoval: Sendable {
    /// A file as the catalog has it.
    package struct File: Sendable {
        /// Where it is.
        package let place: TransferPlace
        /// Nanoseconds since 1970.
        package let modifiedNS: Int64

        /// - Parameter modifiedNS: nanoseconds since 1970.
        package init(place: TransferPlace, modifiedNS: Int64) {
            (self.place, self.modifiedNS) = (place, modifiedNS)
        }
    }

    /// What may be left of an earlier attempt.
    package enum Remains: Sendable {
        /// The file has its name.
        case untouched
        /// It had been set aside, and is gone now or was gone before.
        case gone
    }

    private let spare: File
    private let kept: File
    private let sizeBytes: Int64
    private let aside: StoragePath

    /// - Parameters:
    ///   - spare: the file to remove.
    ///   - kept: the one that stays.
    ///   - sizeBytes: of each.
    ///   - claim: who removes; another attempt under the same one goes on.
    /// - Throws: `CatalogError.invalidArgument` for a path that is none of a file.
    package init(of spare: File, keeping kept: File, sizeBytes: Int64, claim: String) throws {
        (self.spare, self.kept, self.sizeBytes) = (spare, kept, sizeBytes)
        guard let parent = spare.place.path.parent else { throw CatalogError(.invalidArgument, "Invalid path") }
        var hash = SHA256()
        hash.update(data: Array(claim.utf8) + [0] + spare.place.path.bytes)
        let name = Hexadecimal.text(of: Array(hash.finalize().prefix(16)))
        aside = try parent.appending(PartName.prefix + Array((name + ".removed").utf8))
    }

    /// Sees that both files are what the catalog has, and have the same bytes.
    ///
    /// - Parameter check: called between reads; throws to stop.
    /// - Throws: `CatalogError.conflict` with what is wrong; what storages and `check` throw.
    package func compare(_ check: (_ bytes: Int64) throws -> Void) throws {
        guard try isAsCataloged(kept, at: kept.place.path) else { throw Self.keptChanged }
        guard try isAsCataloged(spare, at: spare.place.path) else { throw Self.changed }
        guard try hasSameBytes(check) else { throw CatalogError(.conflict, "Its content is not that of the kept file") }
        guard try isAsCataloged(kept, at: kept.place.path) else { throw Self.keptChanged }
    }

    /// Removes the file, once it was compared.
    ///
    /// - Throws: `CatalogError.conflict` with the reason when it has its name again; what storages throw, and then `takeUp` tells what
    ///   became of it.
    package func remove() throws {
        try spare.place.backend.rename(spare.place.path, to: aside, replacing: false)
        do {
            guard try isAsCataloged(spare, at: aside) else { throw Self.changed }
            // The same file by another way is not there any more under that name either.
            guard try isAsCataloged(kept, at: kept.place.path) else { throw Self.keptChanged }
            try spare.place.backend.remove(aside)
        } catch {
            // It may be gone all the same, when the answer was lost on its way.
            if try takeUp() == .gone { return }
            throw error
        }
    }

    /// Sees what an attempt has left that was cut: what was set aside gets its name again, so that all is looked at anew.
    ///
    /// - Throws: what storages throw; `CatalogError.alreadyExists` when something else has the name now.
    package func takeUp() throws -> Remains {
        if try entry(at: aside) != nil {
            do {
                try spare.place.backend.rename(aside, to: spare.place.path, replacing: false)
            } catch let error as CatalogError where error.code == .alreadyExists {
                throw CatalogError(.alreadyExists, "Something else has its name now; it is kept as \(aside.text)")
            }
            return .untouched
        }
        return try entry(at: spare.place.path) == nil ? .gone : .untouched
    }

    private static let changed = CatalogError(.conflict, "It is not what the catalog has any more")
    private static let keptChanged = CatalogError(
        .conflict, "The file that was to stay is not what the catalog has any more, or is this same file")

    private func isAsCataloged(_ file: File, at path: StoragePath) throws -> Bool {
        guard let entry = try Self.entry(file.place.backend, path) else { return false }
        return entry.kind == .file && entry.sizeBytes == sizeBytes && entry.modifiedNS == file.modifiedNS
    }

    private func entry(at path: StoragePath) throws -> StorageEntry? { try Self.entry(spare.place.backend, path) }

    private static func entry(_ backend: any StorageBackend, _ path: StoragePath) throws -> StorageEntry? {
        do { return try backend.stat(path) } catch let error as CatalogError where error.code == .notFound {
            // A root that is away has nothing at all.
            _ = try backend.probe()
            return nil
        }
    }

    private func hasSameBytes(_ check: (_ bytes: Int64) throws -> Void) throws -> Bool {
        let readers = [
            try spare.place.backend.openReader(spare.place.path), try kept.place.backend.openReader(kept.place.path),
        ]
        guard readers.allSatisfy({ $0.sizeBytes == sizeBytes }) else { return false }
        let pieceMax = Int(min(Int64(Limits.storageReadBytes), max(1, sizeBytes)))
        let pieces = readers.map { _ in UnsafeMutableRawBufferPointer.allocate(byteCount: pieceMax, alignment: 16) }
        defer { for piece in pieces { piece.deallocate() } }
        var offset: Int64 = 0
        while offset < sizeBytes {
            try check(offset)
            let count = Int(min(Int64(pieceMax), sizeBytes - offset))
            for (reader, piece) in zip(readers, pieces) {
                let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<count])
                guard try reader.read(into: part, at: offset) == count else { return false }
            }
            guard let one = pieces[0].baseAddress, let other = pieces[1].baseAddress, memcmp(one, other, count) == 0
            else { return false }
            offset += Int64(count)
        }
        return true
    }
}
