extension CurlStreams {
    /// How a protocol asks for a file.
    package struct Dialect: Sendable {
        /// Makes a connection.
        package let connect: @Sendable () throws -> CurlConnection
        /// The request for a file from an offset on: so many bytes, or all.
        package let request: @Sendable (_ path: [UInt8], _ offset: Int64, _ count: Int?) -> CurlRequest
        /// Called with the first bytes of an answer there: how many bytes to drop first, where the server began earlier.
        /// Throws when it is no part of a file with so many bytes.
        package let begin: Begin
        /// Shape of `begin`; bytes.
        package typealias Begin =
            @Sendable (_ answer: CurlConnection.Answer, _ offset: Int64, _ fileBytes: Int64) throws -> Int64
        /// Whether a part of a file can be asked for without the rest of it.
        package let knowsParts: Bool

        /// - Parameter knowsParts: whether `request` heeds the count.
        package init(
            knowsParts: Bool, connect: @escaping @Sendable () throws -> CurlConnection,
            request: @escaping @Sendable (_ path: [UInt8], _ offset: Int64, _ count: Int?) -> CurlRequest,
            begin: @escaping Begin
        ) {
            (self.knowsParts, self.connect, self.request, self.begin) = (knowsParts, connect, request, begin)
        }
    }
}
