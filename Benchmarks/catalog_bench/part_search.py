"""Search over HTTP against plocate: each term once for each, in turn, in every round."""

import os
import time

from . import terms
from .part_scan import ROOT
from .peers import plocate, updatedb
from .processes import BenchError, spawn_and_read, timed
from .results import percentile


def run(context):
    server, tree = context.scanned_server(), context.tree
    database = os.path.join(context.work, "plocate.db")
    if not os.path.exists(database):
        timed(updatedb(tree.root, database))
    context.say("search: drawing terms and counting their true totals …")
    classes = terms.draw(terms.NameList(tree.names()), context.terms)
    check(server, classes)
    for drawn in classes.values():
        for term, _ in drawn:
            spawn_and_read(plocate(database, term))

    ours, peer = {}, {}
    for turn in range(context.rounds):
        context.say(f"search, round {turn + 1} of {context.rounds}")
        mine, theirs = [], []
        for kind, drawn in classes.items():
            for term, _ in drawn:
                request = server.connection.prepared("GET", server.new_search_path(term))
                started = time.perf_counter()
                answer = server.connection.send(request)
                seconds = time.perf_counter() - started
                if answer.status != 200:
                    raise BenchError(f"search for {term!r} answered {answer.status}")
                mine.append(seconds)
                ours.setdefault(kind, []).append(seconds)
                seconds, _ = spawn_and_read(plocate(database, term))
                theirs.append(seconds)
                peer.setdefault(kind, []).append(seconds)
        context.results.add("search_p50", percentile(mine, 0.5), percentile(theirs, 0.5))
        context.results.add("search_p99", percentile(mine, 0.99), percentile(theirs, 0.99))

    def line(name, times):
        every = [value for values in times.values() for value in values]
        return [name, *(figures(times[kind]) for kind in classes), figures(every)]

    context.results.table(
        "Search, milliseconds p50 / p99, first names, asked for the first time", ["", *classes, "all"],
        [line("catalogizer, over HTTP, exact total and order", ours), line("plocate -b -i, no total, no order", peer)])
    context.results.remark(f"Every total of the {sum(map(len, classes.values()))} search terms was compared with the tree's true count before the rounds.")


def figures(values):
    return f"{percentile(values, 0.5) * 1000:.1f} / {percentile(values, 0.99) * 1000:.1f}"


def check(server, classes):
    """Fast and wrong does not count. This pass also wakes the index, as one untimed pass of the peer does its pages."""
    wrong = []
    for drawn in classes.values():
        for term, count in drawn:
            total = server.total(term)
            if total != count:
                wrong.append(f"{term!r}: {total} instead of {count}")
    if wrong:
        raise BenchError("search totals are wrong: " + "; ".join(wrong[:10]) + f" ({len(wrong)} in all, root {ROOT})")
