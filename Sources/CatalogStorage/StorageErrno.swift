package import CatalogCore
import Glibc

extension CatalogError {
    /// What the error number of a call on a path below a storage root means, whoever made the call: the system or a library that
    /// speaks like it.
    ///
    /// - Parameters:
    ///   - number: positive.
    ///   - cause: for the log: what was tried, with which path.
    /// - Returns: what callers throw; `.storageUnavailable` for what says nothing of the path.
    package static func storage(errno number: Int32, cause: String) -> CatalogError {
        switch number {
        case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP: CatalogError(.notFound, "Path not found", cause: cause)
        case EACCES, EPERM: CatalogError(.permissionDenied, "The storage refuses access", cause: cause)
        case EROFS: CatalogError(.permissionDenied, "The storage is read-only", cause: cause)
        case EEXIST: CatalogError(.alreadyExists, "Path already exists", cause: cause)
        case ENOTEMPTY: CatalogError(.conflict, "Directory is not empty", cause: cause)
        case EISDIR: CatalogError(.conflict, "Path is a directory", cause: cause)
        // No call on a path gives this one by itself; ours do for a file that has another length than the one who writes thinks.
        case ESPIPE: CatalogError(.conflict, "The file is not as long as it was", cause: cause)
        case ENOSPC, EDQUOT: CatalogError(.insufficientStorage, "The storage is full", cause: cause)
        case EFBIG: CatalogError(.insufficientStorage, "The file is too large for this storage", cause: cause)
        case EMFILE, ENFILE, ENOMEM: CatalogError(.unavailable, "The server is busy", cause: cause)
        default: CatalogError(.storageUnavailable, "Storage unavailable", cause: cause)
        }
    }
}
