"""Every statistics endpoint of a large catalog against the same of a small one, on servers that are asked in turn."""

import statistics
import time

from .part_scan import ROOT
from .processes import BenchError
from .results import percentile
from .sized_catalog import COPIES_ROOT

SMALL = 10_000
# Not timed, for each endpoint and server.
WARM_REQUESTS = 5
# An endpoint that is slow is not asked for longer than this in a round, once it was asked a few times.
SECONDS_MAX, REQUESTS_MIN = 15, 10
# One that is quick is asked for this long in a round, and each of these blocks gives a quotient: its p99 is a matter of who
# else wanted the processor, and only the median of many is the same the next day.
BLOCK_SECONDS, BLOCKS_MAX = 2, 10
SINCE = "since=2000-01-01T00:00:00Z"


def paths():
    """Every endpoint, of all roots and of one."""
    every = ["scans", "filetypes", "sizes", "growth", f"changes?{SINCE}", "access", "forecast", "duplicates/count", "duplicates",
             "duplicates/groups", "duplicates/groups?sort_by=size"]
    found = ["overall", f"smb/{ROOT}", f"directories/by-size?smb_root={ROOT}", f"directories/by-size?smb_root={ROOT}&limit=500"]
    for path in every:
        mark = "&" if "?" in path else "?"
        found += [path, f"{path}{mark}smb_root={ROOT}"]
        if path.startswith("duplicates"):
            found.append(f"{path}{mark}smb_root={COPIES_ROOT}")
    return [f"/api/v1/stats/{path}" for path in found]


def run(context):
    small, large = context.sized(SMALL), context.sized(context.options.files)
    compare(context, small, large, "statistics")


def compare(context, small, large, key):
    """Adds the blocks of the endpoint that grows most as the goal, and all of them as a table."""
    for catalog in (small, large):
        catalog.add_copies()
    rounds = {path: [] for path in paths()}
    for turn in range(context.rounds):
        context.say(f"statistics of {large.tree.files:,} files, round {turn + 1} of {context.rounds}")
        for path, samples in rounds.items():
            samples += blocks([small.server, large.server], path, context.options.requests)
    worst = slowest(rounds)
    for few, many in rounds[worst]:
        context.results.add(key, percentile(many, 0.99), percentile(few, 0.99))
    context.results.remark(
        f"Statistics: blocks of {context.options.requests} requests for each endpoint and server in turn (fewer, but {REQUESTS_MIN}, where "
        f"{SECONDS_MAX} s were over), as many blocks a round as fit into {BLOCK_SECONDS} s; each server has a root of that size and one of a tenth of it "
        "that was read for duplicates. Every figure is the median of the blocks.")
    context.results.remark(f"Slowest of all endpoints with {large.tree.files:,} files against {small.tree.files:,}: `{worst}`.")
    context.results.table(
        f"Statistics, milliseconds p50 / p99, {small.tree.files:,} and {large.tree.files:,} files",
        ["`/api/v1/stats/…`", f"{small.tree.files:,}", f"{large.tree.files:,}", "p50 ×", "p99 ×", "blocks from – to"],
        [row(path, samples) for path, samples in rounds.items()])


def blocks(servers, path, count):
    """(seconds of the first server, of the second) of each block."""
    end, found = time.perf_counter() + BLOCK_SECONDS, []
    while not found or (len(found) < BLOCKS_MAX and time.perf_counter() < end):
        found.append(ask_in_turn(servers, path, count))
    return found


def ask_in_turn(servers, path, count, warm=WARM_REQUESTS):
    """Seconds of each of so many requests to each server. Who comes first changes, so that nobody always follows the slow one."""
    requests = [(server.connection, server.connection.prepared("GET", path), []) for server in servers]
    end = time.perf_counter() + SECONDS_MAX
    for turn in range(warm + count):
        for connection, request, times in requests if turn % 2 else reversed(requests):
            started = time.perf_counter()
            answer = connection.send(request)
            seconds = time.perf_counter() - started
            if answer.status != 200:
                raise BenchError(f"{path} answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
            if turn >= warm:
                times.append(seconds)
        if time.perf_counter() > end and turn + 1 >= warm + REQUESTS_MIN:
            break
    return [times for _, _, times in requests]


def quotients(samples, share=0.99):
    """One for each block."""
    return [percentile(many, share) / percentile(few, share) for few, many in samples]


def slowest(rounds):
    return max(rounds, key=lambda path: statistics.median(quotients(rounds[path])))


def row(path, samples):
    def figures(index):
        halves = (statistics.median(percentile(pair[index], share) for pair in samples) * 1000 for share in (0.5, 0.99))
        return " / ".join(f"{value:.2f}" for value in halves)

    by_round, middles = quotients(samples), quotients(samples, 0.5)
    return [path.removeprefix("/api/v1/stats/"), figures(0), figures(1), f"{statistics.median(middles):.2f}", f"{statistics.median(by_round):.2f}",
            f"{min(by_round):.2f} – {max(by_round):.2f}"]
