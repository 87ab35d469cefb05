"""Servers that differ in the size of their trees only. All run at once, so that each can be asked in turn."""

import os
import time

from . import tree
from .catalogizer import Catalogizer
from .part_scan import ROOT
from .peers import find_printf
from .processes import BenchError, MemoryWatch, memory, timed

# A second root with a tenth of the files, all of which are read for duplicates.
COPIES_ROOT, COPIES_SHARE = "copies", 10
# After a scan and after a start, before its memory counts as that of a server which has nothing to do.
IDLE_SECONDS = 15
PATIENCE_SECONDS = 900
STARTS = 5


class SizedCatalog:
    """A server with a tree in its catalog, and what it cost to get there."""

    def __init__(self, context, files):
        self.context, self.tree = context, tree.ensure(context.work, files, say=context.say)
        self.directory = os.path.join(context.work, f"data-{files}")
        self.server = Catalogizer(context.binary, self.directory, context.work)
        self.start_seconds = []
        self.idle_after_scan = self.idle_after_start = 0
        self.has_copies = False
        try:
            self._scan()
        except BaseException:
            self.stop()
            raise

    @property
    def entries(self):
        return self.tree.files + self.tree.directory_count

    def _scan(self):
        context, server = self.context, self.server
        context.say(f"scanning {self.tree.files:,} files …")
        server.add_root(ROOT, self.tree.root)
        timed(find_printf(self.tree.root))  # So that every scan finds a warm cache.
        self.find = timed(find_printf(self.tree.root))
        with MemoryWatch(server.pid) as peak:
            self.first_scan = server.scan(ROOT)
        self.peak_anonymous, self.peak_resident = peak.anonymous, peak.resident
        self.check_totals("first scan")
        context.say(f"  find {self.find.wall:.2f} s, first scan {self.first_scan.wall:.2f} s, peak {peak.anonymous / 1024:.0f} MiB anonymous")

    def check_totals(self, when):
        """As `part_scan.check_totals`, in the one root."""
        for word, count in self.tree.planted.items():
            if (total := self.server.total(word, ROOT)) != count:
                raise BenchError(f"{self.tree.files:,} files: after the {when} a search for {word} finds {total} names, not {count}")

    def watch_idle(self):
        """Memory with nothing to do, KiB: after the scan, and after a start. The starts are timed too."""
        time.sleep(IDLE_SECONDS)
        self.idle_after_scan, _ = memory(self.server.pid)
        self.start_seconds = [self.server.restart() for _ in range(STARTS)]
        self.check_totals("start")
        time.sleep(IDLE_SECONDS)
        self.idle_after_start, _ = memory(self.server.pid)
        self.context.say(
            f"  idle {self.idle_after_scan / 1024:.0f} MiB after the scan, {self.idle_after_start / 1024:.0f} MiB after a start; "
            f"ready after {', '.join(f'{seconds:.2f}' for seconds in self.start_seconds)} s")

    def rescan(self):
        """An incremental scan of the tree that nobody changed."""
        return self.server.scan(ROOT)

    def database_bytes(self):
        """(database, what stands beside it for search)"""
        def size(*names):
            paths = [os.path.join(self.directory, name) for name in names]
            return sum(os.path.getsize(path) for path in paths if os.path.exists(path))

        search = os.path.join(self.directory, "search")
        index = [os.path.join(folder, name) for folder, _, names in os.walk(search) for name in names]
        return size("catalogizer.sqlite", "catalogizer.sqlite-wal"), sum(os.path.getsize(path) for path in index)

    def add_copies(self):
        """A root whose files are read for duplicates, and waits until the figures are the true ones."""
        if self.has_copies:
            return
        copies = tree.ensure(self.context.work, max(1, self.tree.files // COPIES_SHARE), say=self.context.say)
        truth, started = tree.equal_files(copies.files), time.monotonic()
        self.context.say(f"reading {copies.files:,} files for duplicates …")
        self.server.add_root(COPIES_ROOT, copies.root, duplicates=True)
        self.server.scan(COPIES_ROOT)
        while (found := self.duplicates()) != truth:
            if time.monotonic() - started > PATIENCE_SECONDS:
                raise BenchError(f"after {PATIENCE_SECONDS} s there are {found} groups and files, not {truth}")
            time.sleep(0.2)
        self.context.say(f"  {truth[0]:,} groups after {time.monotonic() - started:.1f} s")
        self.check_statistics(copies)
        self.has_copies = True

    def get(self, path):
        return self.server.expect(self.server.connection.request("GET", path), 200, path)

    def duplicates(self):
        data = self.get("/api/v1/stats/duplicates/count")
        return data["duplicate_groups"], data["total_duplicates"]

    def check_statistics(self, copies):
        """Fast and wrong does not count."""
        overall = self.get("/api/v1/stats/overall")["data"]
        sizes = self.get(f"/api/v1/stats/sizes?smb_root={ROOT}")["data"]
        found = overall["total_files"], overall["total_size"], sum(sizes.values())
        true = self.tree.files + copies.files, self.tree.bytes + copies.bytes, self.tree.files
        if found != true:
            raise BenchError(f"statistics say {found}: files, bytes, files by size; true are {true}")

    def stop(self):
        self.server.stop()
