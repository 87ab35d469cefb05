"""A keep-alive HTTP client that adds next to nothing to what it times: one send, reads until the body is whole."""

import json
import socket
import time


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class ClosedWhileIdle(ConnectionError):
    """The server closed the connection before it answered anything."""


class Connection:
    def __init__(self, port, token=None):
        self.port, self.token = port, token
        self.socket = None

    def _connect(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port), 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def prepared(self, method, path, body=None, headers=()):
        """The bytes of a request, so that building it is outside the time taken."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *headers]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        content = b""
        if body is not None:
            content = json.dumps(body).encode()
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + content

    def request(self, method, path, body=None, headers=()):
        return self.send(self.prepared(method, path, body, headers))

    def send(self, request):
        """Sends a prepared request. A connection that was idle for so long that the server closed it is made anew."""
        if self.socket is not None:
            try:
                return self._exchange(request)
            except ClosedWhileIdle:
                pass
        self._connect()
        return self._exchange(request)

    def first_byte(self, request, count):
        """Sends a prepared request for a range of so many bytes: seconds until the first byte of its body. Takes the rest too."""
        if self.socket is None:
            self._connect()
        started = time.perf_counter()
        self.socket.sendall(request)
        data = self._receive()
        while (end := data.find(b"\r\n\r\n")) < 0 or len(data) == end + 4:
            data += self._receive()
        seconds = time.perf_counter() - started
        if not data.startswith(b"HTTP/1.1 206 "):
            raise ConnectionError(f"a range answered {data[:100]!r}")
        missing = end + 4 + count - len(data)
        while missing > 0:
            missing -= len(self._receive())
        return seconds

    def _exchange(self, request):
        try:
            self.socket.sendall(request)
            data = self._receive()
        except ConnectionError as error:
            self.close()
            raise ClosedWhileIdle("the server closed the connection") from error
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._receive()
        head = data[:end].decode("latin-1").split("\r\n")
        status = int(head[0].split()[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = data[end + 4 :]
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = self._chunked(body)
        else:
            length = int(headers.get("content-length", 0))
            parts, have = [body], len(body)
            while have < length:
                parts.append(self._receive())
                have += len(parts[-1])
            body = b"".join(parts)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)

    def _receive(self):
        data = self.socket.recv(1 << 18)
        if not data:
            self.close()
            raise ConnectionError("the server closed the connection")
        return data

    def _chunked(self, data):
        body = b""
        while True:
            while (end := data.find(b"\r\n")) < 0:
                data += self._receive()
            size = int(data[:end].split(b";")[0], 16)
            data = data[end + 2 :]
            while len(data) < size + 2:
                data += self._receive()
            body, data = body + data[:size], data[size + 2 :]
            if size == 0:
                return body

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None
