/// What a tar archive says of one member. *Source*: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format".
struct TarHeader {
    private static let blockBytes = 512
    /// Octal digits of sizes and times.
    private static let octalMax: Int64 = 1 << 33
    private static let (nameBytes, prefixBytes) = (100, 155)

    private let name: [UInt8]
    private let isDirectory: Bool
    private let sizeBytes: Int64
    private let modifiedNS: Int64
    /// What ustar has no room for, as records of an extended header.
    private let records: [UInt8]
    private let fields: (prefix: ArraySlice<UInt8>, name: ArraySlice<UInt8>)

    init(of member: Int, in members: ArchiveMembers) {
        self.init(
            name: members.name(member), isDirectory: members.isDirectory(member), sizeBytes: members.sizeBytes(member),
            modifiedNS: members.modifiedNS(member))
    }

    init(name: [UInt8], isDirectory: Bool, sizeBytes: Int64, modifiedNS: Int64) {
        (self.name, self.isDirectory, self.sizeBytes, self.modifiedNS) = (name, isDirectory, sizeBytes, modifiedNS)
        var records: [UInt8] = []
        if let fields = Self.split(name) {
            self.fields = fields
        } else {
            records += Self.record("path", name)
            fields = ([], Self.fallback(name)[...])
        }
        if sizeBytes >= Self.octalMax { records += Self.record("size", Array(String(sizeBytes).utf8)) }
        if modifiedNS % 1_000_000_000 != 0 || modifiedNS < 0 || modifiedNS.seconds >= Self.octalMax {
            records += Self.record("mtime", Self.decimal(modifiedNS))
        }
        self.records = records
    }

    static func padded(_ size: Int64) -> Int64 {
        (size + Int64(blockBytes) - 1) / Int64(blockBytes) * Int64(blockBytes)
    }

    /// With the extended header, where there is one.
    var byteCount: Int {
        Self.blockBytes + (records.isEmpty ? 0 : Self.blockBytes + Int(Self.padded(Int64(records.count))))
    }

    func bytes() -> [UInt8] {
        var bytes: [UInt8] = []
        if !records.isEmpty {
            let place = Array(("PaxHeaders/" + String(decoding: Self.fallback(name), as: UTF8.self)).utf8)
            bytes += block(([], place.prefix(Self.nameBytes)), type: "x", size: Int64(records.count))
            bytes += records
            bytes += [UInt8](repeating: 0, count: Int(Self.padded(Int64(records.count))) - records.count)
        }
        return bytes + block(fields, type: isDirectory ? "5" : "0", size: sizeBytes)
    }

    /// A path as ustar has it, in two fields; nil when it does not fit or is no ASCII.
    private static func split(_ name: [UInt8]) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
        guard name.allSatisfy({ $0 < 0x80 }) else { return nil }
        if name.count <= nameBytes { return ([], name[...]) }
        // Behind the slash there must be something, also in the path of a directory.
        let first = max(name.count - nameBytes - 1, 1)
        guard first <= min(prefixBytes, name.count - 2),
            let slash = name[first...min(prefixBytes, name.count - 2)].firstIndex(of: UInt8(ascii: "/"))
        else { return nil }
        return (name[..<slash], name[(slash + 1)...])
    }

    /// Something like the name, for readers that know no extended headers.
    private static func fallback(_ name: [UInt8]) -> [UInt8] {
        name.suffix(nameBytes).map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "_") }
    }

    /// `length key=value\n`, where the length counts itself.
    private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
        var length = rest.count
        while String(length).utf8.count + rest.count != length { length = String(length).utf8.count + rest.count }
        return Array(String(length).utf8) + rest
    }

    /// Seconds since 1970 with all digits that they have behind the point.
    private static func decimal(_ nanoseconds: Int64) -> [UInt8] {
        let (whole, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        var digits = Array(String(rest + 1_000_000_000).utf8.dropFirst())
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        let sign = nanoseconds < 0 ? "-" : ""
        return Array("\(sign)\(whole)\(digits.isEmpty ? "" : ".")".utf8) + digits
    }

    private func block(
        _ path: (prefix: ArraySlice<UInt8>, name: ArraySlice<UInt8>), type: Unicode.Scalar, size: Int64
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        func put(_ bytes: some Collection<UInt8>, at place: Int) {
            for (index, byte) in zip(place..., bytes) { block[index] = byte }
        }
        func put(octal value: Int64, digits: Int, at place: Int) {
            var rest = value
            for index in (place..<(place + digits)).reversed() {
                block[index] = UInt8(ascii: "0") + UInt8(rest & 7)
                rest >>= 3
            }
        }
        put(path.name, at: 0)
        put(octal: isDirectory && type != "x" ? 0o755 : 0o644, digits: 7, at: 100)
        put(octal: 0, digits: 7, at: 108)
        put(octal: 0, digits: 7, at: 116)
        put(octal: size < Self.octalMax ? size : 0, digits: 11, at: 124)
        put(octal: min(max(modifiedNS.seconds, 0), Self.octalMax - 1), digits: 11, at: 136)
        put("        ".utf8, at: 148)
        block[156] = UInt8(ascii: type)
        put("ustar\u{0}00".utf8, at: 257)
        put(path.prefix, at: 345)
        put(octal: block.reduce(0) { $0 + Int64($1) }, digits: 6, at: 148)
        block[154] = 0
        return block
    }
}
