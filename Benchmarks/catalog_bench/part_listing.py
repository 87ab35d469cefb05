"""Listings of a hundred rows, of random directories, against copyparty and against a bare server on the same framework."""

import os
import statistics

from .part_scan import ROOT
from .peers import Ceiling, Copyparty, wrk
from .processes import BenchError
from .tree import SHELF_ROWS, shelf_count

SCRIPT = """math.randomseed(7)
request = function()
  return wrk.format("GET", string.format("{pattern}", math.random(0, {count} - 1) * {stride}))
end
"""


def write_script(context, name, pattern, count, stride=1):
    path = os.path.join(context.work, f"{name}.lua")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SCRIPT.format(pattern=pattern, count=count, stride=stride))
    return path


def shelf_script(context, name, files):
    return write_script(context, name, f"/api/v1/catalog/{ROOT}/shelves/shelf-%05d", shelf_count(files))


def run(context):
    server, shelves = context.scanned_server(), shelf_count(context.tree.files)
    answer = server.list(ROOT, "shelves/shelf-00000")
    if answer["count"] != SHELF_ROWS or len(answer["files"]) != SHELF_ROWS:
        raise BenchError(f"a shelf lists {answer['count']} rows, not {SHELF_ROWS}")
    copyparty, ceiling = None, None
    try:
        copyparty = Copyparty(context.work, os.path.join(context.tree.root, "shelves"))
        ceiling = Ceiling(context.work, context.ceiling_binary())
        folders = Ceiling.ROWS // SHELF_ROWS
        targets = {
            "catalogizer": (server.port, shelf_script(context, "catalogizer", context.tree.files), server.token),
            "copyparty ?ls": (copyparty.port, write_script(context, "copyparty", "/shelf-%05d/?ls", shelves), None),
            "bare Hummingbird": (
                ceiling.port, write_script(context, "ceiling", "/list?dir=%d", min(shelves, folders), max(1, folders // shelves)), None),
        }
        samples = measure(context, targets)
    finally:
        for peer in (copyparty, ceiling):
            if peer:
                peer.stop()
    context.results.table(
        "Listing of 100 rows", ["", "1 connection, requests/s", "p99 ms", "64 connections, requests/s", "p99 ms"],
        [[name, *(cell for connections in (1, 64) for cell in cells(samples[name, connections]))] for name in targets])
    context.results.remark(
        "A row of Catalogizer has ten members (about 300 bytes), one of the bare server six (about 130 bytes); neither is compressed here.")


def measure(context, targets):
    samples = {}
    for turn in range(context.rounds):
        context.say(f"listing, round {turn + 1} of {context.rounds}")
        for connections in (1, 64):
            rates = {}
            for name, (port, script, token) in targets.items():
                sample = wrk(f"http://127.0.0.1:{port}/", connections, context.seconds, script, token)
                samples.setdefault((name, connections), []).append(sample)
                rates[name] = sample["rate"]
                context.say(f"  {name}, {connections}: {sample['rate']:,.0f} requests/s")
            if connections == 64:
                context.results.add("listing_copyparty", rates["catalogizer"], rates["copyparty ?ls"])
                context.results.add("listing_ceiling", rates["catalogizer"], rates["bare Hummingbird"])
    return samples


def cells(runs):
    rate = statistics.median(run["rate"] for run in runs)
    slow = [run["p99"] for run in runs if run["p99"] is not None]
    return [f"{rate:,.0f}", f"{statistics.median(slow):.1f}" if slow else "–"]
