"""Which files are equal: our scan and the reading behind it, against jdupes on the same tree in the same round."""

import os
import statistics
import time

from . import duplicate_tree
from .catalogizer import Catalogizer
from .processes import BenchError, timed

ROOT = "duplicates"
PATIENCE = 600


def bytes_read(pid):
    """What a process has asked the kernel for so far."""
    with open(f"/proc/{pid}/io", encoding="ascii") as file:
        return int(dict(line.split(": ") for line in file.read().splitlines())["rchar"])


def figures(server):
    data = server.expect(server.connection.request("GET", "/api/v1/stats/duplicates/count"), 200, "stats/duplicates/count")
    return data["duplicate_groups"], data["total_duplicates"]


def run(context):
    tree = duplicate_tree.ensure(context.work, context.duplicate_files, context.duplicate_bytes, context.say)
    truth = (len(tree.groups), sum(len(members) for members in tree.groups))
    walls = {"catalogizer": [], "jdupes -Q": []}
    reads = []
    for turn in range(context.rounds):
        context.say(f"duplicates, round {turn + 1} of {context.rounds}")
        peer = timed(["jdupes", "-r", "-q", "-Q", tree.root], keep_output=True)
        found = [group for group in peer.output.decode(errors="surrogateescape").strip("\n").split("\n\n") if group]
        if len(found) != truth[0]:
            raise BenchError(f"jdupes finds {len(found)} groups, not {truth[0]}")
        server = Catalogizer(context.binary, os.path.join(context.work, "data-duplicates"), context.work)
        try:
            root_id = server.add_root(ROOT, tree.root, duplicates=True)
            before, started = bytes_read(server.pid), time.monotonic()
            server.begin_scan(root_id)
            while figures(server) != truth:
                if time.monotonic() - started > PATIENCE:
                    raise BenchError(f"after {PATIENCE} s there are {figures(server)} groups and files, not {truth}")
                time.sleep(0.01)
            ours, read = time.monotonic() - started, bytes_read(server.pid) - before
            check_groups(server, tree)
            before = bytes_read(server.pid)
            server.scan(ROOT, "full")
            time.sleep(1)
            again = bytes_read(server.pid) - before
        finally:
            server.stop()
        context.say(f"  catalogizer: {ours:.2f} s, {read / tree.needed:.2f} x the bytes; jdupes -Q: {peer.wall:.2f} s; again: {again / 1e6:.1f} MB")
        walls["catalogizer"].append(ours)
        walls["jdupes -Q"].append(peer.wall)
        reads.append((read, again))
        context.results.add("duplicates_wall", ours, peer.wall)
        context.results.add("duplicates_bytes", read, tree.needed)
    context.results.table(
        f"Duplicates in {tree.files:,} files, {tree.bytes / 1e9:.2f} GB; {tree.needed / 1e9:.2f} GB have to be read",
        ["", "wall s", "GB read", "MB read again"],
        [[name, f"{statistics.median(samples):.2f}",
          f"{statistics.median(read for read, _ in reads) / 1e9:.2f}" if name == "catalogizer" else "–",
          f"{statistics.median(again for _, again in reads) / 1e6:.1f}" if name == "catalogizer" else "–"] for name, samples in walls.items()])
    context.results.remark("Duplicates: the scan is asked for over HTTP; `catalogizer scan` begins some 0.06 s later, when its process has started.")
    context.results.remark("Bytes read are all that the server asked the kernel for: its database, directories and sockets included.")


def check_groups(server, tree):
    """Not only as many: the same, as far as one answer goes."""
    expected = {tuple(members) for members in tree.groups}
    answer = server.connection.request("GET", f"/api/v1/search/duplicates?smb_root={ROOT}&limit=500")
    groups = server.expect(answer, 200, "search/duplicates")["groups"]
    found = {tuple(sorted(file["path"].lstrip("/") for file in group["files"])) for group in groups}
    if not found <= expected or len(found) != min(500, len(expected)):
        raise BenchError(f"{len(found - expected)} of the first {len(groups)} groups are none")
