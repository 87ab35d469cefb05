import CatalogCore

/// One pattern: `*` within a name, `**` across directories, `?`, `[...]`, everything else means itself.
///
/// Works on folded text.
///
/// All ways to match are followed at once, so the time is the length of the text times the length of the pattern,
/// whatever the pattern: there is nothing to blow up.
struct GlobPattern: Sendable {
    /// A step of the pattern.
    enum Step: Sendable {
        case literal(Unicode.Scalar)
        /// `?`
        case one
        /// `[...]`
        case set(ScalarSet)
        /// `*`: any number of characters of one name.
        case withinName
        /// `**` that is not a whole name: any number of any characters.
        case anything
        /// `**/`: any number of whole directories. Always followed by `insideDirectory`.
        case directories
        /// In the middle of a directory's name that `directories` swallows.
        case insideDirectory
    }

    let steps: [Step]

    /// - Throws: `CatalogError.invalidArgument` that quotes the pattern.
    init(_ text: String) throws {
        steps = try GlobParser.steps(of: text)
    }

    /// Whether the whole of `text`, which is folded, matches.
    func matches(_ text: String) -> Bool {
        withUnsafeTemporaryAllocation(of: Bool.self, capacity: 2 * (steps.count + 1)) { room in
            room.initialize(repeating: false)
            var now = UnsafeMutableBufferPointer(rebasing: room[...steps.count])
            var next = UnsafeMutableBufferPointer(rebasing: room[(steps.count + 1)...])
            reach(0, in: now)
            for scalar in text.unicodeScalars {
                next.update(repeating: false)
                var isAlive = false
                for index in steps.indices where now[index] {
                    if let target = target(from: index, on: scalar) {
                        reach(target, in: next)
                        isAlive = true
                    }
                }
                guard isAlive else { return false }
                swap(&now, &next)
            }
            return now[steps.count]
        }
    }

    /// Where `scalar` leads from a step, or nil when the step does not take it.
    private func target(from index: Int, on scalar: Unicode.Scalar) -> Int? {
        switch steps[index] {
        case .literal(let wanted): scalar == wanted ? index + 1 : nil
        case .one: scalar == "/" ? nil : index + 1
        case .set(let set): scalar != "/" && set.contains(scalar) ? index + 1 : nil
        case .withinName: scalar == "/" ? nil : index
        case .anything: index
        case .directories: scalar == "/" ? nil : index + 1
        case .insideDirectory: scalar == "/" ? index - 1 : index
        }
    }

    /// Marks a step as reached, and those after it that need no character to be passed.
    private func reach(_ index: Int, in states: UnsafeMutableBufferPointer<Bool>) {
        var index = index
        while index <= steps.count, !states[index] {
            states[index] = true
            guard index < steps.count else { return }
            switch steps[index] {
            case .withinName, .anything: index += 1
            case .directories: index += 2
            default: return
            }
        }
    }
}

/// The characters of `[...]`.
struct ScalarSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    /// Whether it was written `[!...]`.
    var isNegated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } != isNegated
    }
}
