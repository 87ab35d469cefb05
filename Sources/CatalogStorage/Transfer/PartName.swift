package import CatalogCore
import Crypto

/// Names of files that are being written: they stand beside the file that they will be, begin with what every scan leaves out,
/// and nobody else uses them.
enum PartName {
    /// What they begin with. Nobody may give such a name to a file of theirs.
    static let prefix = Array(".catalogizer-".utf8)
    /// Of what another attempt goes on with, of what nobody does, and of what makes room for a new file.
    private static let suffixes = (
        resumable: Array(".part".utf8), unique: Array(".upload".utf8), replaced: Array(".replaced".utf8)
    )

    /// The part of a copy: another attempt of the same one finds it again. Another source, or another state of it, has another
    /// part, since both could not be told apart by their length.
    ///
    /// - Parameter claim: who alone may write into it.
    static func resumable(
        for target: TransferPlace, from source: TransferPlace, _ entry: StorageEntry, claim: String
    ) throws -> StoragePath {
        var hash = SHA256()
        for text in [claim, source.storage] { hash.update(data: Array(text.utf8) + [0]) }
        for name in source.path.components { hash.update(data: name + [0]) }
        hash.update(data: [0] + (target.path.name ?? []) + [0])
        for number in [entry.sizeBytes, entry.modifiedNS] {
            withUnsafeBytes(of: number.littleEndian) { hash.update(bufferPointer: $0) }
        }
        return try path(beside: target.path, Array(hash.finalize().prefix(16)), suffixes.resumable)
    }

    /// A part that nobody finds again.
    static func unique(for target: TransferPlace) throws -> StoragePath {
        try path(beside: target.path, randomBytes, suffixes.unique)
    }

    /// Where a file waits while another one takes its place.
    static func aside(of target: StoragePath) throws -> StoragePath {
        try path(beside: target, randomBytes, suffixes.replaced)
    }

    private static var randomBytes: [UInt8] { (0..<16).map { _ in UInt8.random(in: .min ... .max) } }

    static func isUnique(_ name: [UInt8]) -> Bool {
        name.starts(with: prefix) && name.suffix(suffixes.unique.count).elementsEqual(suffixes.unique)
    }

    private static func path(
        beside target: StoragePath, _ bytes: [UInt8], _ suffix: [UInt8]
    ) throws -> StoragePath {
        guard let parent = target.parent else { throw CatalogError(.invalidArgument, "Invalid path") }
        return try parent.appending(prefix + Array(Hexadecimal.text(of: bytes).utf8) + suffix)
    }
}

extension StoragePath {
    /// Whether a name in it is one that the program keeps for itself.
    package var hasReservedName: Bool {
        components.contains { $0.starts(with: PartName.prefix.dropLast()) }
    }
}

/// Bytes as people read them.
enum Hexadecimal {
    static func text(of bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
