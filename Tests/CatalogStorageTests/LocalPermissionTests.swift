import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Glibc
import Testing

@Suite("A local root that refuses access")
struct LocalPermissionTests {
    @Test("A directory without the right to read it is permissionDenied", arguments: [0o000, 0o300, 0o400] as [mode_t])
    func closedDirectory(_ mode: mode_t) throws {
        let scratch = try ScratchDirectory()
        chmod(scratch.path, 0o755)
        try scratch.makeDirectory(["closed"])
        try scratch.writeFile(["closed", "file"], [])
        // The owner's bits for a person; the group's when the superuser steps down to nobody and keeps its group.
        chmod(scratch.native(["closed"]), mode | mode >> 3 | mode >> 6)
        let backend = LocalBackend(path: scratch.path)
        try withoutFileRights {
            expectError(.permissionDenied) { _ = try backend.listing(["closed"]) }
            let texts = try backend.listing().texts
            #expect(texts == ["closed"])
        }
    }

    @Test("A file without the right to read it is listed with its attributes, and reading is permissionDenied")
    func closedFile() throws {
        let scratch = try ScratchDirectory()
        chmod(scratch.path, 0o755)
        try scratch.writeFile(["file"], [1, 2, 3])
        chmod(scratch.native(["file"]), 0)
        let backend = LocalBackend(path: scratch.path)
        try withoutFileRights {
            let entries = try backend.listing().entries
            #expect(entries.first?.sizeBytes == 3)
            expectError(.permissionDenied) { _ = try backend.openReader(StoragePath(parsing: "file")) }
        }
    }

    @Test("The probe of a closed root names the directory and says what to do")
    func closedRoot() throws {
        let scratch = try ScratchDirectory()
        chmod(scratch.path, 0)
        let backend = LocalBackend(path: scratch.path)
        try withoutFileRights {
            let error = #expect(throws: CatalogError.self) { _ = try backend.probe() }
            #expect(error?.code == .permissionDenied)
            #expect(error?.message.contains(scratch.path) == true)
        }
    }
}
