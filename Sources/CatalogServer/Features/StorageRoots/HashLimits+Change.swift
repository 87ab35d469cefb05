import CatalogCore
import CatalogScanner

extension HashLimits {
    /// Changes what was asked for.
    ///
    /// - Throws: `CatalogError.invalidArgument` for what makes no sense.
    mutating func change(window change: FieldChange<String>, budget: FieldChange<Int64>) throws {
        switch change {
        case .keep: break
        case .clear, .set(""): window = nil
        case .set(let text):
            guard let window = DailyWindow(text) else {
                throw CatalogError(.invalidArgument, "hash_window must be two times of day, as 22:00-06:00")
            }
            self.window = window
        }
        switch budget {
        case .keep: break
        case .clear, .set(0): bytesPerDay = nil
        case .set(let bytes):
            guard bytes >= Limits.hashBudgetMin else {
                throw CatalogError(
                    .invalidArgument, "hash_budget must be 0 (any number) or at least 1048576 bytes a day")
            }
            bytesPerDay = bytes
        }
    }
}
