"""First scan, rescans and memory, against find and updatedb on the same tree in the same round."""

import os
import statistics

from .catalogizer import Catalogizer
from .peers import find_printf, updatedb
from .processes import BenchError, MemoryWatch, timed

ROOT = "bench"


def check_totals(server, tree, when):
    """A scan that misses names is no scan: the planted words must be found, all of them."""
    for word, count in tree.planted.items():
        total = server.total(word)
        if total != count:
            raise BenchError(f"after the {when} a search for {word} finds {total} names, not {count}")


def run(context):
    tree, samples = context.tree, {}
    database = os.path.join(context.work, "plocate.db")

    def record(name, sample):
        samples.setdefault(name, []).append(sample)
        context.say(f"  {name}: {sample.wall:.2f} s")
        return sample

    find = find_printf(tree.root)
    timed(find)  # Once untimed, so that the first round is as warm as the others.
    server = None
    for turn in range(context.rounds):
        context.say(f"scan, round {turn + 1} of {context.rounds}")
        if server:
            server.stop()
        server = Catalogizer(context.binary, context.data_directory, context.work)
        context.server = server
        server.add_root(ROOT, tree.root)
        peer = record("find", timed(find))
        with MemoryWatch(server.pid) as peak:
            ours = record("first scan", server.scan(ROOT))
        ours.anonymous, ours.resident = peak.anonymous, peak.resident
        context.results.add("first_scan", ours.wall, peer.wall)
        check_totals(server, tree, "first scan")

        peer = record("find", timed(find))
        ours = record("incremental rescan", server.scan(ROOT))
        context.results.add("incremental", ours.wall, peer.wall)

        if os.path.exists(database):
            os.unlink(database)
        fresh = record("updatedb, new database", timed(updatedb(tree.root, database), watch=True))
        context.results.add("memory", samples["first scan"][-1].anonymous, fresh.anonymous)
        peer = record("updatedb, unchanged tree", timed(updatedb(tree.root, database)))
        ours = record("quick rescan", server.scan(ROOT, "quick"))
        context.results.add("quick", ours.wall, peer.wall)
        check_totals(server, tree, "rescans")
    context.results.table(
        "Scan", ["", "wall s", "entries/s", "peak anonymous MiB", "peak resident MiB"],
        [row(name, runs, tree) for name, runs in samples.items()])
    context.results.remark("A server's anonymous memory is what it cannot give back; mapped, rebuildable files count as cache.")


def row(name, runs, tree):
    wall = statistics.median(run.wall for run in runs)
    anonymous, resident = max(run.anonymous for run in runs), max(run.resident for run in runs)
    entries = (tree.files + tree.directory_count) / wall
    return [name, f"{wall:.2f}", f"{entries:,.0f}", f"{anonymous / 1024:.0f}" if anonymous else "–", f"{resident / 1024:.0f}" if resident else "–"]
