"""What it costs to claim a job and to end it, and to renew the lease of one that runs, with few and with very many waiting."""

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
HEARTBEATS = 2_000
# Of a kind that this version does not know: there is nothing to such a job but being claimed and ended.
COLUMNS = "kind, payload, status, priority, run_at_us, attempts, attempts_max, cancel_requested, created_at_us"
VALUES = "'bench', '{}', 'pending', 0, 0, 0, 1, 0, 0"
RUNNING = f"INSERT INTO jobs ({COLUMNS}, lease_owner) VALUES ('bench', '{{}}', 'running', 0, 0, 1, 1, 0, 0, 'bench')"
# As `JobQueries.heartbeat`: what a node sends twice a second for each job that it runs.
HEARTBEAT = "UPDATE jobs SET heartbeat_us = {time} WHERE id = {job} AND lease_owner = 'bench' AND status = 'running' RETURNING cancel_requested"


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

    def heartbeats(self):
        """Milliseconds for one heartbeat of a job that runs, committed as the product commits."""
        self.connection.execute("PRAGMA synchronous = NORMAL")
        with self.connection:
            job = self.connection.execute(RUNNING).lastrowid
        statement = HEARTBEAT.format(time="?", job="?")
        times = []
        for beat in range(HEARTBEATS):
            start = time.perf_counter()
            with self.connection:
                if len(self.connection.execute(statement, (beat, job)).fetchall()) != 1:
                    raise BenchError("a heartbeat found no job")
            times.append(time.perf_counter() - start)
        return statistics.median(times) * 1000


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

    def heartbeats(self):
        """Milliseconds for one heartbeat of a job that runs, over one connection."""
        job = self.server.run_sql(self.database, f"{RUNNING} RETURNING id").split()[0]
        return self.server.latency(self.database, HEARTBEAT.format(time=1, job=job), HEARTBEATS)


def run(context):
    context.stop()
    server = PostgresServer()
    samples = {}
    try:
        for turn in range(min(context.rounds, 3)):
            context.say(f"jobs, round {turn + 1} of {min(context.rounds, 3)}")
            for engine in ("sqlite", "postgresql"):
                for what, (few, many) in measure(context, server, engine).items():
                    samples.setdefault(f"{what}, {engine}", []).append((few, many))
                    context.say(f"  {what}, {engine}: {few:.2f} ms with {FEW} waiting, {many:.2f} ms with {MANY:,}")
                    context.results.add(f"{what}s_{engine}", many, few)
    finally:
        server.stop()
    context.results.table(
        "A job that does nothing, claimed and ended, and the heartbeat of one that runs, ms", ["", f"{FEW} waiting", f"{MANY:,} waiting"],
        [[engine, *(f"{statistics.median(pair[index] for pair in pairs):.2f}" for index in (0, 1))] for engine, pairs in samples.items()])


def measure(context, server, engine):
    """Milliseconds for a job and for a heartbeat: each with few waiting, and with many."""
    directory = os.path.join(context.work, f"data-jobs-{engine}")
    url = server.new_database("jobs") if engine == "postgresql" else None
    catalog = Catalogizer(context.binary, directory, context.work, database=url)
    try:
        jobs = PostgresJobs(server, "jobs") if url else SQLiteJobs(directory)
        claims = claims_of(jobs)
    finally:
        catalog.stop()
    return {"job": claims, "heartbeat": heartbeats_of(jobs)}


def claims_of(jobs):
    few = []
    for _ in range(BATCHES_OF_FEW):
        jobs.add(FEW)
        few += gaps(wait(jobs, FEW))
        jobs.clear()
    jobs.add(MANY)
    many = gaps(wait(jobs, MEASURED)[:MEASURED])
    return statistics.median(few) / 1000, statistics.median(many) / 1000


def heartbeats_of(jobs):
    """Without a server, which would take the waiting jobs meanwhile."""
    result = []
    for waiting in FEW, MANY:
        jobs.clear()
        jobs.add(waiting)
        result.append(jobs.heartbeats())
    return tuple(result)


def wait(jobs, count):
    end = time.monotonic() + PATIENCE_SECONDS
    while len(ends := jobs.ends()) < count:
        if time.monotonic() > end:
            raise BenchError(f"{len(ends)} of {count} jobs were done in {PATIENCE_SECONDS} seconds")
        time.sleep(0.1)
    return ends


def gaps(ends):
    return [later - earlier for earlier, later in zip(ends, ends[1:])]
