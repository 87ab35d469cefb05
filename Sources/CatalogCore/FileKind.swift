/// What an entry is on its storage. The numbers are stored.
package enum EntryKind: Int64, Sendable {
    case file = 0
    case directory = 1
    /// A symbolic link, listed as what it is and never followed out of its root.
    case link = 2
}

/// The extension of a name: lower case, without the dot, as search and statistics compare it.
package enum FileExtension {
    /// Longer ones are no extensions but names with a dot in them.
    package static let bytesMax = 16

    /// Every extension that has a type or a media type of its own, in the form of `of`; in no order.
    package static var known: [String] { Array(byExtension.keys) }

    /// The extension of the name's folded text form, or nil: `Film.MKV` has `mkv`; `.profile`, `a.` and `b` have none.
    package static func of(_ name: [UInt8]) -> String? {
        if let found = name.withUnsafeBufferPointer({ ofPlainEnd($0) }) { return found }
        // Other scripts have dots and spaces of their own, which fold to ours.
        let folded = TextFold.foldedName(name) ?? name
        guard let dot = folded.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        return ofFolded(folded[dot...], isWholeName: dot == 0)
    }

    /// The same for a name in text form.
    package static func of(text name: String) -> String? {
        let plain = name.utf8.withContiguousStorageIfAvailable { ofPlainEnd($0) }
        if let plain, let found = plain { return found }
        return of(NameEncoding.bytes(of: name))
    }

    /// The extension of a name that ends in a dot and ASCII, which folding the rest cannot change: nearly every name; nil for
    /// names that need a closer look.
    private static func ofPlainEnd(_ name: UnsafeBufferPointer<UInt8>) -> String?? {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else {
            return name.allSatisfy { $0 < 0x80 } ? .some(nil) : nil
        }
        guard name[dot...].allSatisfy({ $0 < 0x80 }) else { return nil }
        return ofFolded(name[dot...], isWholeName: dot == 0)
    }

    /// The extension in a name's last dot and what follows it.
    private static func ofFolded(_ end: some Collection<UInt8>, isWholeName: Bool) -> String? {
        let tail = end.dropFirst()
        guard !isWholeName, !tail.isEmpty, tail.count <= bytesMax, !tail.contains(UInt8(ascii: " ")) else { return nil }
        let text = String(decoding: tail, as: UTF8.self)
        return tail.contains { (0x41...0x5A).contains($0) } ? text.lowercased() : text
    }
}

/// The class of a file by its extension: `file_type` in the API.
package enum FileType: String, Sendable, CaseIterable {
    case video, audio, image, book, software, archive, document, code, subtitle, other

    /// The class of an extension in the form of `FileExtension`.
    package static func of(fileExtension: String?) -> FileType {
        fileExtension.flatMap { byExtension[$0]?.type } ?? .other
    }
}

/// Media types (RFC 2046) by extension.
package enum MIMEType {
    /// The media type of an extension in the form of `FileExtension`; `application/octet-stream` for what we do not know.
    package static func of(fileExtension: String?) -> String {
        fileExtension.flatMap { byExtension[$0]?.mime } ?? "application/octet-stream"
    }
}

private struct KnownExtension: Sendable {
    let type: FileType
    let mime: String
}

private let byExtension: [String: KnownExtension] = {
    let octets = "application/octet-stream"
    let table: [(FileType, [(String, String)])] = [
        (
            .video,
            [
                ("mp4", "video/mp4"), ("m4v", "video/x-m4v"), ("mkv", "video/x-matroska"), ("webm", "video/webm"),
                ("avi", "video/x-msvideo"), ("mov", "video/quicktime"), ("wmv", "video/x-ms-wmv"),
                ("flv", "video/x-flv"), ("ts", "video/mp2t"), ("m2ts", "video/mp2t"), ("mpg", "video/mpeg"),
                ("mpeg", "video/mpeg"), ("vob", "video/mpeg"), ("3gp", "video/3gpp"), ("ogv", "video/ogg"),
            ]
        ),
        (
            .audio,
            [
                ("mp3", "audio/mpeg"), ("flac", "audio/flac"), ("wav", "audio/wav"), ("m4a", "audio/mp4"),
                ("m4b", "audio/mp4"), ("aac", "audio/aac"), ("ogg", "audio/ogg"), ("opus", "audio/ogg"),
                ("wma", "audio/x-ms-wma"), ("ape", "audio/x-ape"), ("aiff", "audio/aiff"), ("alac", "audio/mp4"),
            ]
        ),
        (
            .image,
            [
                ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("png", "image/png"), ("gif", "image/gif"),
                ("bmp", "image/bmp"), ("webp", "image/webp"), ("svg", "image/svg+xml"), ("tif", "image/tiff"),
                ("tiff", "image/tiff"), ("ico", "image/x-icon"), ("heic", "image/heic"), ("avif", "image/avif"),
            ]
        ),
        (
            .book,
            [
                ("pdf", "application/pdf"), ("epub", "application/epub+zip"),
                ("mobi", "application/x-mobipocket-ebook"), ("djvu", "image/vnd.djvu"),
                ("cbr", "application/vnd.comicbook-rar"), ("cbz", "application/vnd.comicbook+zip"),
                ("cb7", "application/x-cb7"), ("cbt", "application/x-cbt"),
                ("azw", "application/vnd.amazon.ebook"), ("azw3", "application/vnd.amazon.ebook"),
                ("fb2", "application/x-fictionbook+xml"),
            ]
        ),
        (
            .software,
            [
                ("exe", "application/vnd.microsoft.portable-executable"), ("msi", "application/x-msi"),
                ("dmg", "application/x-apple-diskimage"), ("pkg", octets), ("iso", "application/x-iso9660-image"),
                ("img", octets), ("deb", "application/vnd.debian.binary-package"), ("rpm", "application/x-rpm"),
                ("apk", "application/vnd.android.package-archive"), ("appimage", octets),
            ]
        ),
        (
            .archive,
            [
                ("zip", "application/zip"), ("rar", "application/vnd.rar"), ("7z", "application/x-7z-compressed"),
                ("tar", "application/x-tar"), ("gz", "application/gzip"), ("tgz", "application/gzip"),
                ("bz2", "application/x-bzip2"), ("xz", "application/x-xz"), ("zst", "application/zstd"),
            ]
        ),
        (
            .document,
            [
                ("txt", "text/plain"), ("md", "text/markdown"), ("doc", "application/msword"),
                ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
                ("rtf", "application/rtf"), ("odt", "application/vnd.oasis.opendocument.text"), ("csv", "text/csv"),
                ("xls", "application/vnd.ms-excel"),
                ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                ("ppt", "application/vnd.ms-powerpoint"),
                ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
            ]
        ),
        (
            .code,
            [
                ("html", "text/html"), ("htm", "text/html"), ("css", "text/css"), ("js", "text/javascript"),
                ("json", "application/json"), ("xml", "application/xml"), ("go", "text/x-go"), ("py", "text/x-python"),
                ("java", "text/x-java"), ("c", "text/x-c"), ("cpp", "text/x-c"), ("rs", "text/x-rust"),
                ("sh", "application/x-sh"), ("swift", "text/x-swift"),
            ]
        ),
        (
            .subtitle,
            [
                ("srt", "application/x-subrip"), ("vtt", "text/vtt"), ("ass", "text/x-ssa"), ("ssa", "text/x-ssa"),
                ("sub", "text/plain"), ("idx", "text/plain"),
            ]
        ),
    ]
    var known: [String: KnownExtension] = [:]
    for (type, rows) in table {
        for (name, mime) in rows { known[name] = KnownExtension(type: type, mime: mime) }
    }
    return known
}()
