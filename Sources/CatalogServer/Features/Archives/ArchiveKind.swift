import CatalogCore

/// The form of an archive.
enum ArchiveKind: Sendable, Equatable {
    /// Members as they are: the length of the archive, and what is where in it, follow from the catalog.
    case storedZip
    case deflatedZip
    case tar
    case tarGzip

    /// - Parameters:
    ///   - format: as requests have it; nil for the default.
    ///   - compression: of a zip; nil for the default.
    /// - Throws: `CatalogError.invalidArgument` for what there is not.
    init(format: String?, compression: String?) throws {
        guard let isDeflated = [nil: false, "": false, "none": false, "deflate": true][compression] else {
            throw CatalogError(.invalidArgument, "Invalid compression. Supported: none, deflate")
        }
        switch format ?? "zip" {
        case "", "zip": self = isDeflated ? .deflatedZip : .storedZip
        case "tar" where !isDeflated: self = .tar
        case "tar.gz" where !isDeflated: self = .tarGzip
        case "tar", "tar.gz": throw CatalogError(.invalidArgument, "Only zip archives take compression=deflate")
        default: throw CatalogError(.invalidArgument, "Invalid format. Supported: zip, tar, tar.gz")
        }
    }

    var fileExtension: String {
        switch self {
        case .storedZip, .deflatedZip: "zip"
        case .tar: "tar"
        case .tarGzip: "tar.gz"
        }
    }

    var contentType: String {
        switch self {
        case .storedZip, .deflatedZip: "application/zip"
        case .tar: "application/x-tar"
        case .tarGzip: "application/gzip"
        }
    }

    /// Where every byte of such an archive is; nil when that shows only while it is made.
    ///
    /// - Throws: `CatalogError.invalidArgument` when the format has no room for a member.
    func layout(of members: ArchiveMembers) throws -> (any ArchiveLayout)? {
        switch self {
        case .storedZip: try ZipLayout(members)
        case .tar: TarLayout(members)
        case .deflatedZip: try ZipLayout.checkNames(of: members)
        case .tarGzip: nil
        }
    }
}
