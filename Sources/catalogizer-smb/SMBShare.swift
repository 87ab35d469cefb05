import CSMBClient
import Glibc
import SMBWire

/// Who logs in: libsmbclient asks by a function that has no other place to know it from. One thread, one share.
nonisolated(unsafe) private var login = (username: [CChar](), password: [CChar](), domain: [CChar]())

/// One share over libsmbclient; one thread only.
struct SMBShare {
    private let prefix: [UInt8]

    /// - Throws: `SMBError` when the settings are none, or there is no memory.
    init(_ payload: [UInt8]) throws {
        guard let settings = SMBSettings(payload: payload) else { throw SMBError(EPROTO) }
        guard let context = smbc_new_context() else { throw SMBError(ENOMEM) }
        login = (Self.text(settings.username), Self.text(settings.password), Self.text(settings.domain))
        smbc_setTimeout(context, Int32(clamping: settings.timeout))
        smbc_setPort(context, UInt16(clamping: settings.port))
        smbc_setOptionProtocols(context, "SMB2_02", "SMB3_11")
        smbc_setOptionOneSharePerServer(context, 1)
        smbc_setOptionNoAutoAnonymousLogin(context, settings.username.isEmpty ? 0 : 1)
        smbc_setOptionUseKerberos(context, 0)
        if settings.mustEncrypt { smbc_setOptionSmbEncryptionLevel(context, SMBC_ENCRYPTLEVEL_REQUIRE) }
        smbc_setFunctionAuthDataWithContext(context) {
            _, _, _, domain, domainSize, user, userSize, password, passwordSize in
            SMBShare.copy(login.domain, to: domain, domainSize)
            SMBShare.copy(login.username, to: user, userSize)
            SMBShare.copy(login.password, to: password, passwordSize)
        }
        guard smbc_init_context(context) != nil else { throw SMBError(errno) }
        smbc_set_context(context)
        // The library takes no brackets around an IPv6 address, but takes its colons as escapes.
        prefix =
            Array("smb://".utf8) + Self.escaped(Array(settings.host.utf8)) + [UInt8(ascii: "/")]
            + Self.escaped(Array(settings.share.utf8))
            + (settings.directory.isEmpty ? [] : [UInt8(ascii: "/")] + Self.escaped(settings.directory))
    }

    func stat(_ path: [UInt8]) throws -> SMBAttributes {
        var status = Glibc.stat()
        guard try smbc_stat(url(path), &status) == 0 else { throw SMBError(errno) }
        return SMBAttributes(status)
    }

    func list(_ path: [UInt8], _ body: (UnsafeRawBufferPointer, SMBAttributes) throws -> Void) throws {
        let handle = try smbc_opendir(url(path))
        guard handle >= 0 else { throw SMBError(errno) }
        defer { smbc_closedir(handle) }
        var status = Glibc.stat()
        errno = 0
        while let entry = smbc_readdirplus2(UInt32(handle), &status) {
            guard let name = entry.pointee.name else { continue }
            let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
            if bytes.elementsEqual("..".utf8) { continue }
            // The directory itself, which costs another three round trips when it is asked for.
            let isItself = bytes.elementsEqual(".".utf8)
            try body(
                isItself ? UnsafeRawBufferPointer(rebasing: bytes[..<0]) : bytes, SMBAttributes(entry.pointee, status))
            errno = 0
        }
        // A listing that broke off must not look like a short directory.
        guard errno == 0 else { throw SMBError(errno) }
    }

    func open(_ path: [UInt8]) throws -> (handle: Int32, attributes: SMBAttributes) {
        let handle = try smbc_open(url(path), O_RDONLY, 0)
        guard handle >= 0 else { throw SMBError(errno) }
        var status = Glibc.stat()
        guard smbc_fstat(handle, &status) == 0 else {
            let number = errno
            smbc_close(handle)
            throw SMBError(number)
        }
        return (handle, SMBAttributes(status))
    }

    /// - Returns: how many bytes it got; fewer than there is room for at the end of the file.
    func read(_ handle: Int32, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard smbc_lseek(handle, off_t(offset), SEEK_SET) == off_t(offset) else { throw SMBError(errno) }
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let got = smbc_read(handle, rest.baseAddress, rest.count)
            guard got >= 0 else { throw SMBError(errno) }
            guard got > 0 else { break }
            filled += got
        }
        return filled
    }

    /// What a write left over may fail here.
    func close(_ handle: Int32) throws {
        guard smbc_close(handle) == 0 else { throw SMBError(errno) }
    }

    func space() throws -> (free: Int64, total: Int64, fileSystem: UInt64) {
        var space = Glibc.statvfs()
        var place = try url([])
        guard smbc_statvfs(&place, &space) == 0 else { throw SMBError(errno) }
        // The library counts in units of its own when the server says no more than one number.
        let unit = UInt64(space.f_bsize) * UInt64(max(space.f_frsize, 1))
        let bytes = { (blocks: UInt) in
            Int64(clamping: UInt64(blocks).multipliedReportingOverflow(by: unit).partialValue)
        }
        return (bytes(space.f_bavail), bytes(space.f_blocks), UInt64(space.f_fsid))
    }

    // MARK: Text

    /// - Throws: `SMBError` for a backslash: servers take it for a slash, and `..` behind it would lead out of the directory.
    func url(_ path: [UInt8]) throws -> [CChar] {
        guard !path.contains(UInt8(ascii: "\\")) else { throw SMBError(ENOENT) }
        let bytes = path.isEmpty ? prefix : prefix + [UInt8(ascii: "/")] + Self.escaped(path)
        return bytes.map { CChar(bitPattern: $0) } + [0]
    }

    /// Everything but letters, digits and a few signs as escapes: the library takes URLs.
    private static func escaped(_ path: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        var escaped: [UInt8] = []
        escaped.reserveCapacity(path.count * 3)
        for byte in path {
            let isPlain = (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || "-._~/".utf8.contains(byte)
            if isPlain {
                escaped.append(byte)
            } else {
                escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return escaped
    }

    private static func text(_ text: String) -> [CChar] { Array(text.utf8CString) }

    private static func copy(_ text: [CChar], to target: UnsafeMutablePointer<CChar>?, _ size: Int32) {
        guard let target, size > 0, !text.isEmpty else { return }
        text.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            strncpy(target, start, Int(size) - 1)
            target[Int(size) - 1] = 0
        }
    }
}

extension SMBAttributes {
    fileprivate init(_ status: Glibc.stat) {
        let kind: Int64 =
            switch status.st_mode & S_IFMT {
            case S_IFREG: 0
            case S_IFDIR: 1
            default: 2
            }
        self.init(
            kind: kind, size: Int64(status.st_size), modifiedNS: Self.nanoseconds(status.st_mtim),
            changedNS: Self.nanoseconds(status.st_ctim), inode: Int64(bitPattern: UInt64(status.st_ino)))
    }

    fileprivate init(_ entry: libsmb_file_info, _ status: Glibc.stat) {
        let isDirectory = Int32(entry.attrs) & Int32(SMBC_DOS_MODE_DIRECTORY) != 0
        self.init(
            kind: isDirectory ? 1 : 0, size: Int64(clamping: entry.size), modifiedNS: Self.nanoseconds(entry.mtime_ts),
            changedNS: Self.nanoseconds(entry.ctime_ts), inode: Int64(bitPattern: UInt64(status.st_ino)))
    }

    /// What a server says may be any number: one that no calendar has counts as unknown.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        let (whole, isTooLarge) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflows) = whole.addingReportingOverflow(Int64(time.tv_nsec))
        return isTooLarge || overflows ? 0 : sum
    }
}
