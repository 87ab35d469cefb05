/// Every limit of the product that is not a setting, with its unit and its reason.
package enum Limits {
    /// Rows of a page when the caller says nothing; clients rely on it.
    package static let pageRowsDefault = 100
    /// Rows of a page at most; a larger `limit` is clamped.
    package static let pageRowsMax = 1_000
    /// The text of a cursor, in bytes: that of the longest name.
    package static let cursorBytes = 4_096
    /// The same of hits, which may be sorted by path: three times Linux's PATH_MAX as Base64, and half of a request's head.
    package static let searchCursorBytes = 16 << 10
    /// Bytes of a JSON body; more is 413.
    package static let jsonBodyBytes = 1 << 20
    /// Header fields of one request: browsers send about twenty.
    package static let requestHeaderFields = 200
    /// Connections at once; more wait in the listener's queue. Each costs about 20 KiB and one descriptor.
    package static let connections = 8_192
    /// Users and addresses whose requests are counted at once; about 500 bytes each.
    package static let rateLimitKeys = 50_000
    /// Label sets of one metric: every endpoint with every method and class of status stays far below.
    package static let metricLabelSets = 2_000
    /// Seconds that a client should wait after a 503 whose end is not known.
    package static let retryAfterSeconds: Int64 = 5
    /// Nested arrays and objects in a JSON body: deeper documents exist only to exhaust the parser's stack.
    package static let jsonDepth = 32
    /// Bytes of one key in a JSON body: looking a key up normalises it, in time that grows with the square of the length
    /// of a pile of accents.
    package static let jsonKeyBytes = 1 << 10
    /// Bytes of a request head (method, path and header fields): a path may be 4,096 bytes of names, each percent-encoded.
    package static let requestHeadBytes = 32 << 10
    /// Bytes of one name: every file system we know stops at 255 bytes or 255 UTF-16 units (765 bytes of UTF-8).
    package static let nameBytes = 1_024
    /// Bytes of a path below its root: eight times Linux's PATH_MAX, since we open component by component where needed.
    package static let pathBytes = 32 << 10
    /// Directories inside each other: deeper trees are recorded as an error row and not entered.
    package static let directoryDepth = 4_096
    /// Entries of one directory: a listing is complete or fails, and this many take about 500 MiB while it is looked at.
    package static let directoryEntries = 5_000_000
    /// Bytes of one file, 1 PiB, and of all files of one storage root, 128 PiB: what is larger is a mistake or a lie, and sums of
    /// such numbers would not fit into the 64 bits that they have.
    package static let fileBytes: Int64 = 1 << 50
    package static let rootBytes: Int64 = 1 << 57
    /// Names of one directory that could not be looked at; more of them mean that the storage itself is failing.
    package static let directoryFailures = 10_000
    /// Patterns of one list (names to skip, include, exclude), and bytes of one: each is tried on every name of a scan.
    package static let namePatterns = 256
    package static let namePatternBytes = 1_024
    /// Bytes of a storage root's URL.
    package static let storageURLBytes = 8_192
    /// Bytes of a search query, and words in it: more is a client's mistake. A name of 255 bytes of which none is text has a
    /// text form of 1,275 bytes; hostile sequences of marks fold in the square of their length, 2 ms for this many.
    package static let searchQueryBytes = 2_048
    package static let searchWords = 16
    /// What the search index keeps in memory of answers that took a long look, in bytes: some hundred of them at five million
    /// names.
    package static let searchAnswersBytes = 8 << 20
    /// Password hashes that wait for a thread: each costs 19 MiB and 40 ms, so a longer queue only hides an attack.
    package static let passwordHashQueue = 32
    /// Characters of a username and of a new password.
    package static let usernameCharacters = 3...50
    package static let passwordCharacters = 8...128
    /// Bytes that a username, an e-mail address or a name of a person, and a password, may have before they are
    /// normalised: four times what acceptable ones have in any composition. Normalising takes time that grows with the
    /// square of the length of a pile of accents, so a longer text is refused first.
    package static let accountNameBytes = 1 << 10
    package static let passwordBytes = 2 << 10
    /// Characters of a person's name, bytes of a picture's address and of the settings that clients keep with a user.
    package static let profileFieldCharacters = 100
    /// API keys that one user may have.
    package static let apiKeysPerUser = 50
    package static let avatarURLBytes = 2_048
    package static let userSettingsBytes = 64 << 10
    /// Bytes kept of what a client says about its device, and of its `User-Agent`.
    package static let deviceInfoBytes = 4 << 10
    package static let userAgentBytes = 512
    /// Sessions of one user; a further login ends the oldest, so that a script that never logs out cannot fill the table.
    package static let sessionsPerUser = 100
    /// Bytes of a session token: ours have about 500, and a longer one is not worth a hash.
    package static let accessTokenBytes = 2_048
    /// Sessions and checked tokens kept in memory, about 1 KiB each.
    package static let callersCached = 4_096
    /// How long a process believes what it read about a session; half of the second in which a revocation must reach every
    /// process.
    package static let callerBelievedMicroseconds: Int64 = 500_000
    /// Live download links of one user, and how long one may live.
    package static let downloadLinksPerUser = 1_000
    package static let downloadLinkSeconds: ClosedRange<Int64> = 1...(30 * 86_400)
    /// Scans that may wait; one more is refused with 503.
    package static let scanQueue = 100
    /// Seconds that the removal of a storage root waits for its scan to stop: a listing of a slow storage may take some.
    package static let scanStopSeconds: Int64 = 20
    /// Scans of one root that are remembered, and how many of the newest keep their list of errors.
    package static let scansKept = 100
    package static let scansWithErrorsKept = 20
    /// Seconds until files that were seen by a scan of changes are compared with all others, together with what comes meanwhile.
    package static let hashDelaySeconds: Int64 = 600
    /// Directories that a scan of changes looks at; and how many may wait for such scans before one of the whole root takes them all.
    package static let watchedChanges = 500
    package static let watchedChangesWaiting = 5_000
    /// Scans kept of those that follow changes as they happen: there may be one every second, and they must not push the others out.
    package static let watchScansKept = 10
    /// Error rows kept for one scan; a root that cannot be read at all would otherwise write one per name.
    package static let scanErrorsKept = 10_000
    /// Days that a vanished entry keeps its row, and so its id, should it come back.
    package static let tombstoneDays = 90
    /// Live server-sent event streams for one user.
    package static let eventStreamsPerUser = 4
    /// Downloads of one user that are sent in pieces at the same time: each holds a connection, a descriptor and
    /// 256 KiB, and download managers open a tenth of that.
    package static let downloadsPerUser = 256
    /// Bytes of the files of one archive, unless the setting says otherwise: 5 GiB.
    package static let archiveBytes: Int64 = 5 << 30
    /// Members of one archive, and of all that one process builds at the same time; each takes about 60 bytes and its name.
    package static let archiveMembers = 1_000_000
    package static let archiveMembersAtOnce = 4_000_000
    /// Bytes of the names of one archive's members, without those of the directories above them.
    package static let archiveNameBytes = 128 << 20
    /// Files and directories that one request for an archive names, and how many of the unknown ones its refusal lists.
    package static let archiveChoices = 10_000
    package static let archiveChoicesListed = 100
    /// Bytes of a member's path in a zip archive: the format has 16 bits for it.
    package static let zipNameBytes = 65_535
    /// Checksums of members that wait to be written; those beyond are worked out again when somebody needs them.
    package static let archiveChecksumsNoted = 200_000
    /// Events that wait for one slow reader before it is told that it missed some.
    package static let eventBacklog = 256
    /// Copies that may wait as jobs, how many jobs copy at the same time in one process, and how many that are over are
    /// remembered.
    package static let copyQueue = 100
    package static let copyJobsAtOnce = 2
    package static let copiesKept = 1_000
    /// Copies that clients wait for at the same time; each has a thread to itself until it is done.
    package static let copiesAtOnce = 4
    /// Parts of a form, bytes of the head of one, of a field that is no file, and of blanks behind a boundary: an upload has three
    /// parts, and the longest of its fields is a path.
    package static let multipartParts = 32
    package static let multipartHeadBytes = 8 << 10
    package static let multipartFieldBytes = 128 << 10
    package static let multipartPaddingBytes = 64
    /// Bytes of an upload that are gathered before a storage gets them.
    package static let uploadPieceBytes = 1 << 20
    /// Scans of a few directories that have places of their own beside those of whole roots, and seconds after which one of a whole root
    /// that found none looks again.
    package static let smallScansAtOnce = 2
    package static let scanSlotSeconds: Int64 = 2
    /// Roots whose files are read for hashes at the same time in one process, and files of one root: a disk that turns gains from a few,
    /// and downloads keep most of the threads for storages.
    package static let hashJobsAtOnce = 2
    package static let hashFilesAtOnce = 4
    /// Seconds after which a root that had to wait for others looks whether it may be read now.
    package static let hashSlotSeconds: Int64 = 30
    /// Files that a hash job looks up at once, each about 200 bytes, with fewer to begin with, and of how many, or after how many
    /// bytes, it writes what it has read: that much is read again after a kill.
    package static let hashBatchFiles = 4_096
    package static let hashFirstBatchFiles = 512
    package static let hashesPerTransaction = 1_024
    package static let hashBytesPerTransaction: Int64 = 256 << 20
    /// Such transactions that one job has under way, while it reads on.
    package static let hashTransactionsAtOnce = 2
    /// Bytes of a day's budget that are noted before they are read: so much of the day a kill may cost.
    package static let hashBytesTakenAhead: Int64 = 64 << 20
    /// The same where a day has no budget: after so many bytes a job sees that somebody has given the root one. Each time it waits
    /// until what was read before is written.
    package static let hashBytesBetweenLooks: Int64 = 512 << 20
    /// Bytes that a storage root may have read for hashes in a day at least: less than both ends of a file would never do.
    package static let hashBudgetMin: Int64 = 1 << 20
    /// Files of a root, and bytes of theirs, that are read with one change of threads.
    package static let hashFilesInARow = 32
    package static let hashBytesInARow: Int64 = 4 << 20
    /// Files whose beginning a hash job need not read again, since it keeps the state after it: each 700 bytes.
    package static let hashBeginningsKept = 16_384
    /// Files that a hash job compares by their ends without the database, and as many that it finds in that way: each some 300 bytes.
    package static let hashCollisionsKept = 16_384
    /// Names of files that are shown of one group of duplicates, and of all groups of an answer; and how many are looked at to find those
    /// that somebody may see.
    package static let duplicateNamesShown = 100
    package static let duplicateNamesOfAnswer = 10_000
    package static let duplicateNamesLookedAt = 1_000
    /// Names of files, and groups of equal ones, that one plan to remove duplicates holds; names of one group, beyond which the group is
    /// left out; and rules that say which file stays, with storage roots of one of them and characters of a path.
    package static let duplicatePlanFiles = 500_000
    package static let duplicatePlanGroups = 200_000
    package static let duplicatePlanGroupFiles = 10_000
    package static let duplicatePlanRules = 10
    package static let duplicatePlanRoots = 1_000
    /// Groups that are decided about at once while a plan is made; plans that one process makes at the same time.
    package static let duplicatePlanGroupsAtOnce: Int64 = 200
    package static let duplicatePlansAtOnce = 2
    /// Plans of one user that are kept, and for how long; and how long one may be applied.
    package static let duplicatePlansKept = 5
    package static let duplicatePlanKeptMicroseconds: Int64 = 7 * 86_400_000_000
    package static let duplicatePlanMicroseconds: Int64 = 86_400_000_000
    /// Rows of a plan that one statement deletes, names whose places are compared at once before one is applied, and files that are looked
    /// up at once meanwhile.
    package static let duplicatePlanRowsAtOnce: Int64 = 10_000
    package static let duplicatePlanPlacesAtOnce: Int64 = 1_000
    package static let duplicatePlanFilesAtOnce = 64
    /// Plans that are applied at the same time in one process.
    package static let duplicateRemovalsAtOnce = 1
    /// Sums for scopes, and answers about redundancy, that a process remembers while the catalog stays as it is.
    package static let partialTalliesKept = 32
    package static let redundancyAnswersKept = 8
    package static let directoryDuplicatesKept = 8
    /// Hash jobs of one root that are remembered.
    package static let hashRunsKept = 20
    /// Seconds for which a copy job tries again while a storage is away, since it last came further.
    package static let copyPatienceSeconds: Int64 = 3_600
    /// How long a file that was sent stays open for the next range of it, and how many stay open: a player asks again
    /// within the second, and an idle disk must be free to be unmounted soon.
    package static let openFileMicroseconds: Int64 = 2_000_000
    package static let openFilesKept = 256
    /// Connections to the server of one remote storage root, for listings; some protocols have as many again for the bytes of files.
    package static let connectionsPerRoot = 32
    /// Seconds after which a remote storage that does not answer counts as away, unless its root says otherwise.
    package static let storageTimeoutSeconds: Int64 = 10
    /// Bytes that the slowest disk of a server writes in a second: so much longer may it be silent before it says that it has them.
    package static let slowestDiskBytes: Int64 = 4 << 20
    /// Looks at servers that are no storage roots, at the same time: each has a process of its own, and more of them are a scan of
    /// somebody's network.
    package static let discoveriesAtOnce = 4
    /// Addresses of one name that such a look tries, with three seconds for each.
    package static let discoveryAddresses = 4
    /// Seconds that the answer of such a server may take in all, however often it sends a little.
    package static let discoverySeconds: Int64 = 30
    /// Shares of a server, and entries of a directory, that are taken from it.
    package static let discoveryShares = 10_000
    package static let discoveryEntries = 50_000
    /// Bytes of a host's name (RFC 1035 section 2.3.4), and of a share's, which Windows cuts at 80 characters.
    package static let hostBytes = 253
    package static let shareBytes = 320
    /// Bytes that one question to a remote storage asks for.
    package static let storageReadBytes = 1 << 20
    /// Bytes of the names and values of a root's options: a certificate is the longest of them.
    package static let storageOptionBytes = 64 << 10
    /// Seconds without one byte accepted by the client before a download is cut.
    package static let writeStallSeconds: Int64 = 60
    /// Seconds that a client may take for the head of a request.
    package static let requestHeadSeconds: Int64 = 15
    /// Seconds after which the body of a request must have come at this rate on average: a modem is faster.
    package static let requestBodySeconds: Int64 = 30
    package static let requestBodyBytesPerSecond: Int64 = 1_024
    /// Bytes of a request body that nobody wants which are read so that the connection can go on; a new one costs less
    /// than reading more.
    package static let unreadBodyBytes = 64 << 10
    /// How long, and for how many bytes, a client may go on sending after the last answer on its connection: closing at
    /// once would destroy the answer on its way.
    package static let hangUpSeconds: Int64 = 2
    package static let hangUpBytes = 8 << 20
    /// Seconds that one check of a probe may take: probers wait for about ten.
    package static let healthCheckSeconds: Int64 = 2
    /// Seconds that an idle connection is kept.
    package static let idleConnectionSeconds: Int64 = 75
    /// Seconds from SIGTERM until running work must have stopped.
    package static let shutdownSeconds: Int64 = 8
    /// Bytes of log lines that wait for whoever reads standard error: some thousand requests.
    package static let logBacklogBytes = 1 << 20
    /// Bytes of a settings or secret file: anything larger is the wrong file.
    package static let settingsFileBytes = 1 << 20
    /// Directories inside each other that the sweep of temporary files enters; the server itself makes two.
    package static let temporaryDepth = 32
}
