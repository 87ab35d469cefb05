import CatalogCore
import CatalogStorage
import Glibc
import SMBWire

extension SMBConnection {
    func create(_ path: [UInt8], at offset: Int64) throws -> File {
        let frame = try ask(.create, first: offset, payload: path)
        return File(handle: frame.first, entry: StorageEntry(kind: .file))
    }

    func write(_ bytes: UnsafeRawBufferPointer, to file: File, at offset: Int64) throws {
        guard bytes.count <= SharedBlock.count else { throw SMBFailure(number: EINVAL) }
        helper.block.bytes.copyMemory(from: bytes)
        _ = try ask(.write, first: file.handle, second: offset, payload: Self.count(bytes.count))
    }

    /// The protocol has no question for it beside closing, which hands over what is left.
    func finish(_ file: File) throws {
        _ = try ask(.close, first: file.handle)
    }

    func rename(_ source: [UInt8], to target: [UInt8]) throws {
        _ = try ask(.rename, payload: source + [0] + target)
    }

    func makeDirectory(_ path: [UInt8]) throws {
        _ = try ask(.makeDirectory, payload: path)
    }

    func remove(_ path: [UInt8], isDirectory: Bool) throws {
        _ = try ask(.remove, first: isDirectory ? 1 : 0, payload: path)
    }

    func occupant(_ path: [UInt8]) throws -> NameOccupant? {
        do {
            return try stat(path)?.kind == .directory ? .directory : .other
        } catch let failure as SMBFailure where [ENOENT, ENOTDIR].contains(failure.number) {
            return nil
        }
    }

    /// The server copies; each piece has the time of one question.
    ///
    /// - Parameter onWait: called after each piece; what it throws ends the helper, which would go on.
    func copy(_ source: [UInt8], to target: [UInt8], onWait: () throws -> Void) throws {
        var frame = try ask(.copy, payload: source + [0] + target)
        while frame.first == 1 {
            do { try onWait() } catch {
                giveUp()
                throw error
            }
            frame = try answer()
        }
    }
}
