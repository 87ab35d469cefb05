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
    Goal("smb_scan", "remote", "SMB: scan of 20,000 files in 2,444 folders, files/s", "`rclone lsf -R`, 8 checkers", 2.0, 3.0, False),
    Goal("nfs_scan", "remote", "NFS: the same", "`nfs-ls -R`", 1.0, 2.0, False),
    Goal("smb_download", "remote", "SMB: 1 GB through the server, MB/s", "`smbclient get`", 0.8, 1.0, False),
    Goal("nfs_download", "remote", "NFS: the same", "`nfs-cat`", 0.8, 1.0, False),
]
PARTS = ["scan", "search", "listing", "download", "engines", "jobs", "remote"]
