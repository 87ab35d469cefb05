/// The one error that services and stores throw on purpose: a code from a closed list, a text that is safe to show, and a
/// cause that only the log sees.
package struct CatalogError: Error, Sendable {
    /// What went wrong, as a closed vocabulary; `HTTP/ErrorMiddleware` maps each case to a status.
    package enum Code: String, Sendable, CaseIterable {
        case invalidArgument
        case unauthenticated
        case permissionDenied
        case notFound
        case alreadyExists
        case conflict
        case gone
        case tooLarge
        case unsupportedMediaType
        case rangeNotSatisfiable
        case preconditionFailed
        case rateLimited
        case unsupported
        case storageUnavailable
        case unavailable
        case timedOut
        case insufficientStorage
        case cancelled
        case dataLoss
        case internalError
    }

    /// What went wrong; the status of the response follows from it.
    package let code: Code
    /// Shown to the client as it stands: no path of the server, no SQL, no driver text.
    package let message: String
    /// Extra members of the error body, beside `error` (for example `job_id` of a scan that is already running).
    package let details: [String: Detail]
    /// For the log only.
    package let cause: String?

    /// A value beside `error` in an error body.
    package enum Detail: Sendable, Equatable {
        case text(String)
        case integer(Int64)
        case list([String])
    }

    /// - Parameters:
    ///   - code: what went wrong.
    ///   - message: safe for the client.
    ///   - details: extra members of the body.
    ///   - cause: for the log.
    package init(_ code: Code, _ message: String, details: [String: Detail] = [:], cause: String? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.cause = cause
    }

    /// A failure that the client can do nothing about: its text is always the same.
    package static func internalError(_ cause: String) -> CatalogError {
        CatalogError(.internalError, "Internal server error", cause: cause)
    }
}

extension CatalogError: CustomStringConvertible {
    package var description: String {
        "\(code.rawValue): \(message)" + (cause.map { " (\($0))" } ?? "")
    }
}
