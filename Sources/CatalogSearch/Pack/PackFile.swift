import CLinux
import CatalogCore
import Glibc

/// An open pack file: its header page and its segments.
///
/// It belongs to the one thread that writes; readers get the segments.
final class PackFile {
    private let descriptor: Int32
    private let page: UnsafeMutableRawPointer
    private let mapping: Int32
    private let bootID: UInt64
    private(set) var header: PackHeader
    private(set) var segments: [PackSegment] = []

    /// Makes an empty pack in a new file, over whatever was there.
    static func create(path: String, identity: PackIdentity) throws -> PackFile {
        unlink(path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PackFailure.system("open \(path)", errno) }
        let code = posix_fallocate(descriptor, 0, PackLayout.headerPageBytes)
        guard code == 0 else {
            close(descriptor)
            throw PackFailure.system("posix_fallocate \(path)", code)
        }
        let pack = try PackFile(descriptor: descriptor, identity) { _ in
            PackHeader(databaseID: identity.databaseID, position: .init())
        }
        pack.commit(pack.header.position, isClean: false)
        return pack
    }

    /// Opens a pack that may be trusted as far as its header says.
    ///
    /// - Throws: `PackDamage` with the reason why the pack has to be built again.
    static func openTrusted(path: String, identity: PackIdentity) throws -> PackFile {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw PackDamage(reason: "there is none yet") }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard size >= PackLayout.headerPageBytes else {
            close(descriptor)
            throw PackDamage(reason: "the file is cut off")
        }
        let pack = try PackFile(descriptor: descriptor, identity) { page in
            guard let header = PackHeader(page: page) else {
                throw PackDamage(reason: "it is of another version or damaged")
            }
            guard header.databaseID == identity.databaseID else {
                throw PackDamage(reason: "it belongs to another database")
            }
            guard header.isClean || header.bootID == identity.bootID else {
                throw PackDamage(reason: "the machine went down while it was written")
            }
            return header
        }
        let whole = (size - PackLayout.headerPageBytes) / PackLayout.segmentBytes
        guard whole >= pack.header.segmentCount else { throw PackDamage(reason: "the file is cut off") }
        for index in 0..<whole { pack.segments.append(try PackSegment(descriptor: descriptor, index: index)) }
        return pack
    }

    private init(
        descriptor: Int32, _ identity: PackIdentity, _ header: (UnsafeMutableRawPointer) throws -> PackHeader
    ) throws {
        let bytes = PackLayout.headerPageBytes
        let page = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let page, page != MAP_FAILED else {
            let code = errno
            close(descriptor)
            throw PackFailure.system("mmap", code)
        }
        do {
            self.header = try header(page)
        } catch {
            munmap(page, bytes)
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        mapping = catalog_guard_mapping(page, bytes)
        bootID = identity.bootID
        self.page = page
    }

    deinit {
        catalog_unguard_mapping(mapping)
        munmap(page, PackLayout.headerPageBytes)
        close(descriptor)
    }

    /// Finds out whether somebody else has changed the file since it was opened.
    ///
    /// What is copied over a file is its beginning too, and what is cut off makes it shorter; a change of single places
    /// in the middle shows when a search meets it.
    ///
    /// - Throws: `PackDamage`.
    func checkUntouched() throws {
        let bytes = PackLayout.headerPageBytes + segments.count * PackLayout.segmentBytes
        var stat = stat()
        guard fstat(descriptor, &stat) == 0, stat.st_size >= bytes, catalog_mapping_is_lost(mapping) == 0 else {
            throw PackDamage(reason: "its file was cut off while it was in use")
        }
        guard PackHeader(page: page) == header, !segments.contains(where: \.isDamaged) else {
            throw PackDamage(reason: "its file was damaged while it was in use")
        }
    }

    /// Whether `checkUntouched` finds nothing.
    var isUntouched: Bool { (try? checkUntouched()) != nil }

    /// Adds a segment.
    ///
    /// Its space is taken from the disk now, because a write to a mapping cannot report a full disk.
    func grow() throws -> PackSegment {
        // A file that was cut off would get its length back, and nobody would see any more that something is missing.
        try checkUntouched()
        let offset = PackLayout.headerPageBytes + segments.count * PackLayout.segmentBytes
        let code = posix_fallocate(descriptor, offset, PackLayout.segmentBytes)
        guard code == 0 else { throw PackFailure.system("posix_fallocate", code) }
        let segment = try PackSegment(descriptor: descriptor, index: segments.count)
        segments.append(segment)
        return segment
    }

    /// Notes how far the pack has come.
    ///
    /// It must not be called before all of that is in the blocks.
    func commit(_ position: JournalPosition, isClean: Bool) {
        header.position = position
        header.isClean = isClean
        header.bootID = bootID
        header.segmentCount = segments.count
        header.generation += 1
        header.write(to: page)
    }

    /// Waits until everything written so far is on the disk.
    func sync() throws {
        guard fdatasync(descriptor) == 0 else { throw PackFailure.system("fdatasync", errno) }
    }
}

/// Why a pack cannot be used and is built again.
struct PackDamage: Error {
    let reason: String
}

/// What a pack must have been written for to be used.
struct PackIdentity: Sendable {
    let databaseID: UInt64
    /// The boot of the machine that is running.
    let bootID: UInt64
}

/// Tells one boot of the machine from the next.
package enum BootID {
    /// A number that changes with every boot.
    package static let current: UInt64 = {
        var bytes = [UInt8](repeating: 0, count: 64)
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return unknown }
        defer { close(descriptor) }
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return unknown }
        return bytes.withUnsafeBytes { PackHash.hash(UnsafeRawBufferPointer(rebasing: $0[..<count]), seed: 1) }
    }()

    /// Without a boot id nothing written by another process is trusted, unless it was closed in order.
    private static let unknown = UInt64.random(in: .min ... .max)
}
