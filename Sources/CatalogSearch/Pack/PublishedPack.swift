import CatalogCore
import Synchronization

/// What searches read of a pack, and what keeps them right while the writer moves names about in it.
///
/// A name that is added or removed is either counted by a search that runs meanwhile, or it is not. A name that is
/// renamed dies in one place and appears in another; a search could meet both, or neither. So the writer does that
/// inside of `change`, and a search that overlapped with it is run again while the writer waits.
final class PublishedPack: Sendable {
    /// Or why there are none.
    private let segments = Mutex<Result<[PackSegment], CatalogError>>(.failure(NameIndex.closed))
    /// Odd while names are on their way.
    private let changes = Atomic<UInt64>(0)
    private let turn = Mutex(())

    /// Lets searches see these segments from now on.
    func publish(_ new: [PackSegment]) {
        segments.withLock { $0 = .success(new) }
    }

    /// Refuses searches from now on.
    func withdraw(_ reason: CatalogError) {
        segments.withLock { $0 = .failure(reason) }
    }

    /// Runs the writer's `body`, which returns the segments as they are afterwards.
    func change(_ body: () throws -> [PackSegment]) rethrows {
        try turn.withLock { _ in
            changes.add(1, ordering: .sequentiallyConsistent)
            defer { changes.add(1, ordering: .sequentiallyConsistent) }
            publish(try body())
        }
    }

    /// The answer of `body` about one state of the names; it may be run twice.
    ///
    /// - Throws: `CatalogError.unavailable` once closed or when the pack turns out to be damaged, and what `body` throws.
    func read<Value: Sendable>(_ body: ([PackSegment]) throws -> Value) throws -> Value {
        let before = changes.load(ordering: .sequentiallyConsistent)
        if before.isMultiple(of: 2) {
            let value = try answer(body)
            atomicMemoryFence(ordering: .sequentiallyConsistent)
            if changes.load(ordering: .sequentiallyConsistent) == before { return value }
        }
        return try turn.withLock { _ in try answer(body) }
    }

    private func answer<Value: Sendable>(_ body: ([PackSegment]) throws -> Value) throws -> Value {
        let current = try segments.withLock { $0 }.get()
        // Hits point into the segments until the answer is complete, so they stay mapped until then.
        let value = try withExtendedLifetime(current) { try body(current) }
        guard !current.contains(where: \.isDamaged) else { throw NameIndex.damaged }
        return value
    }
}
