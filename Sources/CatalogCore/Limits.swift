/// Every limit of the product that is not a setting, with its unit and its reason.
package enum Limits {
    /// Rows of a page when the caller says nothing (`api.md`).
    package static let pageRowsDefault = 100
    /// Rows of a page at most; a larger `limit` is clamped.
    package static let pageRowsMax = 1_000
    /// Bytes of a JSON body; more is 413 (ruling 7).
    package static let jsonBodyBytes = 1 << 20
    /// Nested arrays and objects in a JSON body: deeper documents exist only to exhaust the parser's stack.
    package static let jsonDepth = 32
    /// Bytes of a request head (method, path and header fields): a path may be 4,096 bytes of names, each percent-encoded.
    package static let requestHeadBytes = 32 << 10
    /// Bytes of one name: every file system we know stops at 255 bytes or 255 UTF-16 units (765 bytes of UTF-8).
    package static let nameBytes = 1_024
    /// Bytes of a path below its root: eight times Linux's PATH_MAX, since we open component by component where needed.
    package static let pathBytes = 32 << 10
    /// Directories inside each other: deeper trees are recorded as an error row and not entered.
    package static let directoryDepth = 4_096
    /// Bytes of a search query, and words in it: more is a client's mistake.
    package static let searchQueryBytes = 1_024
    package static let searchWords = 16
    /// Password hashes that wait for a thread: each costs 19 MiB and 40 ms, so a longer queue only hides an attack.
    package static let passwordHashQueue = 32
    /// Scans that may wait (`schemas.md` 3.1).
    package static let scanQueue = 100
    /// Error rows kept for one scan; a root that cannot be read at all would otherwise write one per name.
    package static let scanErrorsKept = 10_000
    /// Days that a vanished entry keeps its row, and so its id (ruling 38).
    package static let tombstoneDays = 90
    /// Live server-sent event streams for one user.
    package static let eventStreamsPerUser = 4
    /// Events that wait for one slow reader before it is told that it missed some.
    package static let eventBacklog = 256
    /// Seconds without one byte accepted by the client before a download is cut.
    package static let writeStallSeconds: Int64 = 60
    /// Seconds that a client may take for the head of a request.
    package static let requestHeadSeconds: Int64 = 15
    /// Seconds that an idle connection is kept.
    package static let idleConnectionSeconds: Int64 = 75
    /// Seconds from SIGTERM until running work must have stopped.
    package static let shutdownSeconds: Int64 = 8
    /// Bytes of a settings or secret file: anything larger is the wrong file.
    package static let settingsFileBytes = 1 << 20
    /// Directories inside each other that the sweep of temporary files enters; the server itself makes two.
    package static let temporaryDepth = 32
}
