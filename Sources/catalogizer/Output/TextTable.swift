/// Rows in aligned columns, for people.
struct TextTable {
    /// One column.
    struct Column {
        let heading: String
        let alignment: Alignment

        init(_ heading: String, _ alignment: Alignment = .left) {
            self.heading = heading
            self.alignment = alignment
        }
    }

    enum Alignment {
        case left
        /// Numbers.
        case right
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// - Parameter cells: one for each column; texts of others need no care before they come here.
    mutating func add(_ cells: [String]) {
        rows.append(cells.map { TerminalText.safe($0) })
    }

    /// The heading and the rows; the last column is cut to fit `width` when there is one.
    func lines(width: Int?) -> [String] {
        let all = [columns.map(\.heading)] + rows
        let widths = columns.indices.map { column in
            all.map { column < $0.count ? TerminalText.width(of: $0[column]) : 0 }.max() ?? 0
        }
        return all.map { line($0, widths: widths, width: width) }
    }

    private func line(_ cells: [String], widths: [Int], width: Int?) -> String {
        var result = ""
        var used = 0
        for (index, cell) in cells.enumerated() {
            let isLast = index == columns.count - 1
            var text = cell
            if isLast, let width { text = TerminalText.cut(text, to: max(width - used, 8)) }
            let padding = String(repeating: " ", count: max(0, widths[index] - TerminalText.width(of: text)))
            switch columns[index].alignment {
            case .left: result += isLast ? text : text + padding
            case .right: result += padding + text
            }
            if !isLast { result += "  " }
            used += widths[index] + 2
        }
        return result
    }
}
