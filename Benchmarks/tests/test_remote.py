"""What the measurements of remote storages rest on: requests that are counted right, and a tree whose size is known."""

import os
import socket
import struct
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from catalog_bench import client, goals, part_remote, remote_protocols, wire_readers  # noqa: E402
from catalog_bench.processes import BenchError  # noqa: E402
from catalog_bench.wire_tap import WireTap  # noqa: E402


def counted(kind, data, step):
    """Requests and listings, when the bytes come in pieces."""
    counts = wire_readers.Counts()
    reader = wire_readers.READERS[kind](counts)
    for start in range(0, len(data), step):
        reader.feed(data[start:start + step])
    return counts.taken()


def smb(command, place=b"", following=0):
    header = b"\xfeSMB" + bytes(8) + struct.pack("<HHII", command, 0, 0, following) + bytes(40)
    return header + bytes(8) + place.ljust(16, b"\0")


def framed(message):
    return struct.pack(">I", len(message)) + message


def opaque(data):
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


def nfs(*operations):
    head = struct.pack(">IIIIII", 7, 0, 2, 100_003, 4, 1) + struct.pack(">I", 1) + opaque(b"credential") + struct.pack(">I", 0) + opaque(b"")
    call = head + opaque(b"tag") + struct.pack(">II", 0, len(operations)) + b"".join(operations)
    return struct.pack(">I", len(call) | 0x8000_0000) + call


class WireReaderTests(unittest.TestCase):
    def check(self, kind, data, requests, listings):
        for step in (1, 3, 50, len(data)):
            self.assertEqual(counted(kind, data, step), (requests, listings), (kind, step))

    def test_ftp(self):
        self.check("ftp", b"USER a\r\nCWD MLSD\r\nEPSV\r\nMLSD ./a\r\nEPSV\r\nlist -a\r\nQUIT\r\n", 7, 2)

    def test_webdav(self):
        body = b"<D:propfind xmlns:D='DAV:'></D:propfind>"
        request = b"PROPFIND /%s HTTP/1.1\r\nHost: a\r\nDepth: %d\r\nContent-Length: 40\r\n\r\n" + body
        self.check("webdav", request % (b"a", 0) + request % (b"PROPFIND%20x", 1) + request % (b"c", 1) + b"GET /d HTTP/1.1\r\n\r\n", 4, 2)

    def test_smb(self):
        one, two = b"one", b"two"
        # Asked twice, closed, asked again by a new open of the same number; the last two in one frame.
        listing = [smb(5), smb(14, one), smb(14, one), smb(6, one), smb(14, one)]
        chain = smb(14, two, following=len(smb(14))) + smb(6, two)
        self.check("smb", b"".join(framed(message) for message in [*listing, chain]), 7, 3)
        with self.assertRaises(ValueError):
            counted("smb", framed(b"\xfdSMB" + bytes(60)), 9)

    def test_nfs(self):
        handle, attributes = struct.pack(">I", 22) + opaque(b"handle!"), struct.pack(">IIII", 9, 2, 1, 2)
        lookup, root = struct.pack(">I", 15) + opaque(b"folder"), struct.pack(">I", 24)
        first, next_page = (struct.pack(">IQ", 26, cookie) + bytes(28) for cookie in (0, 5))
        calls = nfs(root, lookup, attributes) + nfs(handle, attributes, first) + nfs(handle, next_page) + nfs(handle, struct.pack(">I", 99), first)
        self.check("nfs", calls, 4, 1)


class WireTapTests(unittest.TestCase):
    def test_everything_passes_and_is_counted(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            received = []

            def serve():
                connection, _ = server.accept()
                with connection:
                    connection.sendall(b"220 hello\r\n")
                    while data := connection.recv(1000):
                        received.append(data)
                    connection.sendall(b"221 bye\r\n")

            thread = threading.Thread(target=serve)
            thread.start()
            with WireTap("ftp", server.getsockname()[1]) as tap, socket.create_connection(("127.0.0.1", tap.port)) as connection:
                connection.sendall(b"MLSD\r\nQUIT\r\n")
                connection.shutdown(socket.SHUT_WR)
                answer = b"".join(iter(lambda: connection.recv(1000), b""))
                thread.join()
                self.assertEqual((answer, b"".join(received)), (b"220 hello\r\n221 bye\r\n", b"MLSD\r\nQUIT\r\n"))
                self.assertEqual(tap.taken(), (2, 1))
                self.assertEqual(tap.taken(), (0, 0))

    def test_what_cannot_be_read_makes_the_count_void(self):
        with socket.create_server(("127.0.0.1", 0)) as server, WireTap("smb", server.getsockname()[1]) as tap:
            with socket.create_connection(("127.0.0.1", tap.port)) as connection:
                connection.sendall(framed(b"\xfdSMB" + bytes(60)))
                with server.accept()[0] as accepted:
                    accepted.recv(1000)
                with self.assertRaises(BenchError):
                    tap.taken()


class FirstByteTests(unittest.TestCase):
    def answered(self, pieces):
        with socket.create_server(("127.0.0.1", 0)) as server:
            connection = client.Connection(server.getsockname()[1])
            connection._connect()
            self.addCleanup(connection.close)
            with server.accept()[0] as accepted:
                for piece in pieces:
                    accepted.sendall(piece)
                seconds = connection.first_byte(b"GET / HTTP/1.1\r\n\r\n", 6)
                accepted.sendall(b"next")
                return seconds, connection.socket.recv(10)

    def test_the_whole_range_is_taken_and_nothing_behind_it(self):
        seconds, rest = self.answered([b"HTTP/1.1 206 Partial Content\r\n\r\n", b"abc", b"def"])
        self.assertGreater(seconds, 0)
        self.assertEqual(rest, b"next")

    def test_anything_but_a_range_is_refused(self):
        with self.assertRaises(ConnectionError):
            self.answered([b"HTTP/1.1 200 OK\r\n\r\n", b"abcdef"])


class TreeTests(unittest.TestCase):
    def test_the_tree_has_so_many_files_and_folders(self):
        with tempfile.TemporaryDirectory() as work:
            share = os.path.join(work, "share")
            os.mkdir(share)
            part_remote.make_tree(share, "tree", 30, 101)
            found = list(os.walk(os.path.join(share, "tree")))
            self.assertEqual(sum(len(names) for _, _, names in found), 101)
            self.assertEqual(len(found), part_remote.directories(30))
            part_remote.make_tree(share, "tree", 30, 101)


class GoalTests(unittest.TestCase):
    def test_every_protocol_has_its_goals(self):
        keys = [goal.key for goal in goals.GOALS if goal.part == "remote"]
        for protocol in remote_protocols.PROTOCOLS:
            for figure in ("scan", "listings", "download", "jump", "slow"):
                self.assertIn(f"{protocol.interface_name}_{figure}", keys)


if __name__ == "__main__":
    unittest.main()
