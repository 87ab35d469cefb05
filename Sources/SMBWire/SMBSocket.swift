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
    /// - Parameter deadline: milliseconds without a byte; negative for ever.
    /// - Throws: `Broken`.
    package func send(_ frame: SMBFrame, deadline: Int32) throws {
        try frame.head.withUnsafeBytes { head in
            try frame.payload.withUnsafeBytes { try send(head, $0, deadline) }
        }
    }

    /// In one piece where there is room for it: the other side wakes up once.
    private func send(
        _ head: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer, _ deadline: Int32
    ) throws {
        var (head, payload) = (head, payload)
        while !head.isEmpty || !payload.isEmpty {
            let count = sendOnce(head, payload)
            if count < 0, errno == EAGAIN {
                try wait(POLLOUT, deadline)
                continue
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Broken(number: errno) }
            let ofHead = min(count, head.count)
            head = UnsafeRawBufferPointer(rebasing: head[ofHead...])
            payload = UnsafeRawBufferPointer(rebasing: payload[(count - ofHead)...])
        }
    }

    private func sendOnce(_ head: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) -> Int {
        var parts = [head, payload].map {
            iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
        }
        return parts.withUnsafeMutableBufferPointer { parts in
            var message = msghdr()
            message.msg_iov = parts.baseAddress
            message.msg_iovlen = parts.count
            return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
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
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let got = recv(descriptor, rest.baseAddress, rest.count, Int32(MSG_DONTWAIT))
            if got < 0, errno == EAGAIN {
                try wait(POLLIN, deadline)
                continue
            }
            if got < 0, errno == EINTR { continue }
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
