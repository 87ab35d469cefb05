import CLibPQ
import CatalogCore
import Glibc

// What a server and a client tell each other outside of statements: rows of COPY, and signals.

// MARK: - COPY

extension PostgresLink {
    /// Bytes of COPY data in one message.
    private static let copyChunkBytes = 1 << 16

    /// Begins to fill a table by COPY.
    func beginCopy(_ statement: String) throws {
        try finishUnread()
        try send(PQsendQuery(handle, statement))
        try flush()
        let start = try nextResult()
        guard let start else { throw lost("no answer to COPY") }
        defer { PQclear(start) }
        guard PQresultStatus(start) == PGRES_COPY_IN else {
            let failure = PostgresFailure(result: start)
            try drain()
            throw failure
        }
    }

    /// Sends data of a COPY, no faster than the server takes it.
    func putCopy(_ data: UnsafeRawBufferPointer) throws {
        var offset = 0
        while offset < data.count {
            let count = min(Self.copyChunkBytes, data.count - offset)
            let chunk = UnsafeRawBufferPointer(rebasing: data[offset..<(offset + count)])
            switch PQputCopyData(handle, chunk.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(count)) {
            case 1:
                offset += count
                // Otherwise libpq keeps what the server does not take yet, however much it is.
                try flush()
            case 0: try wait(for: POLLIN | POLLOUT)
            default: throw lost()
            }
        }
    }

    /// Waits until the table has everything.
    func endCopy() throws {
        while PQputCopyEnd(handle, nil) == 0 { try wait(for: POLLIN | POLLOUT) }
        _ = try lastResult()
    }

    /// Ends a COPY in the middle: nothing of it stays.
    func abandonCopy() throws {
        while PQputCopyEnd(handle, "given up") == 0 { try wait(for: POLLIN | POLLOUT) }
        try flush()
        try drain()
    }
}

// MARK: - Signals

extension PostgresLink {
    /// The texts that came on channels that this connection listens to; waits at most so long for the first.
    func notifications(within milliseconds: Int32) throws -> [String] {
        var entry = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        if poll(&entry, 1, milliseconds) > 0 {
            guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else { throw lost() }
        }
        var texts: [String] = []
        while let found = PQnotifies(handle) {
            texts.append(String(cString: found.pointee.extra))
            PQfreemem(found)
        }
        return texts
    }
}
