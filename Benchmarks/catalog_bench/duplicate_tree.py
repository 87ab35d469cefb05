"""A tree with real contents and a known truth about which files are equal."""

import json
import os
import random
import shutil

VERSION = 1
# Shares of all files: copies of another one, and files as large as another one that differ from it in one byte.
COPIES, DECOYS = 0.12, 0.05
DIRECTORY_FILES = 50


class DuplicateTree:
    """`groups` are lists of relative paths; `needed` the bytes that have to be read to tell them: all of the copies and their
    originals, and of the decoys both ends."""

    def __init__(self, root, truth):
        self.root, self.groups = root, truth["groups"]
        self.files, self.bytes, self.needed = truth["files"], truth["bytes"], truth["needed"]


def ensure(work, files, average_bytes, say):
    root, marker = os.path.join(work, "duplicates"), os.path.join(work, "duplicates.json")
    wanted = [VERSION, files, average_bytes]
    if os.path.exists(marker):
        with open(marker, encoding="utf-8") as file:
            truth = json.load(file)
        if truth["made"] == wanted:
            return DuplicateTree(root, truth)
    say(f"making {files:,} files with contents …")
    shutil.rmtree(root, ignore_errors=True)
    truth = make(root, files, average_bytes) | {"made": wanted}
    with open(marker, "w", encoding="utf-8") as file:
        json.dump(truth, file)
    return DuplicateTree(root, truth)


def make(root, files, average_bytes):
    pick = random.Random(4711)
    edge = 64 << 10
    groups, originals = {}, []
    total = needed = 0
    for number in range(files):
        folder = f"d{number // DIRECTORY_FILES // 40:03}/s{number // DIRECTORY_FILES:05}"
        name = f"{folder}/f{number:06}.bin"
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        chance = pick.random()
        if originals and chance < COPIES:
            original = pick.choice(originals)
            shutil.copyfile(os.path.join(root, original), path)
            groups.setdefault(original, [original]).append(name)
        elif originals and chance < COPIES + DECOYS:
            original = pick.choice(originals)
            shutil.copyfile(os.path.join(root, original), path)
            size = os.path.getsize(path)
            with open(path, "r+b") as file:
                place = pick.randrange(size)
                file.seek(place)
                byte = file.read(1)[0]
                file.seek(place)
                file.write(bytes([byte ^ 1]))
            # Where the ends tell, they are enough; else all of both has to be read.
            needed += min(size, 2 * edge) if place < edge or place >= size - edge else size
        else:
            size = max(1, int(pick.lognormvariate(0, 1.6) * average_bytes / 3.6))
            with open(path, "wb") as file:
                file.write(pick.randbytes(size))
            originals.append(name)
        total += os.path.getsize(path)
    needed += sum(os.path.getsize(os.path.join(root, name)) for members in groups.values() for name in members)
    return {"groups": [sorted(members) for members in groups.values()], "files": files, "bytes": total, "needed": needed}
