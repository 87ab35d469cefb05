import CatalogCore

/// What a client is told of a copy that failed: the reason of a storage goes to the log, never its paths.
enum CopyFailure {
    static func shown(_ error: any Error) -> any Error {
        guard let error = error as? CatalogError else { return error }
        return switch error.code {
        case .storageUnavailable:
            CatalogError(.storageUnavailable, "Storage unavailable", cause: error.description)
        // The hash of what was written is another one: the storage or the way to it is broken, not the request.
        case .dataLoss:
            CatalogError(
                .storageUnavailable, "The copy does not have the content of its source and was removed",
                cause: error.description)
        case .notFound where error.message == "Path not found":
            CatalogError(.notFound, "Destination not found", cause: error.description)
        default: error
        }
    }
}
