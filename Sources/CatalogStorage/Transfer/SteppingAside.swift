package import CatalogCore

extension StorageWriting {
    /// Replaces a file where the storage gives no name away that is taken, or first removes what has it: the old one steps aside, and
    /// comes back when the new one cannot take its place. Nothing is removed before the new one is there.
    ///
    /// - Throws: as `rename`. When the old file does not come back, the error says under which name it is.
    package func replaceSteppingAside(_ target: StoragePath, by source: StoragePath) throws {
        let aside = try PartName.aside(of: target)
        try rename(target, to: aside, replacing: false)
        do {
            try rename(source, to: target, replacing: false)
        } catch {
            do { try rename(aside, to: target, replacing: false) } catch let second {
                throw CatalogError(
                    (error as? CatalogError)?.code ?? .storageUnavailable,
                    "The file could not be replaced; what was there before is \(aside.text) now",
                    cause: "\(error); then: \(second)")
            }
            throw error
        }
        // What it leaves here no scan shows, and the new file is there.
        try? remove(aside)
    }
}
