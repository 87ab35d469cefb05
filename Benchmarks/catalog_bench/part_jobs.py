"""What it costs to claim a job and to end it, with few and with very many others waiting."""

import os
import sqlite3
import statistics
import time

from .catalogizer import Catalogizer
from .postgres import PostgresServer
from .processes import BenchError

FEW, MANY = 10, 100_000
BATCHES_OF_FEW = 20
# Of the many, so many are waited for.
MEASURED = 2_000
PATIENCE_SECONDS = 120
# Of a kind that this version does not know: there is nothing to such a job but being claimed and ended.
COLUMNS = "kind, payload, status, priority, run_at_us, attempts, attempts_max, cancel_requested, created_at_us"
VALUES = "'bench', '{}', 'pending', 0, 0, 0, 1, 0, 0"


class SQLiteJobs:
    """The table of jobs in a file, beside the server that has it open."""

    def __init__(self, directory):
        self.connection = sqlite3.connect(os.path.join(directory, "catalogizer.sqlite"), timeout=30)

    def add(self, count):
        with self.connection:
            self.connection.execute(
                f"INSERT INTO jobs ({COLUMNS}) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT {VALUES} FROM n")

    def ends(self):
        """Microseconds at which jobs ended, in order."""
        return [row[0] for row in self.connection.execute("SELECT finished_at_us FROM jobs WHERE finished_at_us IS NOT NULL ORDER BY 1")]

    def clear(self):
        with self.connection:
            self.connection.execute("DELETE FROM jobs")


class PostgresJobs:
    """The same on a server."""

    def __init__(self, server, database):
        self.server, self.database = server, database

    def add(self, count):
        self.server.run_sql(self.database, f"INSERT INTO jobs ({COLUMNS}) SELECT {VALUES} FROM generate_series(1, {count})")

    def ends(self):
        rows = self.server.run_sql(self.database, "SELECT finished_at_us FROM jobs WHERE finished_at_us IS NOT NULL ORDER BY 1")
        return [int(row) for row in rows.split()]

    def clear(self):
        self.server.run_sql(self.database, "DELETE FROM jobs")


def run(context):
    context.stop()
    server = PostgresServer()
    samples = {}
    try:
        for turn in range(min(context.rounds, 3)):
            context.say(f"jobs, round {turn + 1} of {min(context.rounds, 3)}")
            for engine in ("sqlite", "postgresql"):
                few, many = measure(context, server, engine)
                samples.setdefault(engine, []).append((few, many))
                context.say(f"  {engine}: {few:.2f} ms with {FEW} waiting, {many:.2f} ms with {MANY:,}")
                context.results.add(f"jobs_{engine}", many, few)
    finally:
        server.stop()
    context.results.table(
        "A job that does nothing, claimed and ended, ms", ["", f"{FEW} waiting", f"{MANY:,} waiting"],
        [[engine, *(f"{statistics.median(pair[index] for pair in pairs):.2f}" for index in (0, 1))] for engine, pairs in samples.items()])


def measure(context, server, engine):
    """Milliseconds for a job: with few waiting, and with many."""
    directory = os.path.join(context.work, f"data-jobs-{engine}")
    url = server.new_database("jobs") if engine == "postgresql" else None
    catalog = Catalogizer(context.binary, directory, context.work, database=url)
    try:
        jobs = PostgresJobs(server, "jobs") if url else SQLiteJobs(directory)
        few = []
        for _ in range(BATCHES_OF_FEW):
            jobs.add(FEW)
            few += gaps(wait(jobs, FEW))
            jobs.clear()
        jobs.add(MANY)
        many = gaps(wait(jobs, MEASURED)[:MEASURED])
        return statistics.median(few) / 1000, statistics.median(many) / 1000
    finally:
        catalog.stop()


def wait(jobs, count):
    end = time.monotonic() + PATIENCE_SECONDS
    while len(ends := jobs.ends()) < count:
        if time.monotonic() > end:
            raise BenchError(f"{len(ends)} of {count} jobs were done in {PATIENCE_SECONDS} seconds")
        time.sleep(0.1)
    return ends


def gaps(ends):
    return [later - earlier for earlier, later in zip(ends, ends[1:])]
