"""How the peers speak to a storage on another machine. Every method takes a port, for there may be a proxy in front of the server."""

import json
import os
import subprocess
import sys

from .processes import BenchError, timed
from .remote_servers import HOST, USER, TestServer

DIRECTORY = os.path.dirname(os.path.abspath(__file__))


def rclone(*argv):
    return ["rclone", "--config", "/dev/null", *argv]


def rclone_list(remote):
    return rclone("lsf", "-R", "--files-only", "--format", "pst", "--checkers", "8", remote)


class Protocol:
    """One protocol: its server, and the programs that list and read what it shares."""

    name = ""
    # The name that the interface has for it, and its script too.
    interface_name = ""
    # Of its URLs: how they begin, and where the share is.
    scheme, prefix = "", ""
    login = {"username": USER, "password": USER}
    is_ftp = False

    def __init__(self, share):
        self.server = TestServer(self.interface_name, TESTSERVER_SHARE=share)
        self.password = subprocess.run(["rclone", "obscure", USER], capture_output=True, text=True, check=True).stdout.strip()

    def url(self, port, path=""):
        """As Catalogizer takes it."""
        return f"{self.scheme}://{HOST}:{port}{self.prefix}/{path}"

    def remote(self, port, path):
        """As rclone takes it."""
        raise NotImplementedError

    def listed_files(self, port, path):
        """Lists everything below a path: the seconds, and how many files there were."""
        sample = timed(rclone_list(self.remote(port, path)), keep_output=True)
        return sample.wall, sample.output.count(b"\n")

    def get(self, name):
        """The argv that reads a whole file and keeps nothing of it."""
        raise NotImplementedError

    def first_bytes(self, port, ranges):
        """Seconds until a library's own read of each range (name, offset, bytes) has its first byte."""
        argv = [sys.executable, os.path.join(DIRECTORY, "range_reads.py"), self.interface_name]
        reads = [(self.library_url(port, name), offset, count) for name, offset, count in ranges]
        done = subprocess.run(argv, input=json.dumps(reads), capture_output=True, text=True, check=False, timeout=600)
        if done.returncode != 0:
            raise BenchError(f"range_reads.py {self.interface_name} ended with {done.returncode}: {done.stderr.strip()[-400:]}")
        return json.loads(done.stdout.strip().splitlines()[-1])

    def library_url(self, port, name):
        raise NotImplementedError


class SMB(Protocol):
    name, interface_name, scheme, prefix = "SMB", "smb", "smb", "/media"

    def remote(self, port, path):
        return f":smb,host={HOST},port={port},user={USER},pass={self.password}:media/{path}"

    def get(self, name):
        return ["smbclient", "-p", str(self.server.port), "-U", f"{USER}%{USER}", f"//{HOST}/media", "-c", f"get {name} /dev/null"]

    def get_by_rclone(self, name):
        return rclone("cat", self.remote(self.server.port, name))

    def library_url(self, port, name):
        return f"smb://{USER}:{USER}@{HOST}:{port}/media/{name}"


class NFS(Protocol):
    name, interface_name, scheme, prefix = "NFS", "nfs", "nfs", "/media"
    login = {}

    def _url(self, port, path):
        return f"nfs://{HOST}/media/{path}?version=4&nfsport={port}"

    def listed_files(self, port, path):
        sample = timed(["nfs-ls", "-R", self._url(port, path)], keep_output=True)
        return sample.wall, sum(line.startswith(b"-") for line in sample.output.splitlines())

    def get(self, name):
        return ["nfs-cat", self._url(self.server.port, name)]

    def library_url(self, port, name):
        return self._url(port, name)


class FTP(Protocol):
    name, interface_name, scheme = "FTP", "ftp", "ftp"
    is_ftp = True

    def remote(self, port, path):
        return f":ftp,host={HOST},port={port},user={USER},pass={self.password}:{path}"

    def get(self, name):
        return ["curl", "--silent", "--fail", "--output", "/dev/null", self.library_url(self.server.port, name)]

    def library_url(self, port, name):
        return f"ftp://{USER}:{USER}@{HOST}:{port}/{name}"


class WebDAV(Protocol):
    name, interface_name, scheme = "WebDAV", "webdav", "http"

    def remote(self, port, path):
        return f':webdav,url="http://{HOST}:{port}/",vendor=other,user={USER},pass={self.password}:{path}'

    def get(self, name):
        return ["curl", "--silent", "--fail", "--output", "/dev/null", self.library_url(self.server.port, name)]

    def library_url(self, port, name):
        return f"http://{USER}:{USER}@{HOST}:{port}/{name}"


PROTOCOLS = [SMB, NFS, FTP, WebDAV]
