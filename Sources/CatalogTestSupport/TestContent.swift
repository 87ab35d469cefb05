/// What files of tests hold where it does not matter what it is.
package enum TestContent {
    /// So many bytes that no short pattern repeats and nothing compresses, the same ones for the same seed.
    ///
    /// Eight bytes a step: a debug build takes as long for one step as for one byte, and the suite asks for many megabytes.
    package static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SplitMix(state: seed)
        return [UInt8](unsafeUninitializedCapacity: count + 7) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            var offset = 0
            while offset < count {
                bytes.storeBytes(of: random.next(), toByteOffset: offset, as: UInt64.self)
                offset += 8
            }
            initialized = count
        }
    }
}
