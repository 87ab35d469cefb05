import CatalogCore
import HTTPTypes

extension CatalogError.Code {
    /// The one table from what went wrong to a status.
    var status: HTTPResponse.Status {
        switch self {
        case .invalidArgument, .unsupported: .badRequest
        case .unauthenticated: .unauthorized
        case .permissionDenied: .forbidden
        case .notFound: .notFound
        case .alreadyExists, .conflict: .conflict
        case .gone: .gone
        case .tooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .preconditionFailed: .preconditionFailed
        case .rateLimited: .tooManyRequests
        case .storageUnavailable: .badGateway
        case .unavailable: .serviceUnavailable
        case .timedOut: .gatewayTimeout
        case .insufficientStorage: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        case .cancelled, .dataLoss, .internalError: .internalServerError
        }
    }

    /// The `code` of a structured error body, where the thrower gave none: `NOT_FOUND`.
    var wireCode: String {
        rawValue.reduce(into: "") { text, letter in
            if letter.isUppercase { text += "_" }
            text += letter.uppercased()
        }
    }
}
