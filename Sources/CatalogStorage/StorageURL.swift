import CatalogCore

/// Where a storage root is, as people write it: `file:///srv/media`, `smb://host:445/share/dir`.
///
/// *Source*: the forms of `storage add`; RFC 3986, RFC 8089 for `file`.
package struct StorageURL: Sendable, Hashable {
    /// The kinds of storage that have a URL.
    ///
    /// Which of them this version supports is the providers' matter.
    package enum Scheme: String, Sendable, CaseIterable {
        case file
        case smb
        case nfs
        case ftp
        case ftps
        case http
        case https
    }

    /// The kind of storage, and how the rest of the URL is read.
    package let scheme: Scheme
    /// The name to log in with, if the URL has one.
    ///
    /// A password is never part of a URL.
    package private(set) var username: String?
    /// Lower case, without the brackets of an IPv6 address; nil for local directories.
    package let host: String?
    package let port: Int?
    /// Bytes of the absolute path, percent-decoded, without a slash at the end (`/` alone is the root directory).
    package let path: [UInt8]

    /// Parses the text form.
    ///
    /// Bytes that a URL should escape, such as spaces, are taken as they are.
    ///
    /// - Throws: `CatalogError.invalidArgument` with what is wrong; `.unsupported` for another scheme.
    package init(parsing text: String) throws {
        guard text.utf8.count <= Limits.storageURLBytes else { throw StorageURL.invalid("it is too long") }
        guard let mark = text.firstRange(of: "://") else {
            throw StorageURL.invalid("write it with a scheme, as in file:///srv/media")
        }
        let schemeText = text[..<mark.lowerBound].lowercased()
        guard let scheme = Scheme(rawValue: schemeText) else {
            throw CatalogError(
                .unsupported, "Storage of the kind \"\(schemeText)\" is not supported by this version")
        }
        let rest = text[mark.upperBound...]
        guard !rest.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else {
            throw StorageURL.invalid("write ? as %3F and # as %23")
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = try Authority(parsing: rest[..<slash])
        if scheme == .file {
            guard authority.isEmpty || authority.host == "localhost" else {
                throw StorageURL.invalid("a local directory has three slashes, as in file:///srv/media")
            }
            guard slash != rest.endIndex else { throw StorageURL.invalid("the path is missing") }
        } else if authority.host == nil {
            throw StorageURL.invalid("the host is missing")
        }
        self.scheme = scheme
        username = authority.username
        host = scheme == .file ? nil : authority.host
        port = authority.port
        path = try StorageURL.cleaned(StorageURL.decoded(rest[slash...]))
    }

    /// A directory of this machine.
    ///
    /// - Parameter localPath: bytes of an absolute path.
    /// - Throws: `CatalogError.invalidArgument` when it is not absolute or has a `..`.
    package init(localPath: [UInt8]) throws {
        guard localPath.first == UInt8(ascii: "/") else { throw StorageURL.invalid("the path must begin with /") }
        scheme = .file
        username = nil
        host = nil
        port = nil
        path = try StorageURL.cleaned(localPath)
    }

    /// A place on another machine, from its parts.
    ///
    /// - Parameter path: text form of the share or export, and the path in it.
    /// - Throws: as `init(parsing:)`.
    package init(scheme: Scheme, host: String, port: Int?, path: String) throws {
        let shownHost = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/@?#\\".utf8.contains($0) }), !host.isEmpty else {
            throw StorageURL.invalid("the host is no name or address")
        }
        let authority = scheme.rawValue + "://" + shownHost + (port.map { ":\($0)" } ?? "")
        let bytes = NameEncoding.bytes(of: path)
        let rooted = bytes.first == UInt8(ascii: "/") ? bytes : [UInt8(ascii: "/")] + bytes
        try self.init(parsing: authority + StorageURL.encoded(rooted, keeping: "/"))
    }

    /// Whether both are on one machine, asked at the same port in the same way.
    package func isSameServer(as other: StorageURL) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    /// The same place without the name to log in with.
    package var withoutUsername: StorageURL {
        var copy = self
        copy.username = nil
        return copy
    }

    /// The one text for this place: the same for every way to write it.
    package var text: String {
        var text = scheme.rawValue + "://"
        if let username { text += StorageURL.encoded(Array(username.utf8), keeping: "") + "@" }
        if let host { text += host.contains(":") ? "[\(host)]" : host }
        if let port { text += ":\(port)" }
        return text + StorageURL.encoded(path, keeping: "/")
    }

    static func invalid(_ reason: String) -> CatalogError {
        CatalogError(.invalidArgument, "Invalid storage URL: \(reason)")
    }

    /// Without doubled slashes, `.` and a slash at the end.
    private static func cleaned(_ bytes: [UInt8]) throws -> [UInt8] {
        guard !bytes.contains(0) else { throw invalid("it contains a NUL") }
        let dot = UInt8(ascii: ".")
        var path: [UInt8] = []
        for name in bytes.split(separator: UInt8(ascii: "/")) where !name.elementsEqual([dot]) {
            // What `..` means depends on links, so a path with one could name another place tomorrow.
            guard !name.elementsEqual([dot, dot]) else { throw invalid("write the path without ..") }
            path.append(UInt8(ascii: "/"))
            path += name
        }
        return path.isEmpty ? [UInt8(ascii: "/")] : path
    }

    /// - Throws: `CatalogError.invalidArgument` for a percent sign without two hexadecimal digits.
    static func decoded(_ text: Substring) throws -> [UInt8] {
        var result: [UInt8] = []
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard let high = bytes.next().flatMap(hexDigit), let low = bytes.next().flatMap(hexDigit) else {
                throw invalid("write % as %25")
            }
            result.append(high << 4 | low)
        }
        return result
    }

    private static func encoded(_ bytes: [UInt8], keeping kept: String) -> String {
        let plain = Set("-._~".utf8).union(kept.utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in bytes {
            let isLetterOrDigit = (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10
            if isLetterOrDigit || plain.contains(byte) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}

/// `user@host:port`, the part of a URL between the slashes.
private struct Authority {
    var username: String?
    var host: String?
    var port: Int?

    var isEmpty: Bool { username == nil && host == nil && port == nil }

    init(parsing text: Substring) throws {
        var rest = text
        if let at = rest.lastIndex(of: "@") {
            let login = rest[..<at]
            guard !login.contains(":") else {
                throw StorageURL.invalid("a password does not belong into it; hand it in apart")
            }
            username = String(decoding: try StorageURL.decoded(login), as: UTF8.self)
            rest = rest[rest.index(after: at)...]
        }
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { throw StorageURL.invalid("a ] is missing") }
            host = rest[rest.index(after: rest.startIndex)..<end].lowercased()
            rest = rest[rest.index(after: end)...]
        } else {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            host = rest[..<end].isEmpty ? nil : rest[..<end].lowercased()
            rest = rest[end...]
        }
        guard !rest.isEmpty else { return }
        guard rest.first == ":", let number = UInt16(rest.dropFirst()), number > 0 else {
            throw StorageURL.invalid("the port must be a number from 1 to 65535")
        }
        port = Int(number)
    }
}
