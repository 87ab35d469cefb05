import CCurl
import CatalogCore
import CatalogStorage

// What a request and a server mean in options of the library.
extension CurlConnection {
    private func set(_ option: CURLoption, _ value: Int) { _ = catalog_curl_set_long(handle, option, value) }

    private func set(_ option: CURLoption, _ text: String?) {
        if let text {
            _ = catalog_curl_set_text(handle, option, text)
        } else {
            _ = catalog_curl_set_text(handle, option, nil)
        }
    }

    private func set(_ option: CURLoption, lines: [[UInt8]]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            (line.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { text in
                if let next = curl_slist_append(list, text.baseAddress) { list = next }
            }
        }
        _ = catalog_curl_set_pointer(handle, option, list)
        if let list { lists.append(list) }
    }

    /// What each request sets, so that nothing of the one before stays.
    func apply(_ request: CurlRequest) {
        (request.url.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { url in
            _ = catalog_curl_set_text(handle, CURLOPT_URL, url.baseAddress)
        }
        set(CURLOPT_UPLOAD, 0)
        set(CURLOPT_HTTPGET, 1)
        set(CURLOPT_CUSTOMREQUEST, nil as String?)
        for option in [CURLOPT_FRESH_CONNECT, CURLOPT_FORBID_REUSE] { set(option, request.isSentOnce ? 1 : 0) }
        set(
            CURLOPT_RANGE,
            request.from.map { from in "\(from)-" + (request.count.map { "\(from + Int64($0) - 1)" } ?? "") })
        _ = catalog_curl_set_offset(handle, CURLOPT_RESUME_FROM_LARGE, request.offset)
        _ = catalog_curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, -1)
        set(CURLOPT_HTTPHEADER, lines: request.headers.map { Array($0.utf8) })
        set(CURLOPT_QUOTE, lines: request.commands)
        set(
            CURLOPT_FTP_FILEMETHOD,
            Int((request.entersDirectory ? CURLFTPMETHOD_SINGLECWD : CURLFTPMETHOD_NOCWD).rawValue))
        set(CURLOPT_LOW_SPEED_TIME, request.silenceSeconds ?? patience(forBytes: 0))
        set(CURLOPT_SERVER_RESPONSE_TIMEOUT, patience(forBytes: 0))
        switch request.action {
        case .get: break
        case .head: set(CURLOPT_NOBODY, 1)
        case .custom(let method, let body):
            if !body.isEmpty {
                set(CURLOPT_POSTFIELDSIZE, body.count)
                body.withUnsafeBytes { bytes in
                    _ = catalog_curl_set_text(
                        handle, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
                }
            }
            set(CURLOPT_CUSTOMREQUEST, method)
        case .upload(let bytes):
            set(CURLOPT_UPLOAD, 1)
            set(CURLOPT_APPEND, request.appends ? 1 : 0)
            if let bytes { _ = catalog_curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, bytes) }
        }
    }

    /// Seconds for which a server may be silent that has to write so many bytes to its disk first.
    package func patience(forBytes bytes: Int64) -> Int {
        max(1, server.timeoutMilliseconds / 1_000) + Int(clamping: bytes / Limits.slowestDiskBytes)
    }

    /// Waits longer for the answer to what was sent, until the next request.
    func bePatient(afterBytes bytes: Int64) {
        set(CURLOPT_LOW_SPEED_TIME, patience(forBytes: bytes))
        set(CURLOPT_SERVER_RESPONSE_TIMEOUT, patience(forBytes: bytes))
    }

    /// What stays as long as the handle.
    func configure() {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, "ftp,ftps,http,https")
        // A server must not send us, and the password with us, to another one.
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NETRC, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, server.timeoutMilliseconds)
        set(CURLOPT_LOW_SPEED_LIMIT, Self.silentBelow)
        set(CURLOPT_BUFFERSIZE, Self.bufferBytes)
        set(CURLOPT_UPLOAD_BUFFERSIZE, Self.bufferBytes)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_USERAGENT, "Catalogizer")
        set(CURLOPT_TCP_KEEPALIVE, 1)
        _ = catalog_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        let context = Unmanaged.passUnretained(sockets).toOpaque()
        _ = catalog_curl_set_sockets(handle, CurlSockets.opened, CurlSockets.closed, context)
        _ = catalog_curl_set_sink(handle, CURLOPT_WRITEFUNCTION, CurlCallbacks.body)
        _ = catalog_curl_set_sink(handle, CURLOPT_HEADERFUNCTION, CurlCallbacks.head)
        _ = catalog_curl_set_source(handle, CURLOPT_READFUNCTION, CurlCallbacks.source)
        if let credentials = server.credentials {
            set(CURLOPT_USERNAME, credentials.username)
            set(CURLOPT_PASSWORD, credentials.password)
        }
        useAuthentication(.any)
        secure()
    }

    /// How HTTP proves who we are.
    package enum Authentication: Sendable {
        /// Asks the server first, which costs a round trip for each request.
        case any
        case basic
        case digest
    }

    /// From now on.
    package func useAuthentication(_ way: Authentication) {
        let basic = Int(1)
        let digest = Int(2)
        switch way {
        case .any: set(CURLOPT_HTTPAUTH, basic | digest)
        case .basic: set(CURLOPT_HTTPAUTH, basic)
        case .digest: set(CURLOPT_HTTPAUTH, digest)
        }
    }

    /// What the server of the last exchange offers; the better one of two.
    package var offeredAuthentication: Authentication? {
        var offered = 0
        _ = catalog_curl_get_long(handle, CURLINFO_HTTPAUTH_AVAIL, &offered)
        return offered & 2 != 0 ? .digest : offered & 1 != 0 ? .basic : nil
    }

    private func secure() {
        if server.tls == .explicit { set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        switch server.trust {
        case .system: break
        case .authorities(let pem):
            var text = pem
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    _ = catalog_curl_set_authorities(handle, $0.baseAddress, $0.count)
                }
            }
        case .fingerprint(let digest):
            pin.update(from: digest, count: 32)
            _ = catalog_curl_pin(handle, pin)
        case .anybody:
            set(CURLOPT_SSL_VERIFYPEER, 0)
            set(CURLOPT_SSL_VERIFYHOST, 0)
        }
    }

    /// Uploads over FTP with TLS 1.3 end early with some servers, and both sides call it a success.
    package func limitToTLS12() {
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2) | Int(CURL_SSLVERSION_MAX_TLSv1_2))
    }
}
