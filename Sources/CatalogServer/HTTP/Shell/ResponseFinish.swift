import CatalogCore
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The last step of every answer: header fields, compression, HEAD.
struct ResponseFinish {
    private let services: ShellServices
    private let exchange: Exchange
    private let endpoint: Endpoint?

    init(_ services: ShellServices, _ exchange: Exchange, _ endpoint: Endpoint?) {
        self.services = services
        self.exchange = exchange
        self.endpoint = endpoint
    }

    func apply(to response: inout Response, _ request: Request) async {
        await compress(&response, request)
        addFields(&response.headers, request)
        let length = response.headers.value(of: .contentLength).flatMap { Int($0) } ?? response.body.contentLength ?? 0
        if exchange.isHead {
            // Built anew, because changing the body of a response would change its Content-Length. A length that nobody knows
            // is not 0.
            let hasLength = response.headers.has(.contentLength) || response.body.contentLength != nil
            response = Response(status: response.status, headers: response.headers, body: ResponseBody())
            if !hasLength { response.headers[.contentLength] = nil }
            exchange.answered(response.status.code, bodyBytes: 0)
        } else if exchange.isStreaming, response.status.code < 400 {
            exchange.answered(response.status.code, bodyBytes: nil)
        } else {
            exchange.answered(response.status.code, bodyBytes: length)
        }
        if response.status == .noContent { response.headers[.contentLength] = nil }
    }

    private func addFields(_ headers: inout HTTPFields, _ request: Request) {
        ShellHeader.addToEveryAnswer(&headers, exchange.requestID, services)
        services.crossOrigin.apply(to: &headers, origin: request.headers.value(of: .origin))
        guard let (decision, rule) = exchange.rate else { return }
        let window = RateRule.windowSeconds
        headers.add(ShellHeader.rateLimitPolicy, "\"\(rule.name)\";q=\(rule.limit);w=\(window)")
        headers.add(
            ShellHeader.rateLimit, "\"\(rule.name)\";r=\(decision.remaining);t=\(decision.resetSeconds)")
        headers.add(ShellHeader.legacyLimit, String(rule.limit))
        headers.add(ShellHeader.legacyRemaining, String(decision.remaining))
        headers.add(ShellHeader.legacyReset, String(services.time.now / 1_000_000 + decision.resetSeconds))
    }

    /// Compresses text of some size that is at hand: never a stream, never a part of something.
    private func compress(_ response: inout Response, _ request: Request) async {
        guard endpoint?.isStreaming != true, !exchange.isStreaming, let length = response.body.contentLength,
            length >= Gzip.bytesMin, !response.headers.has(.contentEncoding), !response.headers.has(.contentRange),
            ResponseFinish.isText(response.headers.value(of: .contentType))
        else { return }
        response.headers[values: .vary].append("Accept-Encoding")
        guard Gzip.isAccepted(request.headers.value(of: .acceptEncoding)), let packed = await packed(response.body)
        else {
            return
        }
        response.headers[.contentEncoding] = "gzip"
        if let tag = response.headers[.eTag], !tag.hasPrefix("W/") { response.headers[.eTag] = "W/" + tag }
        response.headers[.contentLength] = String(packed.readableBytes)
        response = Response(
            status: response.status, headers: response.headers, body: ResponseBody(byteBuffer: packed))
    }

    /// Compressing takes longer than an event loop has.
    private func packed(_ body: ResponseBody) async -> ByteBuffer? {
        await withTaskExecutorPreference(globalConcurrentExecutor) {
            guard let plain = try? await body.collected() else { return nil }
            return Gzip.compress(plain)
        }
    }

    private static func isText(_ contentType: String?) -> Bool {
        guard let type = contentType?.prefix(while: { $0 != ";" }) else { return false }
        return type == "application/json" || type.hasSuffix("+json") || type == "text/plain"
            || type == "application/openmetrics-text"
    }
}

extension ResponseBody {
    /// The whole body in one buffer.
    fileprivate func collected() async throws -> ByteBuffer {
        let sink = BodySink()
        try await write(sink)
        return sink.bytes.withLock { $0 }
    }
}

/// A writer that keeps what is written.
private final class BodySink: ResponseBodyWriter, Sendable {
    let bytes = Mutex(ByteBuffer())

    func write(_ buffer: ByteBuffer) async throws {
        bytes.withLock { bytes in
            if bytes.readableBytes == 0 { bytes = buffer } else { bytes.writeImmutableBuffer(buffer) }
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
