import CatalogTestSupport
import Glibc

/// A thousand directories with a few files each, in the share of a server.
struct FaultTree: Sendable {
    static let directories = 1_000
    private static let filesInEach = 3

    let scratch: ScratchDirectory
    /// Text forms of all paths below it.
    let paths: Set<String>

    var entries: Int { paths.count }

    init(in share: String, directories: Int = Self.directories) throws {
        scratch = try ScratchDirectory(in: share)
        var paths: Set<String> = []
        // Forty in each of the first ones: a tree is neither flat nor a chain.
        let tops = directories / 40
        for number in 0..<directories {
            let name = number < tops ? ["d\(number)"] : ["d\(number % tops)", "sub \(number)"]
            try scratch.makeDirectory(name)
            paths.insert(name.joined(separator: "/"))
            for file in 0..<Self.filesInEach {
                try scratch.writeFile(name + ["file \(file).bin"], Array("\(number).\(file)".utf8))
                paths.insert((name + ["file \(file).bin"]).joined(separator: "/"))
            }
        }
        for path in paths { Self.makeOlder(scratch.path + "/" + path) }
        Self.makeOlder(scratch.path)
        self.paths = paths
    }

    /// An hour: what has just changed is listed again by every quick scan.
    private static func makeOlder(_ path: String) {
        let past = timespec(tv_sec: time(nil) - 3_600, tv_nsec: 0)
        utimensat(AT_FDCWD, path, [past, past], 0)
    }
}
