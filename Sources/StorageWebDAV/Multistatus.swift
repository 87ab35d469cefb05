import CXML
import CatalogCore
import CatalogStorage

/// Reads the answer to `PROPFIND` as it comes, with libxml2. Memory does not grow with the answer.
///
/// *Source*: RFC 4918 section 14.
final class Multistatus {
    /// One `response`.
    struct Response {
        /// As the server wrote it.
        var href = ""
        var isCollection = false
        var sizeBytes = StorageEntry.unknownBytes
        var modifiedNS: Int64 = 0
    }

    private static let textBytesMax = 64 << 10

    private let onResponse: (Response) throws -> Void
    private var parser: OpaquePointer?
    private var error: (any Error)?
    private var response = Response()
    private var text: [UInt8] = []
    private var isTextWanted = false
    /// How deep in elements `href` of `response` itself is: servers may put others into properties.
    private var depth = 0

    /// - Parameter onResponse: called for each `response`; what it throws ends the reading.
    /// - Throws: `CatalogError.unavailable` without memory.
    init(_ onResponse: @escaping (Response) throws -> Void) throws {
        self.onResponse = onResponse
        parser = catalog_xml_open(
            Unmanaged.passUnretained(self).toOpaque(),
            { Multistatus.of($0)?.start(Multistatus.name($1, $2)) },
            { Multistatus.of($0)?.takeText(UnsafeRawBufferPointer(start: $1, count: Int($2))) },
            { Multistatus.of($0)?.end(Multistatus.name($1, $2)) })
        guard parser != nil else {
            throw CatalogError(.unavailable, "The server is busy", cause: "no memory for libxml2")
        }
    }

    deinit { catalog_xml_close(parser) }

    /// Takes the next bytes.
    ///
    /// - Throws: `CatalogError.dataLoss` for what is no such answer; what `onResponse` throws.
    func take(_ bytes: UnsafeRawBufferPointer) throws {
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        try check(catalog_xml_take(parser, start, Int32(bytes.count), 0))
    }

    /// To be called behind the last bytes: an answer that was cut off is none.
    ///
    /// - Throws: as `take`.
    func finish() throws { try check(catalog_xml_take(parser, nil, 0, 1)) }

    private func check(_ code: Int32) throws {
        if let error { throw error }
        guard code == 0 else { throw Self.unreadable("libxml2: error \(code)") }
    }

    // MARK: Called by the library

    private func start(_ name: String?) {
        depth += 1
        isTextWanted = false
        guard let name else { return }
        switch name {
        case "response": response = Response()
        case "collection": response.isCollection = true
        case "href": isTextWanted = depth == 3
        case "getcontentlength", "getlastmodified": isTextWanted = true
        default: break
        }
        if isTextWanted { text.removeAll(keepingCapacity: true) }
    }

    private func takeText(_ bytes: UnsafeRawBufferPointer) {
        guard isTextWanted else { return }
        guard text.count + bytes.count <= Self.textBytesMax else {
            return stop(Self.unreadable("a text in it is too long"))
        }
        text += bytes
    }

    private func end(_ name: String?) {
        defer {
            depth -= 1
            isTextWanted = false
        }
        guard let name, error == nil else { return }
        let value = String(decoding: text, as: UTF8.self)
        switch name {
        case "href" where isTextWanted: response.href = value.filter { !$0.isNewline && $0 != " " && $0 != "\t" }
        case "getcontentlength" where isTextWanted: response.sizeBytes = Int64(value) ?? StorageEntry.unknownBytes
        case "getlastmodified" where isTextWanted: response.modifiedNS = Self.time(value)
        case "response":
            do { try onResponse(response) } catch { stop(error) }
        default: break
        }
    }

    private func stop(_ error: any Error) {
        if self.error == nil { self.error = error }
        catalog_xml_stop(parser)
    }

    /// What no calendar has counts as unknown.
    private static func time(_ text: String) -> Int64 {
        let (time, overflows) = (Timestamp.microseconds(httpDate: text) ?? 0).multipliedReportingOverflow(by: 1_000)
        return overflows ? 0 : time
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> Multistatus? {
        context.map { Unmanaged<Multistatus>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Nil for elements of other namespaces.
    private static func name(_ name: UnsafePointer<CChar>?, _ uri: UnsafePointer<CChar>?) -> String? {
        guard let name, let uri, String(cString: uri) == "DAV:" else { return nil }
        return String(cString: name)
    }

    private static func unreadable(_ cause: String) -> CatalogError {
        CatalogError(.dataLoss, "The server's answer cannot be read", cause: cause)
    }
}
