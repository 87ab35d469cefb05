"""A PostgreSQL server of this run's own, which waits for the disk as one in use does, and new databases on it."""

import os
import re
import subprocess
import tempfile

from .catalogizer import free_port
from .processes import BenchError

REPOSITORY = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SCRIPT = os.path.join(REPOSITORY, "Scripts", "testservers", "postgres")


class PostgresServer:
    def __init__(self):
        self.port = free_port()
        self.environment = {**os.environ, "TESTSERVER_PORT": str(self.port), "TESTSERVER_DURABLE": "1"}
        self._run([SCRIPT, "start"])
        # On one machine everybody connects through the socket file: it costs less than the loopback interface.
        place = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"catalogizer-postgres-{self.port}")
        self.place = f"host={place}&port={self.port}&user=catalogizer&password=catalogizer"

    def _run(self, argv):
        done = subprocess.run(argv, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchError(f"{' '.join(argv[:2])} ended with {done.returncode}: {done.stderr.strip()[-400:]}")
        return done.stdout.strip()

    def new_database(self, name):
        """The URL of an empty database, whatever was called so before."""
        for statement in (f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}"):
            self.run_sql("postgres", statement)
        return f"postgres:///{name}?{self.place}"

    def run_sql(self, database, statement):
        """What psql prints of the result, a row a line."""
        return self._run(["psql", f"postgres:///{database}?{self.place}", "-qAt", "-c", statement])

    def latency(self, database, statement, count):
        """Mean milliseconds of a prepared statement that one connection sends so often, a transaction each."""
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(statement + ";\n")
            script.flush()
            report = self._run(["pgbench", "--no-vacuum", "--protocol=prepared", f"--transactions={count}", f"--file={script.name}", f"postgres:///{database}?{self.place}"])
        return float(re.search(r"latency average = ([0-9.]+) ms", report)[1])

    def version(self):
        return "PostgreSQL " + self.run_sql("postgres", "SHOW server_version")

    def stop(self):
        self._run([SCRIPT, "stop"])
