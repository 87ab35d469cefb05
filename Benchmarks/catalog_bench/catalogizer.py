"""The server under test: the release binary, on a free loopback port, with a data directory of its own."""

import itertools
import json
import os
import shutil
import socket
import time
from urllib.parse import quote

from .client import Connection
from .processes import BenchError, Daemon, timed

# A prime number of them: a term meets each again only after thousands of searches.
NEW_LIMITS = itertools.cycle(range(51, 152))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Catalogizer:
    """A running server, logged in as its administrator."""

    # What the nodes of one database share.
    SECRETS = ("jwt-secret", "master-key", "admin-password")

    def __init__(self, binary, data_directory, work, database=None, beside=None, settings=()):
        """`beside` is a server over the same database; `settings` are more of them, as the environment names them."""
        shutil.rmtree(data_directory, ignore_errors=True)
        os.makedirs(data_directory, mode=0o700)
        for secret in self.SECRETS if beside else ():
            shutil.copy(os.path.join(beside.data_directory, secret), data_directory)
        self.binary, self.port = binary, free_port()
        # Nothing of the caller's own settings may leak in; the working directory has no settings file either.
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("CATALOGIZER_")}
        self.environment.update({
            "CATALOGIZER_DATA_DIR": data_directory, "CATALOGIZER_SERVER_HOST": "127.0.0.1",
            "CATALOGIZER_SERVER_PORT": str(self.port), "CATALOGIZER_RATE_LIMIT_AUTH_PER_MINUTE": "0",
            # The peers write no access log either.
            "CATALOGIZER_RATE_LIMIT_API_PER_MINUTE": "0", "CATALOGIZER_LOGGING_LEVEL": "warning",
            # What is measured is asked for; nothing else runs at that moment.
            "CATALOGIZER_SCAN_WATCH": "false",
        })
        if database:
            self.environment["CATALOGIZER_DATABASE_URL"] = database
        self.environment.update(settings)
        self.data_directory = data_directory
        self.log_path = os.path.join(work, f"catalogizer-{os.path.basename(data_directory)}.log")
        self.connection = None
        self.start_seconds = self._start()

    def _start(self):
        """Seconds until the server is ready; it is logged in afterwards."""
        started = time.monotonic()
        self.daemon = Daemon([self.binary, "serve"], self.log_path, self.environment, self.data_directory)
        self.pid = self.daemon.pid
        try:
            self.daemon.wait_until(self._is_ready, "catalogizer serve", pause=0.005)
            seconds = time.monotonic() - started
            with open(os.path.join(self.data_directory, "admin-password"), encoding="utf-8") as file:
                password = file.read().strip()
            answer = Connection(self.port).request("POST", "/api/v1/auth/login", {"username": "admin", "password": password})
            self.token = self.expect(answer, 200, "login")["session_token"]
        except BaseException:
            self.stop()
            raise
        self.connection = Connection(self.port, self.token)
        return seconds

    def restart(self):
        """Ends the server and starts it on the same data: seconds from the start until it is ready."""
        self.connection.close()
        self.stop()
        return self._start()

    def _is_ready(self):
        connection = Connection(self.port)
        try:
            return connection.request("GET", "/readyz").status == 200
        except OSError:
            return False
        finally:
            connection.close()

    @staticmethod
    def expect(answer, status, what):
        if answer.status != status:
            raise BenchError(f"{what} answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
        return answer.json()

    def add_root(self, name, path, allow_overlap=False, duplicates=False):
        root = {"name": name, "protocol": "local", "path": path, "allow_overlap": allow_overlap,
                "enable_duplicate_detection": duplicates}
        answer = self.connection.request("POST", "/api/v1/storage/roots", root)
        return self.expect(answer, 201, f"adding the root {name}")["id"]

    def add_remote_root(self, name, protocol, url, login):
        root = {"name": name, "protocol": protocol, "url": url, "allow_overlap": True,
                "enable_duplicate_detection": False, **login}
        answer = self.connection.request("POST", "/api/v1/storage/roots", root)
        made = self.expect(answer, 201, f"adding the root {name}")
        if made["status"] != "online":
            raise BenchError(f"the root {name} cannot be reached: {made['last_error']}")
        return made["id"]

    def scan(self, name, kind=None):
        """Scans and waits until the search sees everything: the command ends only then."""
        argv = [self.binary, "scan", name, "--json"] + ([f"--{kind}"] if kind else [])
        sample = timed(argv, environment=self.environment, keep_output=True)
        lines = sample.output.decode().strip().splitlines()
        result = json.loads(lines[-1]) if lines else {}
        if result.get("status") != "completed":
            raise BenchError(f"the scan of {name} ended as {result.get('status')!r}: {lines[-1:] or 'no output'}")
        return sample

    def begin_scan(self, root_id):
        """Asks for a full scan over HTTP, and does not wait for it."""
        answer = self.connection.request("POST", "/api/v1/scans", {"storage_root_id": root_id, "max_depth": 100})
        self.expect(answer, 202, "scans")

    def search_path(self, term, limit=50):
        return f"/api/v1/search?query={quote(term)}&limit={limit}"

    def new_search_path(self, term):
        """With a limit that was not asked for lately, so that the server remembers nothing of its answer."""
        return self.search_path(term, next(NEW_LIMITS))

    def total(self, term, root=None):
        path = self.search_path(term) + (f"&smb_roots={quote(root)}" if root else "")
        return self.expect(self.connection.request("GET", path), 200, "search")["total"]

    def listing_path(self, root, path):
        return f"/api/v1/catalog/{quote(root)}/{quote(path)}"

    def list(self, root, path):
        return self.expect(self.connection.request("GET", self.listing_path(root, path)), 200, "listing")

    def file_id(self, root, path):
        answer = self.connection.request("GET", f"/api/v1/catalog-info/{quote(root)}/{quote(path)}")
        return self.expect(answer, 200, "catalog-info")["id"]

    def stop(self):
        self.daemon.stop()
