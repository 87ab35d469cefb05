/// The classes of sizes in statistics, by the smallest size in each (ruling: half-open).
package enum SizeClass: Int64, Sendable, CaseIterable {
    /// Below 1 KiB, empty files included.
    case tiny = 0
    /// Below 1 MiB.
    case small = 1
    /// Below 10 MiB.
    case medium = 2
    /// Below 100 MiB.
    case large = 3
    /// Below 1 GiB.
    case huge = 4
    /// The rest.
    case massive = 5

    /// - Parameter bytes: the size of a file.
    package static func of(bytes: Int64) -> SizeClass {
        switch bytes {
        case ..<1_024: .tiny
        case ..<1_048_576: .small
        case ..<10_485_760: .medium
        case ..<104_857_600: .large
        case ..<1_073_741_824: .huge
        default: .massive
        }
    }
}

/// What statistics count an entry under: its kind, its extension, the class of its size.
package struct EntryClass: Hashable, Sendable {
    /// What it is; directories have neither extension nor size.
    package let kind: EntryKind
    /// The class of a file's size; `tiny` for everything else.
    package let size: SizeClass
    private let ending: ShortText

    /// The extension in the form of `FileExtension`; empty for none.
    package var fileExtension: String { ending.text }

    /// - Parameters:
    ///   - name: the bytes of its name.
    ///   - bytes: its size; only that of a file counts.
    package init(kind: EntryKind, name: UnsafeRawBufferPointer, bytes: Int64) {
        self.kind = kind
        size = kind == .file ? .of(bytes: bytes) : .tiny
        ending = kind == .directory ? ShortText() : ShortText(extensionOf: name)
    }

    /// A class as it was written down.
    ///
    /// - Parameter fileExtension: sixteen bytes at most.
    package init(kind: EntryKind, fileExtension: String, size: SizeClass) {
        (self.kind, self.size) = (kind, size)
        ending = ShortText(fileExtension.utf8.prefix(FileExtension.bytesMax))
    }
}

/// How many entries of each class there are, or how many more or fewer than before.
package struct EntryTally: Sendable {
    /// The figures of one class.
    package struct Figures: Equatable, Sendable {
        /// Entries.
        package var count: Int64 = 0
        /// Sizes of files.
        package var bytes: Int64 = 0

        /// Nothing.
        package init() {}
    }

    /// What there is of each class; a class that came out even is still there, with zeros.
    package private(set) var figures: [EntryClass: Figures] = [:]

    /// Nothing counted yet.
    package init() {}

    /// Whether every class came out even.
    package var isEmpty: Bool { figures.values.allSatisfy { $0 == Figures() } }

    /// Counts an entry.
    ///
    /// - Parameters:
    ///   - kind: what it is.
    ///   - name: the bytes of its name.
    ///   - bytes: the size of a file; that of anything else is taken for 0.
    ///   - count: 1 for one that is there, -1 for one that is not any more.
    package mutating func add(kind: EntryKind, name: UnsafeRawBufferPointer, bytes: Int64, count: Int64 = 1) {
        let entry = EntryClass(kind: kind, name: name, bytes: bytes)
        figures[entry, default: Figures()].count += count
        if kind == .file { figures[entry, default: Figures()].bytes += count * bytes }
    }

    /// Counts what another tally has.
    package mutating func add(_ entry: EntryClass, _ more: Figures) {
        figures[entry, default: Figures()].count += more.count
        figures[entry, default: Figures()].bytes += more.bytes
    }
}

/// A text of sixteen bytes at most, which needs no memory of its own: a scan counts a million of them.
private struct ShortText: Hashable, Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var count: UInt8 = 0

    init() {}

    init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { append(byte) }
    }

    /// The same as `FileExtension.of`.
    init(extensionOf name: UnsafeRawBufferPointer) {
        guard let end = Self.plainEnd(of: name) else {
            self.init((FileExtension.of(Array(name)) ?? "").utf8.prefix(FileExtension.bytesMax))
            return
        }
        self.init(end.lazy.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
    }

    /// The extension where everything after the last dot is ASCII, which is nearly always; nil when the name needs a closer look.
    private static func plainEnd(of name: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>? {
        var start = name.count
        while start > 0, name[start - 1] != UInt8(ascii: ".") {
            start -= 1
            let byte = name[start]
            // Without a dot among so many there is no extension, unless something unusual stands before.
            guard byte < 0x80, byte != UInt8(ascii: " "), name.count - start <= FileExtension.bytesMax else {
                return nil
            }
        }
        guard start > 1, start < name.count else { return nil }
        return name[start...]
    }

    private mutating func append(_ byte: UInt8) {
        let shift = UInt64(count % 8) * 8
        if count < 8 { low |= UInt64(byte) << shift } else { high |= UInt64(byte) << shift }
        count += 1
    }

    var text: String {
        var bytes: [UInt8] = []
        for place in 0..<UInt64(count) {
            let half = place < 8 ? low : high
            bytes.append(UInt8(truncatingIfNeeded: half >> (place % 8 * 8)))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
