/// What a server says of one of its shares, as the helper hands it on.
package struct SMBShareRecord: Sendable {
    /// 3 disk, 4 printer, 5 device, 6 for talking to the server itself: the numbers of libsmbclient.
    package let kind: UInt32
    package let name: [UInt8]
    package let comment: [UInt8]

    /// - Parameter kind: a number of libsmbclient.
    package init(kind: UInt32, name: [UInt8], comment: [UInt8]) {
        (self.kind, self.name, self.comment) = (kind, name, comment)
    }

    /// Adds it to a payload; texts are cut to what their length can say.
    package func write(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: kind) { bytes += $0 }
        for text in [name, comment] {
            withUnsafeBytes(of: UInt16(clamping: text.count)) { bytes += $0 }
            bytes += text.prefix(Int(UInt16.max))
        }
    }

    /// Every record of a payload; nil when it is none.
    package static func all(in payload: [UInt8]) -> [SMBShareRecord]? {
        var rest = payload[...]
        var records: [SMBShareRecord] = []
        while !rest.isEmpty {
            guard let kind = take(4, from: &rest), let name = takeText(from: &rest),
                let comment = takeText(from: &rest)
            else { return nil }
            let number = kind.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
            records.append(SMBShareRecord(kind: number, name: name, comment: comment))
        }
        return records
    }

    private static func takeText(from rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard let length = take(2, from: &rest) else { return nil }
        return take(Int(length.withUnsafeBytes { $0.loadUnaligned(as: UInt16.self) }), from: &rest)
    }

    private static func take(_ count: Int, from rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
