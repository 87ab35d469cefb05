/// Joining paths of the server's own file system. (Paths inside a storage root are `StoragePath`.)
enum FilePath {
    /// `path` as an absolute path: a relative one starts at `base`. Empty and `.` components go; `..` stays, since only the
    /// kernel knows where it leads once a symbolic link is in the way.
    static func absolute(_ path: String, base: String) -> String {
        let whole = path.hasPrefix("/") ? path : base + "/" + path
        return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// The directory that holds `path`.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
