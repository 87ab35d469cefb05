extension CurlStreams {
    /// Whoever reads a file. Its connections are others' when it is let go.
    package final class Owner: Sendable {
        let number: Int
        let streams: CurlStreams

        init(number: Int, _ streams: CurlStreams) {
            (self.number, self.streams) = (number, streams)
        }

        deinit { streams.leave(number) }
    }
}
