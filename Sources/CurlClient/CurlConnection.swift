import CCurl
import CatalogCore
import Synchronization

/// One handle of libcurl with its connections, which one thread at a time may use: whole exchanges, or one stream of bytes in
/// either direction.
package final class CurlConnection: @unchecked Sendable {
    /// Bytes a second below which a server counts as silent: one that drips is no better.
    static let silentBelow = 200
    static let bufferBytes = 512 << 10
    /// Of an answer that is taken as a whole, such as the longest listing that a catalog takes; and how long it may take in all,
    /// in microseconds: half an hour.
    private static let bodyBytesMax = Limits.directoryEntries * 400
    private static let exchangePatience: Int64 = 1_800_000_000

    let handle: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    let server: CurlServer
    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    let sockets = CurlSockets()
    let pin: UnsafeMutablePointer<UInt8>
    /// Of the transfer that runs, with the lists that the library does not copy.
    private var exchange: CurlExchange?
    var lists: [UnsafeMutablePointer<curl_slist>] = []

    /// Makes a handle; nothing is connected yet.
    ///
    /// - Throws: `CatalogError.unavailable` when there is no memory.
    package init(_ server: CurlServer) throws {
        _ = Self.isLibraryReady
        guard let handle = curl_easy_init(), let multi = curl_multi_init() else {
            throw CatalogError(.unavailable, "The server is busy", cause: "no memory for libcurl")
        }
        (self.handle, self.multi, self.server) = (handle, multi, server)
        pin = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)
        pin.initialize(repeating: 0, count: 32)
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        configure()
    }

    deinit {
        stop()
        sockets.cut()
        curl_multi_cleanup(multi)
        curl_easy_cleanup(handle)
        errorText.deallocate()
        pin.deallocate()
    }

    private static let isLibraryReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    // MARK: Whole exchanges

    /// What a server said.
    package struct Answer: Sendable {
        /// The last reply's number, of HTTP or FTP; 0 for none.
        package let status: Int
        /// Lines of all heads, as they came.
        package let head: [UInt8]
    }

    /// Runs an exchange to its end.
    ///
    /// - Parameters:
    ///   - onBody: called with the answer's body as it comes, with the status; what it throws ends the exchange.
    ///   - onWait: called at least each second; what it throws ends the exchange.
    /// - Throws: `CurlFailure`; what `onBody` and `onWait` throw.
    package func perform(
        _ request: CurlRequest, onBody: (Int, UnsafeRawBufferPointer) throws -> Void = { _, _ in },
        onWait: () throws -> Void = {}
    ) throws -> Answer {
        try withoutActuallyEscaping(onBody) { onBody in
            let exchange = CurlExchange()
            let end = TimeSource.monotonic.now + Self.exchangePatience
            var bodyBytes = 0
            exchange.onBody = { [unowned self] bytes in
                bodyBytes += bytes.count
                guard bodyBytes <= Self.bodyBytesMax, TimeSource.monotonic.now < end else { throw Self.endless }
                try onBody(status, bytes)
            }
            defer { exchange.onBody = nil }
            try begin(request, exchange)
            defer { stop() }
            _ = try run {
                try onWait()
                return false
            }
            return Answer(status: status, head: exchange.head)
        }
    }

    private static let endless = CatalogError(.tooLarge, "The server does not come to the end of its answer")

    // MARK: Streams

    /// Starts a download that `receive` takes piece by piece; what ran before ends.
    package func startReceiving(_ request: CurlRequest) throws {
        stop()
        try begin(request, CurlExchange())
    }

    /// Lets the library do what it can without waiting: above all, send what there is to send.
    ///
    /// - Throws: `CurlFailure`.
    package func sendOn() throws {
        var running: Int32 = 0
        guard curl_multi_perform(multi, &running) == CURLM_OK else {
            throw CurlFailure(CURLE_FAILED_INIT, "libcurl cannot go on")
        }
    }

    /// Fills `buffer`, or less of it at the end.
    ///
    /// - Throws: `CurlFailure`, after which the stream is over.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let exchange else { return 0 }
        exchange.offer(buffer)
        defer { exchange.withdraw() }
        if exchange.isTargetFull || isDone { return exchange.filled }
        do {
            try proceed(exchange)
            isDone = try run { exchange.isTargetFull }
        } catch {
            stop()
            throw error
        }
        return exchange.filled
    }

    /// Ends a download of which everything that is wanted has come: when nothing else does, the connection can be used again.
    package func finishReceiving() throws {
        guard let exchange, !isDone else { return }
        isDone = try run { exchange.isPaused }
    }

    /// What the server has said so far.
    package var answer: Answer { Answer(status: status, head: exchange?.head ?? []) }

    /// Starts an upload whose bytes come by `send`; what ran before ends.
    package func startSending(_ request: CurlRequest) throws {
        stop()
        let exchange = CurlExchange()
        // What the server says beside its status.
        exchange.onBody = { _ in }
        try begin(request, exchange)
    }

    /// Waits until the server takes bytes, or says that it does not.
    ///
    /// - Throws: `CurlFailure`, after which the stream is over.
    package func waitUntilTaken() throws {
        guard let exchange, !isDone else { return }
        do { isDone = try run { exchange.isPaused } } catch {
            stop()
            throw error
        }
    }

    /// Hands over bytes.
    ///
    /// - Throws: `CurlFailure`, after which the stream is over.
    package func send(_ bytes: UnsafeRawBufferPointer) throws {
        guard let exchange, !isDone else { throw CurlFailure(CURLE_SEND_ERROR, "the upload has ended before") }
        exchange.send(bytes)
        defer { exchange.withdraw() }
        do {
            try proceed(exchange)
            isDone = try run { exchange.isSourceEmpty }
            // A server that answers in the middle wants no more.
            guard !isDone || exchange.isSourceEmpty else {
                throw CurlFailure(CURLE_UPLOAD_FAILED, "the server stopped it")
            }
        } catch {
            stop()
            throw error
        }
    }

    /// Says that all bytes are there, and waits for the server's answer.
    ///
    /// - Throws: `CurlFailure`.
    package func finishSending() throws -> Answer {
        guard let exchange else { throw CurlFailure(CURLE_SEND_ERROR, "the upload has ended before") }
        defer { stop() }
        exchange.isSourceEnded = true
        bePatient(afterBytes: exchange.sentBytes)
        if !isDone {
            try proceed(exchange)
            _ = try run { false }
        }
        return Answer(status: status, head: exchange.head)
    }

    /// Ends what runs, whatever state it is in.
    package func stop() {
        guard exchange != nil else { return }
        curl_multi_remove_handle(multi, handle)
        exchange = nil
        isDone = false
        for list in lists { curl_slist_free_all(list) }
        lists = []
    }

    // MARK: The library

    private var isDone = false

    /// FTP: the directory that the login leads to; empty when the server does not say.
    package var entryPath: [UInt8] {
        var text: UnsafePointer<CChar>?
        _ = catalog_curl_get_text(handle, CURLINFO_FTP_ENTRY_PATH, &text)
        return text.map { Array(String(cString: $0).utf8) } ?? []
    }

    private var status: Int {
        var status = 0
        _ = catalog_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    /// Runs the transfer until it has ended or `isEnough` says so.
    ///
    /// Between two steps of FTP the library now and then waits for a connection that it does not watch, and then nothing wakes it.
    /// So the first waits are short, and each that ends without any event is twice as long as the one before.
    ///
    /// - Returns: whether it has ended.
    private func run(until isEnough: () throws -> Bool) throws -> Bool {
        var patience: Int32 = 1
        while true {
            try sendOn()
            var code = CURLE_OK
            if catalog_curl_next_done(multi, &code) == 1 {
                if let error = exchange?.error { throw error }
                guard code == CURLE_OK else { throw failure(code) }
                return true
            }
            if try isEnough() { return false }
            var events: Int32 = 0
            curl_multi_poll(multi, nil, 0, patience, &events)
            patience = events > 0 ? 1 : min(patience * 2, 1_000)
        }
    }

    private func proceed(_ exchange: CurlExchange) throws {
        guard exchange.isPaused else { return }
        exchange.resume()
        let code = curl_easy_pause(handle, Int32(CURLPAUSE_CONT))
        guard code == CURLE_OK else { throw failure(code) }
    }

    private func failure(_ code: CURLcode) -> CurlFailure {
        var text = String(cString: errorText)
        if text.isEmpty { text = exchange?.goodbye ?? String(cString: curl_easy_strerror(code)) }
        return CurlFailure(code, String(text.prefix(300)))
    }

    private func begin(_ request: CurlRequest, _ exchange: CurlExchange) throws {
        stop()
        errorText.pointee = 0
        self.exchange = exchange
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA] {
            _ = catalog_curl_set_pointer(handle, option, context)
        }
        apply(request)
        guard curl_multi_add_handle(multi, handle) == CURLM_OK else {
            throw CurlFailure(CURLE_FAILED_INIT, "libcurl cannot begin")
        }
    }
}
