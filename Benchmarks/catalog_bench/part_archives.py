"""Folders as archives: large files and small ones, in each format, against copyparty's `?zip` and bsdtar on one core."""

import os
import random
import shutil
import statistics
import subprocess
import time

from .catalogizer import Catalogizer
from .peers import Copyparty
from .processes import BenchError

ROOT = "archives"
VERSION = 1
LARGE, LARGE_BYTES = 4, 250_000_000
SMALL, SMALL_BYTES = 20_000, 12_000


def make(work, say):
    """`large` has files that nobody can compress, `small` and `text` ones that everybody can."""
    root = os.path.join(work, "archives")
    marker = os.path.join(root, "complete")
    if os.path.exists(marker):
        with open(marker, encoding="utf-8") as file:
            if file.read() == str(VERSION):
                return root
    say("making folders to pack …")
    shutil.rmtree(root, ignore_errors=True)
    pick = random.Random(99)
    words = [pick.randbytes(6).hex() for _ in range(3_000)]
    for number in range(LARGE):
        write(root, f"large/{number}.mkv", (pick.randbytes(1 << 20) for _ in range(LARGE_BYTES >> 20)))
    for number in range(SMALL):
        write(root, f"small/{number // 100:03}/{number:05}.txt", [text(pick, words, SMALL_BYTES)])
    for number in range(60):
        write(root, f"text/{number:02}.log", [text(pick, words, 4_000_000)])
    with open(marker, "w", encoding="utf-8") as file:
        file.write(str(VERSION))
    return root


def text(pick, words, size):
    return " ".join(pick.choices(words, k=size // 13 + 1)).encode()[:size]


def write(root, name, pieces):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        for piece in pieces:
            file.write(piece)


def content_bytes(folder):
    return sum(os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(folder) for name in names)


def warm(folder):
    """Reads everything once, so that whoever comes first does not wait for the disk on behalf of the others."""
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                while file.read(1 << 20):
                    pass


def fetch(url, token=None):
    """Seconds of one download, the start of curl included."""
    argv = ["curl", "--silent", "--fail", "--output", "/dev/null", "--write-out", "%{time_total}"]
    argv += ["--header", f"Authorization: Bearer {token}"] if token else []
    done = subprocess.run([*argv, url], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"curl of {url} ended with {done.returncode}")
    return float(done.stdout)


def pack(folder, *options):
    """The same with bsdtar, through a pipe as a client would read it."""
    started = time.monotonic()
    packer = subprocess.Popen(["bsdtar", "-c", *options, "-f", "-", "-C", folder, "."], stdout=subprocess.PIPE)
    subprocess.run(["cat"], stdin=packer.stdout, stdout=subprocess.DEVNULL, check=True)
    if packer.wait() != 0:
        raise BenchError("bsdtar failed")
    return time.monotonic() - started


# Folder, query of ours, options of bsdtar, query of copyparty, key of the goal.
CASES = [
    ("large", "format=zip", ["--format", "zip", "--options", "zip:compression=store"], "zip", "archive_zip"),
    ("large", "format=tar", ["--format", "pax"], "tar", "archive_tar"),
    ("small", "format=zip", ["--format", "zip", "--options", "zip:compression=store"], "zip", "archive_zip_small"),
    ("small", "format=tar", ["--format", "pax"], "tar", "archive_tar_small"),
    ("text", "format=tar.gz", ["-z"], None, "archive_gzip"),
    ("text", "format=zip&compression=deflate", ["--format", "zip"], None, "archive_deflate"),
]


def run(context):
    root = make(context.work, context.say)
    sizes = {folder: content_bytes(os.path.join(root, folder)) / 1e6 for folder in ("large", "small", "text")}
    server = Catalogizer(context.binary, os.path.join(context.work, "data-archives"), context.work)
    copyparty = None
    rates = {}
    try:
        server.add_root(ROOT, root)
        server.scan(ROOT)
        copyparty = Copyparty(context.work, root)
        warm(root)
        for turn in range(context.rounds):
            context.say(f"archives, round {turn + 1} of {context.rounds}")
            for folder, query, options, peer_query, key in CASES:
                url = f"http://127.0.0.1:{server.port}/api/v1/download/directory/{ROOT}/{folder}?{query}"
                seconds = {"catalogizer": fetch(url, server.token), "bsdtar": pack(os.path.join(root, folder), *options)}
                if peer_query:
                    seconds["copyparty"] = fetch(f"http://127.0.0.1:{copyparty.port}/{folder}/?{peer_query}")
                for name, value in seconds.items():
                    rates.setdefault((folder, query, name), []).append(sizes[folder] / value)
                best = max(sizes[folder] / value for name, value in seconds.items() if name != "catalogizer")
                context.results.add(key, sizes[folder] / seconds["catalogizer"], best)
                context.say(f"  {folder}, {query}: " + ", ".join(f"{name} {sizes[folder] / value:,.0f} MB/s" for name, value in seconds.items()))
    finally:
        for each in (copyparty, server):
            if each:
                each.stop()
    context.results.table(
        "Archives, MB/s of content", ["", "catalogizer", "copyparty", "bsdtar"],
        [[f"{folder}: {query}", *(f"{statistics.median(rates[folder, query, name]):,.0f}" if (folder, query, name) in rates else "–"
                                  for name in ("catalogizer", "copyparty", "bsdtar"))] for folder, query, *_ in CASES])
