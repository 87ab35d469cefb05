import CatalogCore

/// On how many storage roots contents are, as far as somebody may see that.
struct Redundancy: Sendable {
    /// Contents with the files that have them.
    struct Share: Sendable, Equatable {
        /// Different contents.
        var contents: Int64 = 0
        /// Files that have them; one with several names is one file.
        var files: Int64 = 0
        /// Bytes of one file of each content.
        var bytes: Int64 = 0
        /// Bytes of all files.
        var totalBytes: Int64 = 0

        static func + (one: Share, other: Share) -> Share {
            Share(
                contents: one.contents + other.contents, files: one.files + other.files,
                bytes: one.bytes + other.bytes, totalBytes: one.totalBytes + other.totalBytes)
        }
    }

    /// Files and their bytes.
    struct Files: Sendable, Equatable {
        var files: Int64 = 0
        var bytes: Int64 = 0
    }

    /// One storage root.
    struct Root: Sendable {
        let name: String
        let id: RootID
        /// Whether its files are looked at for duplicates; nothing is known of others.
        let isExamined: Bool
        /// Every file that is not empty.
        var all = Files()
        /// What is on no other root.
        var only = Share()
        /// Files whose content is on another root too.
        var shared = Files()
        /// Files that may be like another one and were not read yet.
        var pending = Files()
    }

    /// Contents that are on one root, on two, on three, on more.
    var places = [Share](repeating: Share(), count: Redundancy.placesMax)
    var roots: [Root]

    /// The last one stands for more too.
    static let placesMax = 4
}
