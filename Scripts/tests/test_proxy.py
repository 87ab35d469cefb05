"""The proxy of the test servers breaks connections where it is told to, and leaves the bytes alone elsewhere."""

import os
import random
import socket
import subprocess
import tempfile
import threading
import time
import unittest

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PATIENCE = 10


class Server(threading.Thread):
    """Answers on any number of connections, each in a thread."""

    def __init__(self, answer):
        super().__init__(daemon=True)
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                accepted, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(accepted,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                self.answer(connection)
            except OSError:
                pass


def echo(connection):
    while data := connection.recv(65536):
        connection.sendall(data)


def received(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            break
        data += more
    return data


class Proxied(unittest.TestCase):
    """A proxy in front of a server, both started once for all tests of the class."""

    answer = staticmethod(echo)
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.server = Server(cls.answer)
        cls.addClassCleanup(cls.server.listener.close)
        # Beside other runs of these tests: not the port that the script takes else.
        cls.port = 2 * random.randrange(10_200, 11_900)
        cls.environment = {
            **os.environ, **cls.settings, "TESTSERVER_PORT": str(cls.port), "PROXY_TARGET": str(cls.server.port)}
        cls.addClassCleanup(cls.script, "stop")
        assert cls.script("start").strip() == f"127.0.0.1:{cls.port}"
        cls.control = socket.create_connection(("127.0.0.1", cls.port + 1), timeout=PATIENCE)
        cls.addClassCleanup(cls.control.close)
        cls.answers = cls.control.makefile("r", encoding="ascii")
        cls.addClassCleanup(cls.answers.close)

    @classmethod
    def script(cls, command):
        return subprocess.run(
            [os.path.join(SCRIPTS, "testservers", "proxy"), command], env=cls.environment, stdout=subprocess.PIPE, text=True,
            check=True).stdout

    def setUp(self):
        self.assertEqual(self.tell("clear"), "ok")
        self.wait_for_connections(0)

    @classmethod
    def tell(cls, command):
        cls.control.sendall(command.encode() + b"\n")
        return cls.answers.readline().strip()

    def wait_for_connections(self, count):
        end = time.monotonic() + PATIENCE
        while self.tell("connections") != str(count):
            self.assertLess(time.monotonic(), end, "connections are still there")

    def connect(self, port=None):
        connection = socket.create_connection(("127.0.0.1", port or self.port), timeout=PATIENCE)
        self.addCleanup(connection.close)
        return connection

    def ask(self, connection, question=b"question"):
        connection.sendall(question)
        return received(connection, len(question))

    def assert_silent(self, connection):
        """Nothing came, and no end either. What has come would be there: the proxy was asked for something after it."""
        connection.setblocking(False)
        with self.assertRaises(BlockingIOError):
            connection.recv(1)
        connection.settimeout(PATIENCE)


class ProxyTests(Proxied):
    def test_bytes_pass_as_they_are(self):
        sent = random.randbytes(8 << 20)
        connection = self.connect()
        writer = threading.Thread(target=lambda: (connection.sendall(sent), connection.shutdown(socket.SHUT_WR)))
        writer.start()
        self.assertEqual(received(connection, len(sent) + 1), sent)
        writer.join()

    def test_replies_are_counted_over_all_connections(self):
        connections = [self.connect() for _ in range(3)]
        for _ in range(4):
            for connection in connections:
                self.assertEqual(self.ask(connection), b"question")
        self.assertEqual(self.tell("count"), "12")
        self.tell("clear")
        self.assertEqual(self.tell("count"), "0")

    def test_hundreds_of_connections(self):
        connections = [self.connect() for _ in range(300)]
        for connection in connections:
            connection.sendall(b"x")
        self.assertEqual([received(connection, 1) for connection in connections], [b"x"] * 300)
        self.assertEqual(self.tell("count"), "300")

    def test_reset_at_a_reply_and_for_everyone_after_it(self):
        connection, other = self.connect(), self.connect()
        self.assertEqual(self.ask(other), b"question")
        self.tell("cut 3 reset")
        self.assertEqual(self.tell("state"), "armed")
        self.assertEqual(self.ask(connection), b"question")
        self.assertEqual(self.ask(connection), b"question")
        for broken in (connection, other):
            with self.assertRaises(ConnectionResetError):
                self.ask(broken)
        with self.assertRaises(ConnectionResetError):
            self.ask(self.connect())
        self.assertEqual(self.tell("state"), "reset")
        self.assertEqual(self.tell("count"), "2")
        self.tell("clear")
        self.assertEqual(self.ask(self.connect()), b"question")

    def test_silence_for_everyone_until_cleared(self):
        connection, other = self.connect(), self.connect()
        self.assertEqual(self.ask(other), b"question")
        self.tell("cut 2 silence")
        self.assertEqual(self.ask(connection), b"question")
        connection.sendall(b"question")
        while self.tell("state") != "silence":
            pass
        late = self.connect()
        for silent in (other, late):
            silent.sendall(b"question")
        self.wait_for_connections(3)
        for silent in (connection, other, late):
            self.assert_silent(silent)
        self.tell("clear")
        for silent in (connection, other, late):
            try:
                self.assertEqual(silent.recv(1), b"")
            except ConnectionResetError:
                pass  # What it had sent was never read.
        self.assertEqual(self.ask(self.connect()), b"question")

    def test_half_of_a_reply(self):
        connection = self.connect()
        self.tell("cut 2 half")
        self.assertEqual(self.ask(connection), b"question")
        self.assertEqual(self.ask(connection), b"ques")
        self.assertEqual(self.connect().recv(1), b"")

    def test_a_cut_without_a_reply_to_wait_for(self):
        connection = self.connect()
        self.assertEqual(self.ask(connection), b"question")
        self.tell("cut 0 reset")
        with self.assertRaises(ConnectionResetError):
            connection.recv(1)

    def test_delay_keeps_order_and_costs_no_throughput(self):
        connection = self.connect()
        self.ask(connection)
        self.tell("delay 60")
        started = time.monotonic()
        self.assertEqual(self.ask(connection), b"question")
        self.assertGreaterEqual(time.monotonic() - started, 0.058)
        sent = random.randbytes(4 << 20)
        writer = threading.Thread(target=connection.sendall, args=(sent,))
        writer.start()
        self.assertEqual(received(connection, len(sent)), sent)
        writer.join()
        self.tell("delay 0")
        self.assertEqual(self.ask(connection), b"question")

    def test_drip_slows_down_what_the_server_says(self):
        connection = self.connect()
        self.ask(connection)
        self.tell("drip 1000")
        started = time.monotonic()
        self.assertEqual(self.ask(connection, b"x" * 200), b"x" * 200)
        self.assertGreaterEqual(time.monotonic() - started, 0.17)
        connection.sendall(b"y" * 100_000)
        self.tell("clear")
        self.assertEqual(received(connection, 100_000), b"y" * 100_000)

    def test_corrupt_changes_one_byte(self):
        sent = bytes(3 << 20)
        connection = self.connect()
        self.tell("corrupt 2")
        writer = threading.Thread(target=connection.sendall, args=(sent,))
        writer.start()
        heard = received(connection, len(sent))
        writer.join()
        self.assertEqual(len(heard) - heard.count(0), 1)
        self.assertEqual(heard[(1 << 20) + (1 << 19)], 0xFF)

    def test_a_client_that_does_not_read_stops_the_server(self):
        connection = self.connect()
        connection.setblocking(False)
        sent = 0
        try:
            while sent < 256 << 20:
                sent += connection.send(bytes(1 << 20))
        except BlockingIOError:
            pass
        self.assertLess(sent, 64 << 20)

    def test_nothing_is_left_after_many_rounds(self):
        with open(os.path.join(tempfile.gettempdir(), f"catalogizer-proxy-{self.port}", "pid"), encoding="ascii") as file:
            files = f"/proc/{file.read().strip()}/fd"
        before = None
        for round_number in range(1000):
            mode = ("reset", "silence", "half")[round_number % 3]
            self.tell(f"cut 1 {mode}")
            with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
                connection.sendall(b"question")
                if mode == "silence":
                    while self.tell("state") != mode:
                        pass
                else:
                    try:
                        received(connection, 8)
                    except ConnectionResetError:
                        pass
                self.tell("clear")
            if round_number == 10:
                self.wait_for_connections(0)
                before = len(os.listdir(files))
        self.wait_for_connections(0)
        self.assertLessEqual(len(os.listdir(files)), before + 2)

    def test_commands_that_are_none(self):
        for command in ("", "cut", "cut 1 sideways", "cut one reset", "delay fast"):
            self.assertTrue(self.tell(command).startswith("error: "), command)


def ftp(connection):
    """As much of FTP as opens a connection for data and sends a word over it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        connection.sendall(b"220 ready\r\n")
        for line in connection.makefile("rb"):
            command = line.strip()
            if command == b"PASV":
                connection.sendall(b"227 Entering (127,0,0,1,%d,%d).\r\n" % divmod(port, 256))
            elif command == b"EPSV":
                connection.sendall(b"229 Entering (|||%d|).\r\n" % port)
            elif command == b"LIST":
                connection.sendall(b"150 here\r\n")
                accepted, _ = listener.accept()
                with accepted:
                    accepted.sendall(b"word")
                connection.sendall(b"226 done\r\n")
            else:
                connection.sendall(b"200 22" + command + b"\r\n")


class FTPProxyTests(Proxied):
    answer = staticmethod(ftp)
    settings = {"PROXY_FTP": "1"}

    def data_port(self, lines, control, command):
        control.sendall(command + b"\r\n")
        line = lines.readline()
        if command == b"EPSV":
            return int(line.split(b"|")[3])
        high, low = line.split(b")")[0].split(b",")[-2:]
        return int(high) * 256 + int(low)

    def test_connections_for_data_come_through_the_proxy(self):
        for command in (b"PASV", b"EPSV"):
            self.tell("clear")
            control = self.connect()
            lines = control.makefile("rb")
            self.addCleanup(lines.close)
            self.assertEqual(lines.readline(), b"220 ready\r\n")
            control.sendall(b"NOOP\r\n")
            self.assertEqual(lines.readline(), b"200 22NOOP\r\n")
            data = self.connect(self.data_port(lines, control, command))
            control.sendall(b"LIST\r\n")
            self.assertEqual(lines.readline(), b"150 here\r\n")
            self.assertEqual(received(data, 5), b"word")
            self.assertEqual(lines.readline(), b"226 done\r\n")
            self.assertEqual(self.tell("count"), "5")

    def test_a_cut_in_a_connection_for_data(self):
        control = self.connect()
        lines = control.makefile("rb")
        self.addCleanup(lines.close)
        lines.readline()
        data = self.connect(self.data_port(lines, control, b"EPSV"))
        self.tell("cut 2 half")
        control.sendall(b"LIST\r\n")
        self.assertEqual(lines.readline(), b"150 here\r\n")
        self.assertEqual(received(data, 4), b"wo")
        self.assertEqual(lines.readline(), b"")

    def test_a_cut_of_the_reply_that_ends_a_transfer(self):
        control = self.connect()
        lines = control.makefile("rb")
        self.addCleanup(lines.close)
        lines.readline()
        data = self.connect(self.data_port(lines, control, b"PASV"))
        self.tell("cut 3 half")
        control.sendall(b"LIST\r\n")
        self.assertEqual(received(data, 5), b"word")
        self.assertEqual(lines.read(), b"150 here\r\n226 d")


if __name__ == "__main__":
    unittest.main()
