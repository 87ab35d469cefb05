/// How many lines a picture has, as the name of a file says: the catalog does not look into files.
enum NamedResolution {
    /// Lines of the words that people write; `4k` and `8k` are those of television.
    private static let words: [String: Int] = [
        "8k": 4_320, "uhd": 2_160, "4k": 2_160, "2k": 1_440, "qhd": 1_440, "fullhd": 1_080, "fhd": 1_080,
    ]
    /// What a number with `p` or `i` behind it may be.
    private static let lines: Set<Int> = [240, 288, 360, 480, 540, 576, 720, 1_080, 1_440, 2_160, 4_320]

    /// - Returns: the largest that is said, such as 1080 for `film.1080p.mkv` and `film 1920x1080.mkv`; nil when nothing is said.
    static func lines(inName name: String) -> Int? {
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.compactMap(lines(inWord:)).max()
    }

    private static func lines(inWord word: Substring) -> Int? {
        if let known = words[String(word)] { return known }
        if let last = word.last, "pi".contains(last), let number = Int(word.dropLast()), lines.contains(number) {
            return number
        }
        let sides = word.split(separator: "x", omittingEmptySubsequences: false)
        guard sides.count == 2, sides.allSatisfy({ (3...5).contains($0.count) }), let width = Int(sides[0]),
            let height = Int(sides[1]), width >= height, height >= 100
        else { return nil }
        return height
    }
}
