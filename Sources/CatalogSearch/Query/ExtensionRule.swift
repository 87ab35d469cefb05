import CatalogCore

/// A file name's extension as sixteen bytes, so that comparing one costs two comparisons and no allocation.
struct ExtensionKey: Equatable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// - Parameter bytes: at most `FileExtension.bytesMax` bytes without NUL; empty for a name without an extension.
    init(_ bytes: UnsafeRawBufferPointer) {
        for index in 0..<min(bytes.count, FileExtension.bytesMax) {
            if index < 8 {
                low |= UInt64(bytes[index]) << (UInt64(index) * 8)
            } else {
                high |= UInt64(bytes[index]) << (UInt64(index - 8) * 8)
            }
        }
    }

    init(_ text: String) {
        self = Array(text.utf8).withUnsafeBytes { ExtensionKey($0) }
    }

    /// Two numbers that compare, one after the other, like the text.
    var ordered: (high: UInt64, low: UInt64) { (low.byteSwapped, high.byteSwapped) }

    /// The extension of a folded name by the rules of `FileExtension.of`, or the empty key.
    init(ofName name: UnsafeRawBufferPointer) {
        self = ExtensionKey(UnsafeRawBufferPointer(start: nil, count: 0))
        let dot = UInt8(ascii: ".")
        var index = name.count
        let stop = max(0, name.count - FileExtension.bytesMax - 1)
        while index > stop {
            index -= 1
            if name[index] == UInt8(ascii: " ") { return }
            if name[index] == dot { break }
        }
        guard index > 0, index < name.count - 1, name[index] == dot else { return }
        self = ExtensionKey(UnsafeRawBufferPointer(rebasing: name[(index + 1)...]))
    }
}

/// Which extensions a file may have to be a hit: what the filters by extension, media type and class come to.
struct ExtensionRule {
    /// The listed extensions.
    let keys: [ExtensionKey]
    /// Whether the listed ones are refused and all others wanted, instead of the other way round.
    let refusesListed: Bool
    /// The one extension that is wanted, folded, when there is just one; it can narrow the blocks to look at.
    let single: [UInt8]?

    /// Nil when the query does not filter by any of the three.
    init?(_ query: NameQuery) {
        let mimes = query.mimeTypes.map { Set($0.map { $0.lowercased() }) }
        let types = query.fileTypes
        func isWanted(_ text: String?) -> Bool {
            (mimes?.contains(MIMEType.of(fileExtension: text)) ?? true)
                && (types?.contains(FileType.of(fileExtension: text)) ?? true)
        }
        if let wanted = ExtensionRule.normalized(query.fileExtension) {
            let isPossible = isWanted(wanted) && wanted.utf8.count <= FileExtension.bytesMax && !wanted.contains(".")
            keys = isPossible ? [ExtensionKey(wanted)] : []
            refusesListed = false
            single = Array(wanted.utf8)
            return
        }
        guard mimes != nil || types != nil else { return nil }
        // The media type and class of unknown extensions are those of names without one.
        let wantsOthers = isWanted(nil)
        keys = FileExtension.known.filter { isWanted($0) != wantsOthers }.map { ExtensionKey($0) }
        refusesListed = wantsOthers
        single = nil
    }

    private static func normalized(_ text: String?) -> String? {
        guard let text else { return nil }
        // No name ends in a longer one, and folding it may take long: it stays as it is and is found nowhere.
        guard text.utf8.count <= Limits.nameBytes else { return text }
        let folded = TextFold.fold(text)
        let bare = folded.hasPrefix(".") ? String(folded.dropFirst()) : folded
        return bare.isEmpty ? nil : bare
    }
}
