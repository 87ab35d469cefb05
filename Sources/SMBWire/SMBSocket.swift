import Glibc

/// One end of the socket between the server and its helper.
package struct SMBSocket: Sendable {
    /// A peer that is gone, does not answer in time, or says what is no frame.
    package struct Broken: Error {
        /// The errno.
        package let number: Int32
    }

    private let descriptor: Int32

    /// - Parameter descriptor: open as long as the value is used.
    package init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Sends a frame.
    ///
    /// - Parameter deadline: milliseconds for all of it; negative for ever.
    /// - Throws: `Broken`.
    package func send(_ frame: SMBFrame, deadline: Int32) throws {
        try write(frame.head, deadline)
        try write(frame.payload, deadline)
    }

    /// Receives a frame.
    ///
    /// - Parameter deadline: milliseconds without a byte; negative for ever.
    /// - Throws: `Broken`.
    package func receive(deadline: Int32) throws -> SMBFrame {
        guard let (frame, count) = SMBFrame.parse(head: try read(SMBFrame.headBytes, deadline)) else {
            throw Broken(number: EPROTO)
        }
        var whole = frame
        whole.payload = try read(count, deadline)
        return whole
    }

    private func write(_ bytes: [UInt8], _ deadline: Int32) throws {
        var sent = 0
        while sent < bytes.count {
            try wait(POLLOUT, deadline)
            let count = bytes.withUnsafeBytes { raw in
                Glibc.send(descriptor, raw.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { throw Broken(number: errno) }
            sent += count
        }
    }

    /// Receives a frame whose payload goes into `target`, as far as there is room; of an error the payload is dropped.
    ///
    /// - Returns: the frame without its payload, and how many bytes of `target` are filled.
    /// - Throws: `Broken`, also for more bytes than there is room.
    package func receive(
        into target: UnsafeMutableRawBufferPointer, deadline: Int32
    ) throws -> (frame: SMBFrame, count: Int) {
        guard let (frame, count) = SMBFrame.parse(head: try read(SMBFrame.headBytes, deadline)), count <= target.count
        else { throw Broken(number: EPROTO) }
        try fill(UnsafeMutableRawBufferPointer(rebasing: target[..<count]), deadline)
        return (frame, count)
    }

    private func read(_ count: Int, _ deadline: Int32) throws -> [UInt8] {
        var failure: (any Error)?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do {
                try fill(UnsafeMutableRawBufferPointer(buffer), deadline)
                filled = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer, _ deadline: Int32) throws {
        var filled = 0
        while filled < buffer.count {
            try wait(POLLIN, deadline)
            let got = recv(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled, 0)
            if got < 0, errno == EINTR || errno == EAGAIN { continue }
            guard got > 0 else { throw Broken(number: got == 0 ? EPIPE : errno) }
            filled += got
        }
    }

    private func wait(_ event: Int32, _ deadline: Int32) throws {
        var waiting = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        while true {
            let ready = poll(&waiting, 1, deadline)
            if ready > 0 { return }
            if ready < 0, errno == EINTR { continue }
            throw Broken(number: ready == 0 ? ETIMEDOUT : errno)
        }
    }
}
