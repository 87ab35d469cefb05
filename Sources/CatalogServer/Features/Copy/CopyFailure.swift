import CatalogCore
import CatalogStorage

/// What a client is told of a copy that failed: the reason of a storage goes to the log, never its paths.
enum CopyFailure {
    static func shown(_ error: any Error) -> any Error {
        guard let error = error as? CatalogError else { return error }
        return switch error.code {
        // The hash of what was written is another one: the storage or the way to it is broken, not the request.
        case .dataLoss where error.isCorruptCopy:
            CatalogError(
                .storageUnavailable, "The copy does not have the content of its source and was removed",
                cause: error.description)
        // Its answers cannot be read.
        case .storageUnavailable, .dataLoss:
            CatalogError(.storageUnavailable, "Storage unavailable", cause: error.description)
        case .notFound where error.message == "Path not found":
            CatalogError(.notFound, "Destination not found", cause: error.description)
        default: error
        }
    }
}
