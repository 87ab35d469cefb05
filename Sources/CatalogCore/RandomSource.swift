/// Where unguessable bytes come from; tests hand in their own.
package struct RandomSource: Sendable {
    private let read: @Sendable (Int) -> [UInt8]

    /// - Parameter read: as many bytes as asked for.
    package init(_ read: @escaping @Sendable (Int) -> [UInt8]) {
        self.read = read
    }

    /// The system's generator, which is fit for keys.
    package static let system = RandomSource { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Bytes, as many as asked for.
    package func bytes(_ count: Int) -> [UInt8] { read(count) }

    /// Bytes as lower-case hexadecimal text.
    package func hex(bytes count: Int) -> String {
        String(decoding: read(count).flatMap { [Self.digit($0 >> 4), Self.digit($0 & 15)] }, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
