import CatalogCore
import HTTPTypes
import Hummingbird

/// Anything that was thrown, as what the client is told and what the log is told.
struct Failure: Sendable {
    let status: HTTPResponse.Status
    /// Safe for the client.
    let message: String
    let wireCode: String
    let details: [String: CatalogError.Detail]
    /// For the log.
    let cause: String?
    /// Header fields of this error.
    var headers: HTTPFields = [:]

    init(_ error: any Error) {
        switch error {
        case let error as CatalogError: self.init(error)
        case let error as RateLimitExceeded:
            self.init(
                CatalogError(
                    .rateLimited, ErrorText.rateLimited, details: ["retry_after": .integer(error.decision.resetSeconds)]
                ))
            headers[.retryAfter] = String(error.decision.resetSeconds)
        case let error as IncompleteBody:
            // The client's fault, or its line's: often nobody is left to hear it.
            let status: HTTPResponse.Status = error.isTooSlow ? .requestTimeout : .badRequest
            self.init(status: status, message: ErrorText.unreadable(status), code: .invalidArgument, "\(error)")
        case let error as any HTTPResponseError where error.status.code < 500:
            // Hummingbird's own refusals, for example of a body that ends too early.
            self.init(status: error.status, message: error.status.reasonPhrase, code: .invalidArgument, "\(error)")
        case is CancellationError: self.init(CatalogError(.cancelled, ErrorText.internalError, cause: "cancelled"))
        default: self.init(CatalogError.internalError("\(error)"))
        }
    }

    init(_ error: CatalogError) {
        status = error.code.status
        // What a bug or a broken disk has to say is not for the client.
        message = error.code.status == .internalServerError ? ErrorText.internalError : error.message
        if case .text(let code) = error.details["code"] { wireCode = code } else { wireCode = error.code.wireCode }
        details = error.details
        cause = error.cause
        if status == .rangeNotSatisfiable, case .integer(let size) = error.details["size"] {
            // The length that a client needs to ask better (RFC 9110 section 15.5.17).
            headers[.contentRange] = "bytes */\(size)"
        }
        if status == .serviceUnavailable || status == .tooManyRequests {
            if case .integer(let seconds) = error.details["retry_after"] {
                headers[.retryAfter] = String(seconds)
            } else {
                headers[.retryAfter] = String(Limits.retryAfterSeconds)
            }
        }
    }

    init(
        status: HTTPResponse.Status, message: String, code: CatalogError.Code = .invalidArgument, _ cause: String? = nil
    ) {
        self.status = status
        self.message = message
        wireCode = code.wireCode
        details = [:]
        self.cause = cause
    }

    /// No endpoint has this path: 404.
    static let routeNotFound = Failure(status: .notFound, message: ErrorText.routeNotFound, code: .notFound)

    /// An endpoint has this path, but not this method: 405.
    static func methodNotAllowed(allow: String) -> Failure {
        var failure = Failure(status: .methodNotAllowed, message: ErrorText.methodNotAllowed, code: .unsupported)
        failure.headers[.allow] = allow
        return failure
    }
}

extension HTTPField.Name {
    /// A name that is known to be one; a misspelt one would be a mistake in this file's neighbours, and is left out.
    static func known(_ text: String) -> HTTPField.Name {
        HTTPField.Name(text) ?? .server
    }
}
