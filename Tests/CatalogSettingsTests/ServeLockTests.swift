import CatalogCore
import CatalogTestSupport
import Foundation
import Testing

@testable import CatalogSettings

/// Another process that holds the lock of a data directory until it is told to let go.
private final class OtherProcess {
    private let process = Process()
    private let input = Pipe()

    /// Returns once the lock is held.
    init(holding path: String, writing text: String) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        process.arguments = ["-x", path, "/bin/sh", "-c", "printf '\(text)' > \"$0\"; echo ready; read line", path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        _ = output.readOutput(enough: "ready\n".utf8.count)
    }

    func letGo() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    deinit {
        letGo()
    }
}

@Suite("One server for each data directory")
struct ServeLockTests {
    let scratch: ScratchDirectory
    let directory: DataDirectory

    init() throws {
        scratch = try ScratchDirectory()
        directory = try DataDirectory.prepare(scratch.path)
    }

    @Test("A second server is refused and told which process is first")
    func secondServer() throws {
        let other = try OtherProcess(holding: scratch.path + "/serve.lock", writing: "4242\\n")
        #expect(ServeLock.holder(of: directory) == ServeHolder(process: 4242))
        let error = #expect(throws: CatalogError.self) { try ServeLock.acquire(directory) }
        #expect(error?.code == .conflict)
        #expect(
            error?.message
                == "\(scratch.path) is already served by process 4242. Stop that server first (kill 4242), or give "
                + "this one another --data-dir.")
        other.letGo()
        #expect(ServeLock.holder(of: directory) == nil)
        let lock = try ServeLock.acquire(directory)
        #expect(try scratch.read("serve.lock") == "\(getpid())\n")
        withExtendedLifetime(lock) {}
    }

    @Test("A server that has not yet written its number is still a server")
    func namelessServer() throws {
        let other = try OtherProcess(holding: scratch.path + "/serve.lock", writing: "")
        #expect(ServeLock.holder(of: directory) == ServeHolder(process: nil))
        let error = #expect(throws: CatalogError.self) { try ServeLock.acquire(directory) }
        #expect(error?.message.contains("already served by another process.") == true)
        other.letGo()
    }

    @Test("Another program sees our claim, and it ends with the object")
    func ourClaim() throws {
        func othersCanLock() throws -> Bool {
            let process = try Process.run(
                URL(fileURLWithPath: "/usr/bin/flock"), arguments: ["-n", scratch.path + "/serve.lock", "true"])
            process.waitUntilExit()
            return process.terminationStatus == 0
        }
        do {
            let lock = try ServeLock.acquire(directory)
            #expect(try !othersCanLock())
            #expect(ServeLock.holder(of: directory) == ServeHolder(process: getpid()))
            #expect(throws: CatalogError.self) { try ServeLock.acquire(directory) }
            withExtendedLifetime(lock) {}
        }
        #expect(try othersCanLock())
        #expect(ServeLock.holder(of: directory) == nil)
    }

    @Test("A directory that was never served has no holder, and asking makes no file")
    func neverServed() throws {
        #expect(ServeLock.holder(of: directory) == nil)
        #expect(try scratch.names == [])
    }

    @Test("Commands that ask all the time do not turn a starting server away")
    func askingIsHarmless() async throws {
        let directory = directory
        _ = try ServeLock.acquire(directory)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for _ in 0..<2_000 { _ = ServeLock.holder(of: directory) } }
            group.addTask {
                for _ in 0..<50 {
                    let lock = try ServeLock.acquire(directory)
                    withExtendedLifetime(lock) {}
                }
            }
            try await group.waitForAll()
        }
    }
}

@Suite("Temporary files")
struct TemporaryDirectoryTests {
    let scratch: ScratchDirectory
    let directory: TemporaryDirectory

    init() throws {
        scratch = try ScratchDirectory()
        let instance = try DataDirectory.prepare(scratch.path + "/data")
        directory = try TemporaryDirectory.prepare(scratch.path + "/tmp", for: instance)
    }

    @Test("The sweep removes this instance's own files and directories, and nothing else")
    func sweep() throws {
        #expect(try scratch.mode(of: "tmp") == 0o700)
        let own = directory.newPath()
        try Data().write(to: URL(fileURLWithPath: own))
        let ownDirectory = directory.newPath()
        try FileManager.default.createDirectory(atPath: ownDirectory + "/deep", withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: ownDirectory + "/deep/file"))
        try scratch.write("x", to: "tmp/of-another-program")
        try scratch.write("x", to: "tmp/catalogizer-0123456789abcdef-x")
        #expect(try directory.sweep() == 4)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/tmp").sorted()
                == ["catalogizer-0123456789abcdef-x", "of-another-program"])
    }

    @Test("The sweep never follows a link")
    func links() throws {
        try FileManager.default.createDirectory(atPath: scratch.path + "/precious", withIntermediateDirectories: false)
        try scratch.write("x", to: "precious/file")
        let link = directory.newPath()
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: scratch.path + "/precious")
        let own = directory.newPath()
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: own + "/inner", withDestinationPath: scratch.path + "/precious")
        #expect(try directory.sweep() == 3)
        #expect(scratch.exists("precious/file"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/tmp") == [])
    }

    @Test("Instances that share a temporary directory have names of their own, the same in every run")
    func prefixes() throws {
        let one = try TemporaryDirectory.prepare(
            scratch.path + "/tmp", for: DataDirectory.prepare(scratch.path + "/one"))
        let same = try TemporaryDirectory.prepare(
            scratch.path + "/tmp", for: DataDirectory.prepare(scratch.path + "/one"))
        #expect(one.prefix == same.prefix)
        #expect(one.prefix != directory.prefix)
    }

    @Test("A temp_dir that cannot be used is named as such")
    func unusable() throws {
        try scratch.write("x", to: "file")
        let error = #expect(throws: CatalogError.self) {
            try TemporaryDirectory.prepare(
                scratch.path + "/file", for: DataDirectory.prepare(scratch.path + "/data"))
        }
        #expect(error?.message.contains("another temp_dir") == true)
    }
}
