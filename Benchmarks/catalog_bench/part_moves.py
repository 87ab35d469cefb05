"""Ten thousand files get other names: what the rescan costs that sees it, against one that sees nothing new."""

import json
import os
import statistics

from .part_scan import ROOT
from .processes import BenchError

FILES = 10_000
MARK = ".moved"


def some_files(root, count):
    """The first files of the tree, directory by directory."""
    found = []
    for directory, directories, names in os.walk(root):
        directories.sort()
        found += [os.path.join(directory, name) for name in sorted(names)]
        if len(found) >= count:
            return found[:count]
    raise BenchError(f"the tree has {len(found)} files, and {count} are to be renamed")


def rescan(context, server, moved):
    sample = server.scan(ROOT)
    result = json.loads(sample.output.decode().strip().splitlines()[-1])
    if (result["moved"], result["added"], result["removed"]) != (moved, 0, 0):
        raise BenchError(f"a rescan after {moved} renames saw {result}")
    return sample.wall


def run(context):
    server = context.scanned_server()
    files = some_files(context.tree.root, min(FILES, context.tree.files // 4))
    walls = {"unchanged": [], "renamed": []}
    try:
        for turn in range(context.rounds):
            context.say(f"moves, round {turn + 1} of {context.rounds}")
            unchanged = rescan(context, server, 0)
            for path in files:
                os.rename(path, path + MARK)
            renamed = rescan(context, server, len(files))
            for path in files:
                os.rename(path + MARK, path)
            rescan(context, server, len(files))
            walls["unchanged"].append(unchanged)
            walls["renamed"].append(renamed)
            context.say(f"  unchanged: {unchanged:.2f} s, {len(files):,} renamed: {renamed:.2f} s")
            context.results.add("moves", renamed, unchanged)
    finally:
        for path in files:
            if os.path.exists(path + MARK):
                os.rename(path + MARK, path)
    context.results.table(
        "Moves", ["incremental rescan", "wall s"],
        [["nothing changed", f"{statistics.median(walls['unchanged']):.2f}"],
         [f"{len(files):,} files renamed where they are", f"{statistics.median(walls['renamed']):.2f}"]])
