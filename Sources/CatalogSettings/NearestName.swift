/// Finds the name that a mistyped one was probably meant to be.
enum NearestName {
    /// The candidate with the fewest changed, added, missing or swapped letters; nil when even that is too far off.
    static func of(_ name: String, among candidates: [String]) -> String? {
        let typed = name.lowercased()
        let allowed = max(2, typed.count / 4)
        let scored = candidates.map { (name: $0, distance: distance(Array(typed), Array($0.lowercased()))) }
        guard let best = scored.min(by: { $0.distance < $1.distance }), best.distance <= allowed else { return nil }
        return best.name
    }

    /// The optimal string alignment distance.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, leftLetter) in left.enumerated() {
            var current = [row + 1]
            for (column, rightLetter) in right.enumerated() {
                var cost = min(
                    last[column + 1] + 1, current[column] + 1, last[column] + (leftLetter == rightLetter ? 0 : 1))
                let isSwap =
                    row > 0 && column > 0 && leftLetter == right[column - 1] && left[row - 1] == rightLetter
                if isSwap { cost = min(cost, beforeLast[column - 1] + 1) }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
