import CatalogCore
import CatalogStorage
import HTTPTypes

/// A file that is open to be sent, with everything about its answers that is the same for each of them.
final class OpenFile: Sendable {
    let entry: CatalogEntry
    let reader: any StorageReader
    /// Strong: another file, another size or another time is another tag.
    let etag: String
    let lastModified: String
    /// The time that `lastModified` shows, in microseconds since 1970.
    let modifiedAt: Int64
    private let common: HTTPFields
    /// A browser may keep the file, and asks before it shows it again.
    static let cacheControl = "private, no-cache"

    /// - Parameter now: microseconds since 1970. A time of change that is still to come would tell caches nothing, so
    ///   now stands for it (RFC 9110 section 8.8.2.1).
    init(entry: CatalogEntry, reader: any StorageReader, now: Int64) {
        self.entry = entry
        self.reader = reader
        etag =
            "\"" + String(reader.inode, radix: 16) + "-" + String(reader.sizeBytes, radix: 16) + "-"
            + String(reader.modifiedNS, radix: 16) + "\""
        modifiedAt = min(reader.modifiedNS / 1_000, now)
        lastModified = Timestamp.httpDate(microseconds: modifiedAt)
        common = [
            .acceptRanges: "bytes", .eTag: etag, .lastModified: lastModified,
            // A page among the files must not run as one of ours.
            .contentSecurityPolicy: "sandbox", .cacheControl: Self.cacheControl,
            .contentType: "application/octet-stream",
            .contentDisposition: DownloadName.contentDisposition(entry.name, inline: false),
        ]
    }

    /// The fields of an answer that do not depend on the range.
    func fields(inline: Bool) -> HTTPFields {
        guard inline else { return common }
        var fields = common
        fields[.contentType] = MIMEType.of(fileExtension: entry.fileExtension)
        fields[.contentDisposition] = DownloadName.contentDisposition(entry.name, inline: true)
        return fields
    }
}
