import CCurl

/// A transfer of libcurl that failed, before anyone has said what that means.
package struct CurlFailure: Error {
    /// The number of `CURLcode`.
    let code: UInt32
    /// The library's words, for the log.
    package let text: String

    init(_ code: CURLcode, _ text: String) {
        (self.code, self.text) = (code.rawValue, text)
    }

    /// What went wrong, as far as callers tell it apart.
    package enum Kind: Sendable {
        /// The name of the server is not known, it refuses connections or does not answer.
        case unreachable
        /// Its certificate is not believed, or it speaks no TLS that we do.
        case tls
        /// It refuses the login.
        case login
        /// It answered a command with an error; the exchange itself was fine.
        case refused
        /// The connection broke or went silent in the middle.
        case broken
    }

    /// What went wrong.
    package var kind: Kind {
        switch CURLcode(code) {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_PROXY: .unreachable
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_USE_SSL_FAILED,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
            .tls
        case CURLE_LOGIN_DENIED: .login
        case CURLE_REMOTE_ACCESS_DENIED, CURLE_QUOTE_ERROR, CURLE_FTP_COULDNT_RETR_FILE, CURLE_UPLOAD_FAILED,
            CURLE_REMOTE_FILE_NOT_FOUND, CURLE_REMOTE_DISK_FULL, CURLE_REMOTE_FILE_EXISTS, CURLE_FTP_COULDNT_USE_REST,
            CURLE_URL_MALFORMAT, CURLE_FTP_COULDNT_SET_TYPE:
            .refused
        default: .broken
        }
    }

    /// Whether the connection is of no use any more, and the same call may succeed on another one.
    package var isConnectionBroken: Bool { kind != .refused }
}
