"""What has to be reached: each row is a quotient to a peer that was measured in the same round."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """A row of the table. `lower` says whether a smaller quotient is better (times, memory) or a larger one (rates)."""

    key: str
    part: str
    what: str
    peer: str
    must: float
    aim: float
    lower: bool

    def verdict(self, quotient):
        if quotient is None:
            return "not measured"
        reached = (lambda goal: quotient <= goal) if self.lower else (lambda goal: quotient >= goal)
        return "aim reached" if reached(self.aim) else "reached" if reached(self.must) else "**missed**"


GOALS = [
    Goal("first_scan", "scan", "first scan, search index included, wall", "`find -printf` of path, size, time", 1.25, 0.85, True),
    Goal("incremental", "scan", "incremental rescan, nothing changed, wall", "the same `find`", 0.9, 0.7, True),
    Goal("quick", "scan", "quick rescan, nothing changed, wall", "`updatedb` on the unchanged tree", 1.0, 0.8, True),
    Goal("memory", "scan", "peak anonymous memory of the server during the first scan", "`updatedb`, new database", 1.0, 0.6, True),
    Goal("search_p50", "search", "search over HTTP, first 50 with exact total, all classes, p50", "`plocate -b -i`, its start included", 0.6, 0.4, True),
    Goal("search_p99", "search", "the same, p99", "`plocate -b -i`, its start included", 0.15, 0.06, True),
    Goal("listing_copyparty", "listing", "listing of 100 rows, 64 connections, requests/s", "copyparty `?ls`", 6, 10, False),
    Goal("listing_ceiling", "listing", "listing of 100 rows, 64 connections, requests/s", "bare Hummingbird server with hand-written rows", 0.7, 1.0, False),
    Goal("download_1", "download", "1 GB file, 1 connection, MB/s", "nginx with sendfile", 1.0, 1.2, False),
    Goal("download_64", "download", "1 GB file, 64 connections, MB/s", "nginx with sendfile", 1.0, 1.2, False),
    Goal("range_nginx", "download", "random 64 KiB ranges, 64 connections, requests/s", "nginx with sendfile", 0.55, 0.9, False),
    Goal("range_copyparty", "download", "random 64 KiB ranges, 64 connections, requests/s", "copyparty", 2, 3, False),
    Goal("engine_scan", "engines", "PostgreSQL: first scan, wall", "the same on SQLite", 2.0, 1.5, True),
    Goal("engine_listing", "engines", "PostgreSQL: listing of 100 rows, 64 connections, requests/s", "the same on SQLite", 0.6, 0.8, False),
    Goal("engine_search", "engines", "PostgreSQL: search, p99", "the same on SQLite", 2.0, 1.2, True),
    Goal("busy_sqlite", "engines", "SQLite: reads while a million entries are scanned, p99", "the same reads without a scan", 2.0, 1.5, True),
    Goal("busy_postgresql", "engines", "PostgreSQL: reads while a million entries are scanned, p99", "the same reads without a scan", 2.0, 1.5, True),
    Goal("jobs_sqlite", "jobs", "SQLite: a job claimed and ended, 100,000 others waiting", "the same, ten waiting", 1.5, 1.1, True),
    Goal("heartbeats_sqlite", "jobs", "SQLite: the heartbeat of a job, 100,000 others waiting", "the same, ten waiting", 1.5, 1.1, True),
    Goal("jobs_postgresql", "jobs", "PostgreSQL: a job claimed and ended, 100,000 others waiting", "the same, ten waiting", 1.5, 1.1, True),
    Goal("heartbeats_postgresql", "jobs", "PostgreSQL: the heartbeat of a job, 100,000 others waiting", "the same, ten waiting", 1.5, 1.1, True),
    Goal("moves", "moves", "10,000 files renamed: the incremental rescan, wall", "the unchanged rescan", 1.5, 1.1, True),
    Goal("statistics", "statistics", "every statistics endpoint, the slowest, 1,000,000 files, p99", "the same endpoint with 10,000 files", 3, 1.5, True),
    Goal("duplicates_wall", "duplicates", "equal files among 20,000 with 4.3 GB: scan and reading, wall", "`jdupes -r -Q`", 1.0, 0.7, True),
    Goal("duplicates_bytes", "duplicates", "the same: bytes read", "bytes that have to be read", 1.25, 1.05, True),
    Goal("archive_zip", "archives", "folder of large files as stored zip, MB/s", "the better of copyparty and `bsdtar`", 1.0, 1.5, False),
    Goal("archive_tar", "archives", "the same as tar", "the better of copyparty and `bsdtar`", 1.0, 1.5, False),
    Goal("archive_zip_small", "archives", "folder of files with 12 kB as stored zip, MB/s", "the better of copyparty and `bsdtar`", 1.0, 1.5, False),
    Goal("archive_tar_small", "archives", "the same as tar", "the better of copyparty and `bsdtar`", 1.0, 1.5, False),
    Goal("archive_gzip", "archives", "folder of text as tar.gz, MB/s", "`bsdtar` on one core", 1.0, 1.8, False),
    Goal("archive_deflate", "archives", "the same as zip with deflate", "`bsdtar` on one core", 1.0, 1.8, False),
    Goal("smb_scan", "remote", "SMB: scan of 20,000 files in 2,444 folders, files/s", "`rclone lsf -R`, 8 checkers", 2.0, 3.0, False),
    Goal("nfs_scan", "remote", "NFS: the same", "`nfs-ls -R`", 1.0, 2.0, False),
    Goal("ftp_scan", "remote", "FTP: the same", "`rclone lsf -R`, 8 checkers", 1.0, 1.5, False),
    Goal("webdav_scan", "remote", "WebDAV: the same", "`rclone lsf -R`, 8 checkers", 3, 10, False),
    Goal("smb_listings", "remote", "SMB: rescan of the unchanged tree, listings begun", "directories", 1.0, 0.99, True),
    Goal("nfs_listings", "remote", "NFS: the same", "directories", 1.0, 0.99, True),
    Goal("ftp_listings", "remote", "FTP: the same", "directories", 1.0, 0.99, True),
    Goal("webdav_listings", "remote", "WebDAV: the same", "directories", 1.0, 0.99, True),
    Goal("smb_download", "remote", "SMB: 1 GB through the server, MB/s", "`smbclient get`", 0.8, 1.0, False),
    Goal("smb_download_rclone", "remote", "SMB: the same", "`rclone cat`", 2, 4, False),
    Goal("nfs_download", "remote", "NFS: the same", "`nfs-cat`", 0.8, 1.0, False),
    Goal("ftp_download", "remote", "FTP: the same", "`curl` from the storage", 0.8, 1.0, False),
    Goal("webdav_download", "remote", "WebDAV: the same", "`curl` from the storage", 0.8, 1.0, False),
    Goal("smb_jump", "remote", "SMB: first byte of a random range of 64 KiB through the server, p50", "libsmbclient, the file open", 1.5, 1.1, True),
    Goal("nfs_jump", "remote", "NFS: the same", "libnfs, the file open", 1.5, 1.1, True),
    Goal("ftp_jump", "remote", "FTP: the same", "libcurl, connected", 1.5, 1.1, True),
    Goal("webdav_jump", "remote", "WebDAV: the same", "libcurl, connected", 1.5, 1.1, True),
    Goal("smb_seek", "remote", "SMB: first byte of a random range of 64 KiB of a file that is not open, p50", "libsmbclient: open, read", 1.5, 1.1, True),
    Goal("nfs_seek", "remote", "NFS: the same", "libnfs: open, read", 1.5, 1.1, True),
    Goal("ftp_seek", "remote", "FTP: the same", "libcurl, connected", 1.5, 1.1, True),
    Goal("webdav_seek", "remote", "WebDAV: the same", "libcurl, connected", 1.5, 1.1, True),
    Goal("smb_slow", "remote", "SMB: scan of 250 folders, 50 ms added to each round trip, wall", "`rclone lsf -R`, 8 checkers", 0.5, 0.25, True),
    Goal("nfs_slow", "remote", "NFS: the same", "`nfs-ls -R`", 0.5, 0.25, True),
    Goal("ftp_slow", "remote", "FTP: the same", "`rclone lsf -R`, 8 checkers", 0.5, 0.25, True),
    Goal("webdav_slow", "remote", "WebDAV: the same", "`rclone lsf -R`, 8 checkers", 0.5, 0.25, True),
    Goal("large_scan_memory", "large", "5,000,000 files: peak anonymous memory of the server during the first scan", "300 MiB", 1.0, 0.5, True),
    Goal("large_idle", "large", "the same: with nothing to do, the larger of after the scan and after a start", "150 MiB", 1.0, 0.5, True),
    Goal("large_start", "large", "the same: from the start until it is ready", "one second", 1.0, 0.5, True),
    Goal("large_search", "large", "the same: search, all classes, p99, terms that were asked for before", "the same terms with 1,000,000 files", 2.0, 1.2, True),
    Goal("large_new_search", "large", "the same: terms that nobody has asked for", "the same terms with 1,000,000 files", 2.0, 1.2, True),
    Goal("large_listing", "large", "the same: listing of 100 rows, p99", "the same with 1,000,000 files", 2.0, 1.2, True),
    Goal("large_statistics", "large", "the same: every statistics endpoint, the slowest, p99", "the same endpoint with 10,000 files", 3, 1.5, True),
]
PARTS = ["scan", "search", "listing", "download", "moves", "duplicates", "archives", "engines", "jobs", "remote", "statistics"]
# Only where they are asked for, and first, while their servers have seen nothing else: they need millions of files more than the others.
MORE_PARTS = ["large"]
