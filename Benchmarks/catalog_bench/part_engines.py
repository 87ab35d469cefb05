"""Our own two engines side by side in the same round: first scan, listing, search, and reads while a scan writes."""

import os
import random
import statistics
import threading
import time

from . import terms
from .catalogizer import Catalogizer
from .client import Connection
from .part_listing import shelf_script
from .part_scan import ROOT, check_totals
from .peers import wrk
from .postgres import PostgresServer
from .processes import BenchError
from .results import percentile
from .tree import shelf_count

SECOND_ROOT = "again"
# Readers are people: a question now and then from each, not a flood that would itself be the load.
READS_PER_SECOND = 50
QUIET_SECONDS = 8


def run(context):
    context.stop()  # The other parts' server, which would only be in the way.
    classes = terms.draw(terms.NameList(context.tree.names()), context.terms)
    words = [term for drawn in classes.values() for term, _ in drawn]
    samples = {}
    server = PostgresServer()
    try:
        for turn in range(context.rounds):
            context.say(f"engines, round {turn + 1} of {context.rounds}")
            measure_round(context, server, words, samples)
        context.results.remark(f"The PostgreSQL of these figures: {server.version()}, on the same machine, through its socket file, waiting for the disk.")
    finally:
        server.stop()
    context.results.table(
        "Engines", ["", "SQLite", "PostgreSQL", "PostgreSQL, search.engine: database"],
        [[what, *(middle(samples.get((what, engine))) for engine in ("sqlite", "postgresql", "pg_trgm"))]
         for what in dict.fromkeys(what for what, _ in samples)])
    context.results.remark(
        f"Reads beside a scan: {READS_PER_SECOND} listings and searches a second, while {context.tree.files:,} files go into a second root.")


def middle(values):
    return f"{statistics.median(values):,.1f}" if values else "–"


def measure_round(context, postgres, words, samples):
    def record(what, engine, value):
        samples.setdefault((what, engine), []).append(value)
        context.say(f"  {engine}, {what}: {value:,.1f}")
        return value

    catalogs = {}
    try:
        for engine in ("sqlite", "postgresql"):
            url = postgres.new_database("bench") if engine == "postgresql" else None
            directory = os.path.join(context.work, f"data-{engine}")
            catalogs[engine] = Catalogizer(context.binary, directory, context.work, database=url)
        scans, rates, searches = {}, {}, {}
        for engine, catalog in catalogs.items():
            catalog.add_root(ROOT, context.tree.root)
            scans[engine] = record("first scan, s", engine, catalog.scan(ROOT).wall)
            check_totals(catalog, context.tree, f"first scan on {engine}")
        for engine, catalog in catalogs.items():
            script = shelf_script(context, "engines", context.tree.files)
            rate = wrk(f"http://127.0.0.1:{catalog.port}/", 64, context.seconds, script, catalog.token)["rate"]
            rates[engine] = record("listing, 64 connections, requests/s", engine, rate)
        for engine, catalog in catalogs.items():
            searches[engine] = record("search, p99 ms", engine, search_p99(catalog, words))
        for engine, catalog in catalogs.items():
            busy = record("reads beside a scan, p99 ms", engine, Readers(context, catalog, words).beside_a_scan())
            # Afterwards, since twice as many names take a search twice as long.
            quiet = record("reads, p99 ms", engine, Readers(context, catalog, words).quietly(QUIET_SECONDS))
            context.results.add(f"busy_{engine}", busy, quiet)
        measure_search_by_the_database(context, catalogs["postgresql"], url, words, record)
        context.results.add("engine_scan", scans["postgresql"], scans["sqlite"])
        context.results.add("engine_listing", rates["postgresql"], rates["sqlite"])
        context.results.add("engine_search", searches["postgresql"], searches["sqlite"])
    finally:
        for catalog in catalogs.values():
            catalog.stop()


def measure_search_by_the_database(context, catalog, url, words, record):
    """Two nodes that have never been there before: one builds its index, the other has the database search."""
    for engine, label in (("index", "postgresql"), ("database", "pg_trgm")):
        node = Catalogizer(
            context.binary, os.path.join(context.work, f"data-node-{engine}"), context.work, database=url, beside=catalog,
            settings={"CATALOGIZER_SEARCH_ENGINE": engine})
        try:
            if engine == "database":
                record("search, p99 ms", label, search_p99(node, words))
                # The first of them has built the index of the database.
                record("start of a node without an index, s", label, node.restart())
            else:
                record("start of a node without an index, s", label, node.start_seconds)
        finally:
            node.stop()


def search_p99(catalog, words):
    """In milliseconds, after one pass that is not timed."""
    times = []
    for turn in range(3):
        for word in words:
            request = catalog.connection.prepared("GET", catalog.new_search_path(word))
            seconds = timed_read(catalog.connection, request)
            if turn > 0:
                times.append(seconds)
    return percentile(times, 0.99) * 1000


def timed_read(connection, request):
    started = time.perf_counter()
    answer = connection.send(request)
    seconds = time.perf_counter() - started
    if answer.status != 200:
        raise BenchError(f"a read answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
    return seconds


class Readers:
    """Asks at a fixed pace, whatever the answers take: a slow answer must not hide the ones that wait behind it."""

    def __init__(self, context, catalog, words):
        self.context, self.catalog, self.words = context, catalog, words
        self.times, self.error = [], None
        self.stopping = threading.Event()

    def quietly(self, seconds):
        timer = threading.Timer(seconds, self.stopping.set)
        timer.start()
        self._read()
        return self._p99()

    def beside_a_scan(self):
        self.catalog.add_root(SECOND_ROOT, self.context.tree.root, allow_overlap=True)
        reader = threading.Thread(target=self._read)
        reader.start()
        try:
            self.catalog.scan(SECOND_ROOT)
        finally:
            self.stopping.set()
            reader.join()
        return self._p99()

    def _p99(self):
        if self.error:
            raise self.error
        return percentile(self.times, 0.99) * 1000

    def _read(self):
        pick, connection = random.Random(5), Connection(self.catalog.port, self.catalog.token)
        shelves = shelf_count(self.context.tree.files)
        try:
            due = time.perf_counter()
            while not self.stopping.is_set():
                path = self.catalog.new_search_path(pick.choice(self.words)) if pick.random() < 0.5 else self.catalog.listing_path(
                    ROOT, f"shelves/shelf-{pick.randrange(shelves):05d}")
                request = connection.prepared("GET", path)
                timed_read(connection, request)
                # From the moment when it was due, not when its turn came.
                self.times.append(time.perf_counter() - due)
                due += 1 / READS_PER_SECOND
                if (early := due - time.perf_counter()) > 0:
                    time.sleep(early)
        except (BenchError, OSError) as error:
            self.error = error if isinstance(error, BenchError) else BenchError(f"a read failed: {error}")
        finally:
            connection.close()
