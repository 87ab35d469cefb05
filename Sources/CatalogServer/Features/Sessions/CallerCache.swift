import CatalogCore
import Synchronization

/// What this process believes about sessions and API keys for half a second, so that a busy client does not cost a query for each
/// request.
///
/// Exactness: an entry is as old as the moment before its query began, and whoever ends one drops it here after
/// the change is committed. A query that ran across that moment finds the generation changed and is not kept.
final class CallerCache: Sendable {
    private struct Entry {
        let caller: Caller
        let readAt: Int64
        var isBeingRead = false
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var generation = 0
    }

    /// Permission to keep what is about to be read.
    struct Reading: Sendable {
        fileprivate let generation: Int
        fileprivate let startedAt: Int64
    }

    enum Answer: Sendable {
        case known(Caller)
        case mustRead(Reading)
    }

    private let state = Mutex(State())

    /// The caller behind the credential called `name`, or the task to read it. From half its age on, one request reads an entry anew while
    /// the others still use it; so a busy session never makes them all read at once.
    func look(_ name: String, now: Int64) -> Answer {
        state.withLock { state in
            if var entry = state.entries[name] {
                let age = now - entry.readAt
                // A negative age means that the clock was set back.
                if age >= 0, age < Limits.callerBelievedMicroseconds {
                    if age < Limits.callerBelievedMicroseconds / 2 || entry.isBeingRead { return .known(entry.caller) }
                    entry.isBeingRead = true
                    state.entries[name] = entry
                }
            }
            return .mustRead(Reading(generation: state.generation, startedAt: now))
        }
    }

    /// Keeps what was read, unless something was dropped in the meantime.
    func keep(_ caller: Caller, named name: String, _ reading: Reading) {
        state.withLock { state in
            guard reading.generation == state.generation else { return }
            if state.entries.count >= Limits.callersCached { state.entries.removeAll(keepingCapacity: true) }
            state.entries[name] = Entry(caller: caller, readAt: reading.startedAt)
        }
    }

    /// Forgets the entries for which `matches` holds.
    func drop(where matches: (Caller) -> Bool) {
        state.withLock { state in
            state.generation &+= 1
            state.entries = state.entries.filter { !matches($0.value.caller) }
        }
    }
}
