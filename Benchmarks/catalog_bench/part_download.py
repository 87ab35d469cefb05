"""One big file, whole and in random ranges, against nginx with sendfile and against copyparty."""

import os
import statistics

from .peers import Copyparty, Nginx, curl, wrk
from .processes import BenchError, MemoryWatch

ROOT = "downloads"
NAME = "big.bin"
RANGE_BYTES = 65_536
RANGES = """math.randomseed(7)
request = function()
  local first = math.random(0, {last})
  wrk.headers["Range"] = "bytes=" .. first .. "-" .. (first + {size} - 1)
  return wrk.format("GET")
end
"""


def big_file(folder, size):
    """A file of incompressible bytes that are really there: holes would flatter whoever reads."""
    path = os.path.join(folder, NAME)
    if not os.path.exists(path) or os.path.getsize(path) != size:
        os.makedirs(folder, exist_ok=True)
        block = os.urandom(1 << 20)
        with open(path, "wb") as file:
            for start in range(0, size, len(block)):
                file.write(block[: size - start])
    return path


def run(context):
    folder, size = os.path.join(context.work, ROOT), context.big_bytes
    path = big_file(folder, size)
    server = context.running_server()
    server.add_root(ROOT, folder)
    server.scan(ROOT)
    link = f"/api/v1/download/file/{server.file_id(ROOT, NAME)}"
    check(server, link, path)
    script = os.path.join(context.work, "ranges.lua")
    with open(script, "w", encoding="utf-8") as file:
        file.write(RANGES.format(last=size - RANGE_BYTES, size=RANGE_BYTES))

    nginx, copyparty = None, None
    try:
        nginx, copyparty = Nginx(context.work, folder), Copyparty(context.work, folder)
        targets = {
            "catalogizer": (f"http://127.0.0.1:{server.port}{link}", server.token),
            "nginx": (f"http://127.0.0.1:{nginx.port}/{NAME}", None),
            "copyparty": (f"http://127.0.0.1:{copyparty.port}/{NAME}", None),
        }
        with MemoryWatch(server.pid) as peak:
            samples = measure(context, targets, script, size)
    finally:
        for peer in (nginx, copyparty):
            if peer:
                peer.stop()
    kinds = ["1 GB, 1 connection, MB/s", "1 GB, 64 connections, MB/s", "64 KiB ranges, 1 connection, requests/s", "64 KiB ranges, 64 connections, requests/s"]
    context.results.table(
        "Download", ["", *kinds],
        [[name, *(f"{statistics.median(samples[name, kind]):,.0f}" for kind in range(4))] for name in targets])
    context.results.remark(f"Peak anonymous memory of the server during the downloads: {peak.anonymous / 1024:.0f} MiB.")


def check(server, link, path):
    """The bytes of a range from the middle, before anything is timed."""
    with open(path, "rb") as file:
        file.seek(123_457)
        expected = file.read(RANGE_BYTES)
    answer = server.connection.request("GET", link, headers=[f"Range: bytes=123457-{123_457 + RANGE_BYTES - 1}"])
    if answer.status != 206 or answer.body != expected:
        raise BenchError(f"a range of the file came back wrong (status {answer.status}, {len(answer.body)} bytes)")


def measure(context, targets, script, size):
    samples = {}
    for url, token in targets.values():
        # Untimed: the file comes into the page cache and each program has served once, whoever happens to be first.
        curl(url, token)
    for turn in range(context.rounds):
        context.say(f"download, round {turn + 1} of {context.rounds}")
        this_round = {}
        for name, (url, token) in targets.items():
            received, rate = curl(url, token)
            if received != size:
                raise BenchError(f"{name} sent {received} bytes of {size}")
            figures = [
                rate, wrk(url, 64, context.seconds, token=token)["mb"],
                wrk(url, 1, context.seconds, script, token)["rate"], wrk(url, 64, context.seconds, script, token)["rate"],
            ]
            this_round[name] = figures
            for kind, figure in enumerate(figures):
                samples.setdefault((name, kind), []).append(figure)
            context.say(f"  {name}: " + ", ".join(f"{figure:,.0f}" for figure in figures))
        add = context.results.add
        add("download_1", this_round["catalogizer"][0], this_round["nginx"][0])
        add("download_64", this_round["catalogizer"][1], this_round["nginx"][1])
        add("range_nginx", this_round["catalogizer"][3], this_round["nginx"][3])
        add("range_copyparty", this_round["catalogizer"][3], this_round["copyparty"][3])
    return samples
