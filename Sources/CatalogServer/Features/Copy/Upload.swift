import CatalogCore
import CatalogStorage
import NIOCore

/// One upload while it comes. Whoever has it calls `finish` or `abandon` at the end.
///
/// Fields come in any order. A file whose destination is known is written beside it; one that comes first waits in the program's
/// own directory.
struct Upload {
    private enum Part {
        case file
        case field(String, [UInt8])
        case other
    }

    private let service: UploadService
    private let author: Author
    private var parser: MultipartParser
    private var part = Part.other
    private var otherBytes = 0
    private var destination: String?
    private var overwrite: Bool?
    private var fileName: [UInt8]?
    private var file: IncomingFile?
    /// Nil while the file waits.
    private var end: CopyEnd?
    private var piece: [UInt8] = []
    private var fileBytes: Int64 = 0

    static let nothing = CatalogError(.invalidArgument, "No file uploaded")
    static let tooLarge = CatalogError(.tooLarge, ErrorText.bodyTooLarge)

    init(service: UploadService, parser: MultipartParser, author: Author) {
        self.service = service
        self.parser = parser
        self.author = author
    }

    /// Takes the next chunk of the body.
    ///
    /// - Throws: `CatalogError.invalidArgument`, `.tooLarge`, `.alreadyExists`, and what the storage throws.
    mutating func receive(_ chunk: ByteBuffer) async throws {
        parser.append(chunk.readableBytesView)
        while let event = try parser.next() {
            switch event {
            case .part(let head): try await begin(head)
            case .bytes(let bytes): try await receive(bytes)
            case .partEnd: try await endPart()
            case .end: break
            }
        }
    }

    private mutating func begin(_ head: MultipartPart) async throws {
        switch head.name {
        case "file":
            guard file == nil else { throw CatalogError(.invalidArgument, "Only one file can be uploaded at a time") }
            // A form in which nobody has chosen a file sends one without a name; a text that is called so is none.
            guard let name = head.fileName, !name.isEmpty else { throw Self.nothing }
            part = .file
            fileName = name
            try await openFile()
        case "destination", "overwrite": part = .field(head.name, [])
        default: part = .other
        }
    }

    private mutating func receive(_ bytes: ArraySlice<UInt8>) async throws {
        switch part {
        case .file:
            fileBytes += Int64(bytes.count)
            if service.maxBytes > 0, fileBytes > service.maxBytes { throw Self.tooLarge }
            piece += bytes
            if piece.count >= Limits.uploadPieceBytes { try await writePiece() }
        case .field(let name, let known):
            guard known.count + bytes.count <= Limits.multipartFieldBytes else { throw Self.tooLarge }
            part = .field(name, known + bytes)
        case .other:
            otherBytes += bytes.count
            guard otherBytes <= Limits.multipartFieldBytes else { throw Self.tooLarge }
        }
    }

    private mutating func endPart() async throws {
        switch part {
        case .file: try await writePiece()
        case .field("destination", let value):
            guard destination == nil else { throw CatalogError(.invalidArgument, "Destination is given twice") }
            destination = NameEncoding.text(of: value)
        case .field(_, let value):
            guard overwrite == nil else { throw CatalogError(.invalidArgument, "Overwrite is given twice") }
            overwrite = value.elementsEqual("true".utf8)
        case .other: break
        }
        part = .other
    }

    private mutating func openFile() async throws {
        guard let destination, !destination.isEmpty else {
            let spool = try service.places.local.spool()
            file = try await service.writing.run { try IncomingFile(to: spool) }
            return
        }
        let end = try await service.end(destination, fileName: fileName, scope: author.scope)
        let place = try await service.places.open(end.place)
        let isRefusedEarly = overwrite == false
        file = try await service.pool.run {
            if isRefusedEarly { try IncomingFile.checkName(place, replacing: false) }
            return try IncomingFile(to: place)
        }
        self.end = end
    }

    private mutating func writePiece() async throws {
        guard let file, !piece.isEmpty else { return }
        var bytes: [UInt8] = []
        swap(&bytes, &piece)
        let written = bytes
        try await service.writing.run { try written.withUnsafeBytes { try file.write($0) } }
    }

    /// Gives the file its name, and notes it.
    ///
    /// - Throws: `CatalogError.invalidArgument` when something is missing; `.alreadyExists`; what the storage throws.
    mutating func finish() async throws -> UploadedFile {
        guard let file else { throw Self.nothing }
        try parser.finish()
        guard let destination, !destination.isEmpty else {
            throw CatalogError(.invalidArgument, "Destination path is required")
        }
        let replaces = overwrite == true
        let (end, outcome): (CopyEnd, TransferOutcome)
        if let known = self.end {
            end = known
            outcome = try await service.pool.run { try file.finish(replacing: replaces) }
        } else {
            end = try await service.end(destination, fileName: fileName, scope: author.scope)
            outcome = try await passOn(file, to: end, replacing: replaces)
        }
        let name = fileName ?? end.place.fileName
        let written = WrittenFile(
            place: end.place, name: end.name, source: NameEncoding.text(of: name), sizeBytes: outcome.sizeBytes)
        try await service.recorder.note(.fileUploaded, written, by: author)
        return UploadedFile(
            fileName: NameEncoding.text(of: name), destination: end.shown, sizeBytes: outcome.sizeBytes)
    }

    /// Copies a file that waited to where it belongs.
    private func passOn(_ file: IncomingFile, to end: CopyEnd, replacing: Bool) async throws -> TransferOutcome {
        let place = try await service.places.open(end.place)
        let transfer = FileTransfer(
            from: file.part, to: place, replacing: replacing, claim: "upload \(UInt64.random(in: .min ... .max))")
        return try await service.pool.run {
            try file.close()
            defer { file.abandon() }
            do {
                return try transfer.run()
            } catch {
                // Nobody sends the same upload again.
                try? transfer.discardPart()
                throw error
            }
        }
    }

    /// Removes what has come, in a task that nobody has cancelled: the client may be gone.
    func abandon() async {
        guard let file else { return }
        let pool = service.pool
        await Task { try? await pool.run { file.abandon() } }.value
    }
}

extension CopyRequest.Place {
    /// The last name of it.
    var fileName: [UInt8] {
        let text =
            switch self {
            case .root(_, let path), .local(let path): path
            }
        return (try? StoragePath(parsing: text))?.name ?? []
    }
}
