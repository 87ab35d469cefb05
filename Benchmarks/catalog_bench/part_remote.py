"""Storages on other machines, over loopback: scans against programs that list the same share, downloads and jumps against the
protocol's own client or library."""

import os
import random
import shutil
import statistics

from .part_download import NAME as BIG_FILE
from .part_download import RANGE_BYTES, big_file
from .peers import curl
from .processes import BenchError, timed
from .remote_protocols import PROTOCOLS, SMB
from .remote_servers import Proxy
from .results import percentile
from .wire_tap import WireTap

FOLDERS_OF_20_000, GROUPS = 2_444, 12
# Below the share: the file to read has a folder of its own.
FILES = "files"
NAME = f"{FILES}/{BIG_FILE}"
# Beside it, and each read once only, so that nothing of it is open.
SEEK_FILES, SEEK_BYTES = f"{FILES}/seeks", 512 << 10
SLOW_FOLDERS, SLOW_FILES = 250, 2_000
DELAY_MS = 50
JUMPS, SLOW_JUMPS = 200, 15


def make_tree(share, name, folders, files):
    """Files in folders two levels down. What was begun and not finished is made anew."""
    tree, unfinished = os.path.join(share, name), os.path.join(os.path.dirname(share), "unfinished")
    if os.path.isdir(tree):
        return
    shutil.rmtree(unfinished, ignore_errors=True)
    for number in range(folders):
        folder = os.path.join(unfinished, f"group {number % GROUPS}", f"folder {number}")
        os.makedirs(folder)
        for file in range(number, files, folders):
            with open(os.path.join(folder, f"file {file}.mkv"), "wb") as handle:
                handle.write(b"x" * (file % 50))
    os.rename(unfinished, tree)


def make_seek_files(share, count):
    """Files that a range of each is read from."""
    folder = os.path.join(share, SEEK_FILES)
    os.makedirs(folder, exist_ok=True)
    for number in range(count):
        path = os.path.join(folder, f"{number}.mkv")
        if not os.path.exists(path) or os.path.getsize(path) != SEEK_BYTES:
            with open(path, "wb") as file:
                file.write(os.urandom(SEEK_BYTES))


def directories(folders):
    """All that `make_tree` makes, its top included."""
    return folders + min(folders, GROUPS) + 1


class RemotePart:
    """What is measured with one protocol."""

    def __init__(self, context, share, files, folders):
        self.context, self.share, self.server = context, share, context.running_server()
        self.files, self.directories = files, directories(folders)
        self.tree = f"tree-{files}"
        self.random = random.Random(7)
        self.rows = {"scans": [], "listings": [], "downloads": [], "jumps": [], "seeks": [], "slow": []}

    def measure(self, protocol):
        self.protocol, self.key = protocol, protocol.interface_name
        for step in (self.scans, self.listings, self.downloads, self.jumps, self.seeks, self.behind_delay):
            step()

    def add_root(self, name, port, path=""):
        self.server.add_remote_root(name, self.key, self.protocol.url(port, path), self.protocol.login)

    def scan(self, root, kind, files):
        """Seconds of a scan that found what is there."""
        sample = self.server.scan(root, kind)
        found = self.server.total("mkv", root)
        if found != files:
            raise BenchError(f"a scan of {root} found {found} files of {files}")
        return sample.wall

    def peer_scan(self, port, path, files):
        seconds, found = self.protocol.listed_files(port, path)
        if found != files:
            raise BenchError(f"the peer's listing over {self.protocol.name} has {found} files of {files}")
        return seconds

    def rounds(self, what, unit, measure):
        """Runs `measure` once a round, says what it found, and gives the medians."""
        rows = []
        for turn in range(self.context.rounds):
            self.context.say(f"remote, {self.protocol.name}, {what}, round {turn + 1} of {self.context.rounds}")
            rows.append(measure())
            self.context.say("  " + ", ".join(f"{figure:.2f} {unit}" for figure in rows[-1]))
        return [statistics.median(column) for column in zip(*rows)]

    def row(self, table, figures, digits=2):
        self.rows[table].append([self.protocol.name, *(f"{figure:,.{digits}f}" for figure in figures)])

    # The steps.

    def scans(self):
        root, port = self.key, self.protocol.server.port
        self.add_root(root, port, self.tree)
        first = self.scan(root, None, self.files)

        def measure():
            ours, peer = self.scan(root, "full", self.files), self.peer_scan(port, self.tree, self.files)
            self.context.results.add(f"{self.key}_scan", 1 / ours, 1 / peer)
            return ours, peer

        self.row("scans", [first, *self.rounds("scan", "s", measure)])

    def listings(self):
        """Counted, not timed: once is enough."""
        root = f"{self.key}-counted"
        with WireTap(self.key, self.protocol.server.port) as tap:
            self.add_root(root, tap.port, self.tree)
            figures = []
            for kind in (None, None, "quick"):
                tap.taken()
                self.scan(root, kind, self.files)
                requests, listings = tap.taken()
                figures += [listings / self.directories, requests / self.directories]
            # A scan first looks at the root, which libsmbclient does by a listing: one more of thousands is none for each.
            self.context.results.add(f"{self.key}_listings", round(figures[2], 2), 1)
            self.row("listings", figures)

    def downloads(self):
        root, size = f"{self.key}-files", self.context.big_bytes
        self.add_root(root, self.protocol.server.port, FILES)
        self.server.scan(root)
        self.link = self.link_of(root)
        self.check_range()

        def measure():
            received, rate = curl(f"http://127.0.0.1:{self.server.port}{self.link}", self.server.token)
            if received != size:
                raise BenchError(f"{received} bytes of {size} came through the server over {self.protocol.name}")
            ours, peer = size / 1e6 / rate, timed(self.protocol.get(NAME)).wall
            self.context.results.add(f"{self.key}_download", 1 / ours, 1 / peer)
            if not isinstance(self.protocol, SMB):
                return ours, peer
            rclone = timed(self.protocol.get_by_rclone(NAME)).wall
            self.context.results.add("smb_download_rclone", 1 / ours, 1 / rclone)
            return ours, peer, rclone

        self.row("downloads", self.rounds("download", "s", measure))

    def link_of(self, root, path=os.path.basename(NAME)):
        return f"/api/v1/download/file/{self.server.file_id(root, path)}"

    def check_range(self):
        first = self.context.big_bytes // 3
        with open(os.path.join(self.share, NAME), "rb") as file:
            file.seek(first)
            expected = file.read(RANGE_BYTES)
        answer = self.server.connection.request("GET", self.link, headers=[f"Range: bytes={first}-{first + RANGE_BYTES - 1}"])
        if answer.status != 206 or answer.body != expected:
            raise BenchError(f"a range came back wrong over {self.protocol.name} (status {answer.status}, {len(answer.body)} bytes)")

    def jumps(self):
        def measure():
            ours, peer = self.jump_both(self.link, self.protocol.server.port, JUMPS)
            self.context.results.add(f"{self.key}_jump", percentile(ours, 0.5), percentile(peer, 0.5))
            return [percentile(values, share) for values in (ours, peer) for share in (0.5, 0.99)]

        self.row("jumps", self.rounds("jumps", "ms", measure))

    def jump_both(self, link, port, count):
        """Milliseconds until the first byte of so many random ranges, through the server and by the library."""
        last = self.context.big_bytes - RANGE_BYTES
        offsets = [self.random.randrange(last) for _ in range(count)]
        # The first one opens the file.
        ours = self.first_bytes([(link, offset) for offset in [offsets[0], *offsets]])[1:]
        peer = self.protocol.first_bytes(port, [(NAME, offset, RANGE_BYTES) for offset in offsets])
        return [[1e3 * seconds for seconds in values] for values in (ours, peer)]

    def seeks(self):
        """The same where the file is another one each time, and nobody has it open."""
        numbers, root, port = iter(range(self.context.rounds * (JUMPS + 1))), f"{self.key}-files", self.protocol.server.port

        def measure():
            names = [f"{next(numbers)}.mkv" for _ in range(JUMPS + 1)]
            links = [self.link_of(root, f"{os.path.basename(SEEK_FILES)}/{name}") for name in names]
            offsets = [self.random.randrange(SEEK_BYTES - RANGE_BYTES) for _ in names]
            # The first one connects.
            ours = self.first_bytes(list(zip(links, offsets)))[1:]
            peer = self.protocol.first_bytes(port, [(f"{SEEK_FILES}/{name}", offset, RANGE_BYTES) for name, offset in zip(names, offsets)])[1:]
            ours, peer = ([1e3 * seconds for seconds in values] for values in (ours, peer))
            self.context.results.add(f"{self.key}_seek", percentile(ours, 0.5), percentile(peer, 0.5))
            return [percentile(values, share) for values in (ours, peer) for share in (0.5, 0.99)]

        self.row("seeks", self.rounds("seeks", "ms", measure))

    def first_bytes(self, places):
        """Seconds until the first byte of a range at each place (link, offset) came through the server."""
        connection, seconds = self.server.connection, []
        for link, offset in places:
            request = connection.prepared("GET", link, headers=[f"Range: bytes={offset}-{offset + RANGE_BYTES - 1}"])
            seconds.append(connection.first_byte(request, RANGE_BYTES))
        return seconds

    def behind_delay(self):
        """What round trips cost: scans, which have a goal, and jumps, which show how many of them there are."""
        root, proxy = f"{self.key}-slow", Proxy(self.protocol.server.port, self.protocol.is_ftp)
        try:
            self.add_root(root, proxy.port, "slow")
            self.scan(root, None, SLOW_FILES)
            files = f"{self.key}-slow-files"
            self.add_root(files, proxy.port, FILES)
            self.server.scan(files)
            link = self.link_of(files)
            proxy.command(f"delay {DELAY_MS}")

            def measure():
                ours, peer = self.scan(root, "full", SLOW_FILES), self.peer_scan(proxy.port, "slow", SLOW_FILES)
                self.context.results.add(f"{self.key}_slow", ours, peer)
                jumps = [percentile(values, 0.5) / 1e3 for values in self.jump_both(link, proxy.port, SLOW_JUMPS)]
                return ours, peer, *jumps

            self.row("slow", self.rounds(f"{DELAY_MS} ms more", "s", measure), digits=3)
        finally:
            proxy.stop()


def run(context):
    context.build("catalogizer-smb")
    files = context.remote_files
    folders = max(1, files * FOLDERS_OF_20_000 // 20_000)
    share = os.path.join(context.work, "share")
    big_file(os.path.join(share, FILES), context.big_bytes)
    make_seek_files(share, context.rounds * (JUMPS + 1))
    make_tree(share, f"tree-{files}", folders, files)
    make_tree(share, "slow", SLOW_FOLDERS, SLOW_FILES)
    part = RemotePart(context, share, files, folders)
    for protocol_type in PROTOCOLS:
        if protocol_type.interface_name in context.protocols:
            protocol = protocol_type(share)
            try:
                part.measure(protocol)
            finally:
                protocol.server.stop()
    report(context, part.rows, files, folders)


def report(context, rows, files, folders):
    table = context.results.table
    table(f"Remote storages: scan of {files:,} files in {folders:,} folders, seconds", ["", "first scan", "full scan", "the peer's listing"], rows["scans"])
    kinds = [f"{what}, {scan}" for scan in ("first scan", "rescan", "quick rescan") for what in ("listings", "all requests")]
    table("Remote storages: what a scan asks the server for, per directory, nothing changed", ["", *kinds], rows["listings"])
    table(f"Remote storages: {context.big_bytes / 1e9:g} GB through the server, seconds", ["", "ours", "the peer", "`rclone cat`"],
          [row + ["–"] * (4 - len(row)) for row in rows["downloads"]])
    table(f"Remote storages: first byte of a random range of {RANGE_BYTES // 1024} KiB, milliseconds", ["", "ours, p50", "p99", "the library's, p50", "p99"], rows["jumps"])
    table("Remote storages: the same in another file each time, which nobody has open, milliseconds",
          ["", "ours, p50", "p99", "the library's, p50", "p99"], rows["seeks"])
    table(f"Remote storages, {DELAY_MS} ms added to each round trip: {SLOW_FILES:,} files in {SLOW_FOLDERS} folders, and jumps, seconds",
          ["", "scan", "the peer's listing", "jump, p50", "the library's, p50"], rows["slow"])
    context.results.remark("Scans of remote storages are whole commands, their start and the database included; so are the peers. Both connect anew each time.")
