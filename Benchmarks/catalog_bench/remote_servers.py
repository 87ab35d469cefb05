"""The servers of `Scripts/testservers` that share a directory of ours, and the proxy that makes the way to them longer."""

import os
import random
import socket

from .postgres import REPOSITORY
from .processes import BenchError, timed

HOST = "127.0.0.1"
USER = "catalogizer"


def free_ports(count):
    """The first of so many free ports in a row, below those that the kernel gives to clients: a server takes its neighbours too."""
    for _ in range(200):
        first = random.randrange(21_000, 24_000, 10)
        listeners = []
        try:
            for port in range(first, first + count):
                listeners.append(socket.create_server((HOST, port)))
            return first
        except OSError:
            continue
        finally:
            for listener in listeners:
                listener.close()
    raise BenchError("no free ports between 21000 and 24000")


class TestServer:
    """A program of `Scripts/testservers`, with its own ports and data."""

    def __init__(self, kind, **settings):
        self.port = free_ports(3)
        self.script = os.path.join(REPOSITORY, "Scripts", "testservers", kind)
        self.environment = {**os.environ, "TESTSERVER_PORT": str(self.port), **settings}
        self.address = self._run("start")

    def _run(self, command):
        done = timed([self.script, command], environment=self.environment, keep_output=True, seconds=120)
        return done.output.decode().strip()

    def stop(self):
        self._run("stop")


class Proxy(TestServer):
    """A proxy in front of another server, on a port of its own."""

    def __init__(self, target, speaks_ftp):
        super().__init__("proxy", PROXY_TARGET=str(target), PROXY_FTP="1" if speaks_ftp else "")

    def command(self, line):
        with socket.create_connection((HOST, self.port + 1), 10) as control:
            control.sendall(line.encode() + b"\n")
            answer = control.makefile().readline().strip()
        if answer.startswith("error"):
            raise BenchError(f"the proxy answered to {line!r}: {answer}")
        return answer
