import CatalogCore
import FoundationEssentials
package import Hummingbird
import NIOCore

extension Request {
    /// Reads and decodes a JSON body.
    ///
    /// Unknown keys are ignored.
    ///
    /// - Throws: `CatalogError` `.tooLarge` over `Limits.jsonBodyBytes`, `.unsupportedMediaType` for another content type,
    ///   and `.invalidArgument` with the endpoint's text for what is not the wanted JSON, then with `details.field` naming
    ///   the member that is missing or of another type.
    package func json<Payload: Decodable>(_ type: Payload.Type, _ context: AppRequestContext) async throws -> Payload {
        guard let payload = try await optionalJSON(type, context) else {
            throw CatalogError(.invalidArgument, context.endpoint.malformedBodyText)
        }
        return payload
    }

    /// The same for a body that may be absent.
    package func optionalJSON<Payload: Decodable>(
        _ type: Payload.Type, _ context: AppRequestContext
    ) async throws -> Payload? {
        let bytes = try await jsonBytes()
        guard !bytes.isEmpty else { return nil }
        let text = context.endpoint.malformedBodyText
        guard JSONShape.isAcceptable(bytes) else { throw CatalogError(.invalidArgument, text) }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            let field = error.fieldName
            throw CatalogError(
                .invalidArgument, text, details: field.isEmpty ? [:] : ["field": .text(field)], cause: "\(error)")
        }
    }

    private func jsonBytes() async throws -> [UInt8] {
        if let type = headers[.contentType], !Request.isJSON(type) {
            throw CatalogError(.unsupportedMediaType, ErrorText.unsupportedMediaType)
        }
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > Limits.jsonBodyBytes {
            throw CatalogError(.tooLarge, ErrorText.bodyTooLarge)
        }
        var bytes: [UInt8] = []
        for try await part in body {
            guard bytes.count + part.readableBytes <= Limits.jsonBodyBytes else {
                throw CatalogError(.tooLarge, ErrorText.bodyTooLarge)
            }
            bytes += part.readableBytesView
        }
        return bytes
    }

    /// `application/json`, any `+json`, and the form that browsers and simple clients send without being told.
    private static func isJSON(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        return type.isEmpty || type == "application/json" || type.hasSuffix("+json") || type == "text/json"
            || type == "text/plain" || type == "application/x-www-form-urlencoded"
    }
}

extension KeyedDecodingContainer {
    /// A text, or a whole number as its digits: how requests name a storage root.
    ///
    /// - Throws: `DecodingError`.
    func textOrNumber(forKey key: Key) throws -> String {
        if let number = try? decode(Int64.self, forKey: key) { return String(number) }
        return try decode(String.self, forKey: key)
    }
}

extension DecodingError {
    /// The member that made decoding fail, as `outer.inner`; empty when the whole text is at fault.
    fileprivate var fieldName: String {
        let path: [any CodingKey]
        switch self {
        case .keyNotFound(let key, let context): path = context.codingPath + [key]
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            path = context.codingPath
        @unknown default: path = []
        }
        return path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
