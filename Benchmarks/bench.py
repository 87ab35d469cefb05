#!/usr/bin/env python3
"""Measures Catalogizer against its peers and prints the table of goals. `make bench` calls it; see Benchmarks/README.md."""

import argparse
import functools
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from catalog_bench import (  # noqa: E402
    part_archives, part_download, part_duplicates, part_engines, part_jobs, part_large, part_listing, part_moves, part_remote, part_scan, part_search,
    part_statistics, peers, report, tree)
from catalog_bench.catalogizer import Catalogizer  # noqa: E402
from catalog_bench.goals import MORE_PARTS, PARTS  # noqa: E402
from catalog_bench.remote_protocols import PROTOCOLS  # noqa: E402
from catalog_bench.processes import BenchError, raise_file_limit  # noqa: E402
from catalog_bench.results import Results  # noqa: E402
from catalog_bench.sized_catalog import SizedCatalog  # noqa: E402

REPOSITORY = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
RUNNERS = {"scan": part_scan.run, "search": part_search.run, "listing": part_listing.run, "download": part_download.run,
           "moves": part_moves.run, "duplicates": part_duplicates.run, "archives": part_archives.run,
           "engines": part_engines.run, "jobs": part_jobs.run, "remote": part_remote.run,
           "statistics": part_statistics.run, "large": part_large.run}
PAGE = os.path.join(REPOSITORY, "Docs", "performance.md")


class Context:
    """What the parts share: the tree, the server, where to put things, what was found out."""

    def __init__(self, options):
        self.options = options
        self.work = os.path.realpath(options.work)
        self.rounds, self.seconds, self.terms = options.rounds, options.seconds, options.terms
        self.big_bytes = options.big_bytes
        self.duplicate_files, self.duplicate_bytes = options.duplicate_files, options.duplicate_bytes
        self.remote_files, self.protocols = options.remote_files, options.protocols
        self.parts = options.parts
        self.data_directory = os.path.join(self.work, "data")
        self.results = Results()
        self.server = None
        self.is_scanned = False
        self.sized_catalogs = {}
        os.makedirs(self.work, exist_ok=True)
        self.binary = options.binary or self.build("catalogizer")

    @functools.cached_property
    def tree(self):
        """Made when a part asks for it: not every part does."""
        return tree.ensure(self.work, self.options.files, say=self.say)

    @staticmethod
    def say(text):
        print(text, file=sys.stderr, flush=True)

    def build(self, product):
        """The path of a release program; beside a binary that was handed in, its own neighbours are taken."""
        if self.options.binary:
            return os.path.join(os.path.dirname(self.options.binary), product)
        self.say(f"building the release program {product} …")
        subprocess.run([os.path.join(REPOSITORY, "Scripts", "build-release"), product], check=True, stdout=sys.stderr)
        return os.path.join(REPOSITORY, ".build", "release", product)

    def ceiling_binary(self):
        if self.options.ceiling:
            return self.options.ceiling
        self.say("building the bare server to compare with …")
        scratch = os.path.join(self.work, "ceiling-build")
        argv = ["swift", "build", "-c", "release", "--package-path", os.path.join(REPOSITORY, "Benchmarks", "ceiling"), "--scratch-path", scratch]
        subprocess.run(argv, check=True, stdout=sys.stderr)
        return os.path.join(scratch, "release", "ceiling")

    def running_server(self):
        if self.server is None:
            self.server = Catalogizer(self.binary, self.data_directory, self.work)
        return self.server

    def scanned_server(self):
        """The server with the tree in its catalog; a part that runs alone scans first, untimed."""
        server = self.running_server()
        if not self.is_scanned and "scan" not in self.parts:
            self.say("scanning the tree …")
            server.add_root(part_scan.ROOT, self.tree.root)
            server.scan(part_scan.ROOT)
            part_scan.check_totals(server, self.tree, "scan")
        self.is_scanned = True
        return server

    def sized(self, files):
        """A server of its own with a tree of that many files, and what its first scan cost; it runs until all parts are through."""
        self.stop_server()
        if files not in self.sized_catalogs:
            self.sized_catalogs[files] = SizedCatalog(self, files)
        return self.sized_catalogs[files]

    @staticmethod
    def copyparty_version():
        return peers.COPYPARTY.replace("==", " ")

    def stop_server(self):
        """The next part that wants it scans anew."""
        if self.server:
            self.server.stop()
            self.server, self.is_scanned = None, False

    def stop(self):
        self.stop_server()
        for catalog in self.sized_catalogs.values():
            catalog.stop()
        self.sized_catalogs = {}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default=",".join(PARTS), help=f"some of {','.join(PARTS + MORE_PARTS)}; all but {','.join(MORE_PARTS)} if not given")
    parser.add_argument("--files", type=int, default=1_000_000, help="files in the tree")
    parser.add_argument("--large-files", type=int, default=5_000_000, help="files in the largest tree of the part large")
    parser.add_argument("--requests", type=int, default=300, help="of each kind, round and server in the parts statistics and large")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of load for each figure of listing and download")
    parser.add_argument("--terms", type=int, default=12, help="search terms in each class")
    parser.add_argument("--big-bytes", type=int, default=1_000_000_000, help="size of the file to download")
    parser.add_argument("--remote-files", type=int, default=20_000, help="files in the shares of the part remote")
    parser.add_argument("--duplicate-files", type=int, default=20_000, help="files in the tree of the part duplicates")
    parser.add_argument("--duplicate-bytes", type=int, default=215_000, help="their average size")
    parser.add_argument("--protocols", default=",".join(protocol.interface_name for protocol in PROTOCOLS), help="some of those of the part remote")
    parser.add_argument("--work", default=os.path.join(REPOSITORY, ".bench"), help="where trees and databases go")
    parser.add_argument("--binary", default=os.environ.get("BENCH_BINARY"), help="a built catalogizer instead of building one; also by BENCH_BINARY")
    parser.add_argument("--ceiling", help="a built ceiling server instead of building one")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is missed")
    options = parser.parse_args()
    options.parts = chosen(parser, "part", options.parts, MORE_PARTS + PARTS)
    options.protocols = chosen(parser, "protocol", options.protocols, [protocol.interface_name for protocol in PROTOCOLS])
    return options


def chosen(parser, what, text, known):
    """Those of a list with commas, in the order that they are known in."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        parser.error(f"there is no {what} {', '.join(unknown) or '(none given)'}; choose from {', '.join(known)}")
    return [name for name in known if name in names]


def main():
    options = parse_arguments()
    # SIGTERM unwinds like Ctrl-C does, so that no server stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    raise_file_limit()
    load_before = os.getloadavg()[0]
    context = None
    try:
        context = Context(options)
        for part in options.parts:
            RUNNERS[part](context)
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if context:
            context.stop()

    for title, header, rows in context.results.tables:
        print(f"\n{title}\n{report.markdown(header, rows)}")
    for remark in context.results.remarks:
        print(f"- {remark}")
    print(f"\n{report.goal_table(context.results, options.parts)}")
    if options.parts == PARTS:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(report.page(context, "make bench", load_before))
        print(f"\nwritten: {os.path.relpath(PAGE, REPOSITORY)}")
    else:
        print("\nDocs/performance.md is written by a run of all parts only.")
    return 1 if options.check and report.missed(context.results, options.parts) else 0


if __name__ == "__main__":
    sys.exit(main())
