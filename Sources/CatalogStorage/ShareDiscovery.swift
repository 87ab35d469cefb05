package import CatalogCore

/// Looks at servers of shares that are no storage roots, as somebody does who is about to make one.
///
/// Every call blocks and belongs on a thread of a `BlockingPool`; each logs in anew, and nothing stays open after it. What a
/// server says is not believed: its answers are bounded in size and in time.
package protocol ShareDiscovery: Sendable {
    /// What the server offers, in its order.
    ///
    /// - Throws: `DiscoveryFailure`; `CatalogError` for what is wrong on our side.
    func shares(of server: ShareServer) throws -> [FoundShare]

    /// Logs in to a share.
    ///
    /// - Throws: as `shares(of:)`.
    func reach(_ share: String, of server: ShareServer) throws

    /// What a directory of a share holds, in any order.
    ///
    /// - Throws: as `shares(of:)`.
    func list(_ directory: StoragePath, in share: String, of server: ShareServer) throws -> [FoundEntry]
}

/// A server, and who logs in to it.
package struct ShareServer: Sendable {
    /// A name or an address, without brackets.
    package let host: String
    package let port: Int
    /// Nil for guests.
    package let credentials: StorageCredentials?

    package init(host: String, port: Int, credentials: StorageCredentials?) {
        self.host = host
        self.port = port
        self.credentials = credentials
    }
}

/// Something that a server shares.
package struct FoundShare: Sendable {
    /// The raw values are the API's.
    package enum Kind: String, Sendable, CaseIterable {
        case disk, printer, ipc, device
    }

    /// As the server writes it, without its own name.
    package let name: String
    /// What can be done with it.
    package let kind: Kind
    /// What its owner says of it; nil for nothing.
    package let comment: String?

    package init(name: String, kind: Kind, comment: String?) {
        self.name = name
        self.kind = kind
        self.comment = comment
    }
}

/// A file or a directory in a share.
package struct FoundEntry: Sendable {
    /// Without the path.
    package let name: [UInt8]
    /// Whether it holds others.
    package let isDirectory: Bool
    /// Bytes; 0 for directories.
    package let sizeBytes: Int64
    /// Nanoseconds since 1970; 0 when unknown.
    package let modifiedNS: Int64

    package init(name: [UInt8], isDirectory: Bool, sizeBytes: Int64, modifiedNS: Int64) {
        self.name = name
        self.isDirectory = isDirectory
        self.sizeBytes = sizeBytes
        self.modifiedNS = modifiedNS
    }
}

/// Why a look at a server led to nothing.
package struct DiscoveryFailure: Error {
    /// What kind of failure it is, as far as callers tell them apart.
    package enum Reason: Sendable {
        /// The server may not be asked at all.
        case forbiddenNetwork
        /// It is away, silent, or something else than was asked for.
        case unreachable
        /// It refuses the name or the password, or a guest.
        case loginRefused
        /// It shows this directory to others only.
        case directoryRefused
        case noShare
        case noDirectory
        /// There is a file.
        case notDirectory
        /// More than is taken from a server that nobody vouches for.
        case tooMuch
    }

    /// What callers tell apart.
    package let reason: Reason
    /// What is wrong and what to do, for the person who asked; no secret is in it.
    package let message: String
    /// For the log.
    package let cause: String?

    package init(_ reason: Reason, _ message: String, cause: String? = nil) {
        self.reason = reason
        self.message = message
        self.cause = cause
    }
}
