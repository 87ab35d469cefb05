"""Storages on other machines, over loopback: scans against programs that list the same share, downloads against the protocol's own client."""

import os
import statistics
import subprocess

from .catalogizer import free_port
from .part_download import NAME, big_file
from .peers import curl
from .postgres import REPOSITORY
from .processes import BenchError, timed

FILES, FOLDERS = 20_000, 2_444
USER = "catalogizer"


class StorageServer:
    """A server of `Scripts/testservers`, which shares a directory of ours."""

    def __init__(self, kind, share):
        self.port = free_port()
        self.script = os.path.join(REPOSITORY, "Scripts", "testservers", kind)
        self.environment = {**os.environ, "TESTSERVER_PORT": str(self.port), "TESTSERVER_SHARE": share}
        self.url = self._run("start")

    def _run(self, command):
        done = subprocess.run([self.script, command], env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchError(f"{self.script} {command} ended with {done.returncode}: {done.stderr.strip()[-400:]}")
        return done.stdout.strip()

    def stop(self):
        self._run("stop")


class SMB:
    """How each program speaks to the share over SMB."""

    name, lister, getter = "SMB", "`rclone lsf -R`, 8 checkers", "`smbclient get`"
    login = {"username": USER, "password": USER}

    def __init__(self, share):
        self.server = StorageServer("smb", share)
        obscured = subprocess.run(["rclone", "obscure", USER], capture_output=True, text=True, check=True).stdout.strip()
        self.remote = f":smb,host=127.0.0.1,port={self.server.port},user={USER},pass={obscured}:media/"

    def list(self):
        argv = ["rclone", "--config", "/dev/null", "lsf", "-R", "--files-only", "--format", "pst", "--checkers", "8", self.remote + "tree"]
        return timed(argv).wall

    def get(self):
        argv = ["smbclient", "-p", str(self.server.port), "-U", f"{USER}%{USER}", "//127.0.0.1/media", "-c", f"get {NAME} /dev/null"]
        return timed(argv).wall


class NFS:
    """The same over NFS."""

    name, lister, getter = "NFS", "`nfs-ls -R`", "`nfs-cat`"
    login = {}

    def __init__(self, share):
        self.server = StorageServer("nfs", share)

    def _url(self, path):
        return f"nfs://127.0.0.1/media/{path}?version=4&nfsport={self.server.port}"

    def list(self):
        return timed(["nfs-ls", "-R", self._url("tree")]).wall

    def get(self):
        return timed(["nfs-cat", self._url(NAME)]).wall


def make_share(work, size):
    share = os.path.join(work, "share")
    big_file(share, size)
    tree = os.path.join(share, "tree")
    if not os.path.isdir(tree):
        for number in range(FOLDERS):
            folder = os.path.join(tree, f"group {number % 12}", f"folder {number}")
            os.makedirs(folder)
            for file in range(number, FILES, FOLDERS):
                with open(os.path.join(folder, f"file {file}.mkv"), "wb") as handle:
                    handle.write(b"x" * (file % 50))
    return share


def run(context):
    context.build("catalogizer-smb")
    share = make_share(context.work, context.big_bytes)
    server = context.running_server()
    samples = {}
    for protocol in (SMB(share), NFS(share)):
        name = protocol.name.lower()
        try:
            for root, path in ((name, "/tree"), (f"{name}-all", "")):
                server.add_remote_root(root, name, protocol.server.url + path, protocol.login)
            server.scan(f"{name}-all")
            link = f"http://127.0.0.1:{server.port}/api/v1/download/file/{server.file_id(f'{name}-all', NAME)}"
            for turn in range(context.rounds):
                context.say(f"remote, {protocol.name}, round {turn + 1} of {context.rounds}")
                ours = context.big_bytes / 1e6 / curl(link, server.token)[1]
                figures = [server.scan(name, "full").wall, protocol.list(), ours, protocol.get()]
                context.say("  " + ", ".join(f"{figure:.2f} s" for figure in figures))
                samples.setdefault(protocol.name, []).append(figures)
                context.results.add(f"{name}_scan", 1 / figures[0], 1 / figures[1])
                context.results.add(f"{name}_download", 1 / figures[2], 1 / figures[3])
        finally:
            protocol.server.stop()
    context.results.table(
        f"Remote storages: {FILES:,} files in {FOLDERS:,} folders, and one file of 1 GB, seconds",
        ["", "scan", "the peer's listing", "download", "the peer's download"],
        [[name, *(f"{statistics.median(row[index] for row in rows):.2f}" for index in range(4))] for name, rows in samples.items()])
    context.results.remark("Scans of remote storages are whole commands, their start and the database included; so are the peers.")
