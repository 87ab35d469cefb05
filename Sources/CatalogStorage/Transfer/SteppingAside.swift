package import CatalogCore

extension StorageBackend {
    /// Replaces a file where the storage gives no name away that is taken, or first removes what has it: the old one steps aside, and
    /// comes back when the new one cannot take its place. Nothing is removed before the new one is there.
    ///
    /// - Throws: as `rename`. When the old file may not have come back, the error says under which name it is.
    package func replaceSteppingAside(_ target: StoragePath, by source: StoragePath) throws {
        let aside = try PartName.aside(of: target)
        var hasStepped = false
        do {
            try rename(target, to: aside, replacing: false)
            hasStepped = true
            try rename(source, to: target, replacing: false)
        } catch {
            // An answer may have been lost on its way.
            guard try isReplaced(target, by: source, hasStepped, aside, after: error) else { throw error }
        }
        // What it leaves here no scan shows, and the new file is there.
        try? remove(aside)
    }

    /// Looks what became of two files when one of their renames failed, and brings the old one back.
    private func isReplaced(
        _ target: StoragePath, by source: StoragePath, _ hasStepped: Bool, _ aside: StoragePath, after error: any Error
    ) throws -> Bool {
        do {
            let isThere = try TransferTarget.look(at: target, self) != nil
            if hasStepped, isThere, try TransferTarget.look(at: source, self) == nil { return true }
            if !isThere, try TransferTarget.look(at: aside, self) != nil {
                try rename(aside, to: target, replacing: false)
            }
            return false
        } catch let second {
            throw CatalogError(
                (error as? CatalogError)?.code ?? .storageUnavailable,
                "The file could not be replaced; what was there before may be \(aside.text) now",
                cause: "\(error); then: \(second)")
        }
    }
}
