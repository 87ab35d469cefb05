"""An FTP server over one directory: plain, with explicit TLS and with implicit TLS on three ports in a row.

Names pass through as the bytes that they are.
"""

import argparse
import logging
import os

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import AsyncChat
from pyftpdlib.servers import FTPServer

USER = "catalogizer"
ADDRESS = "127.0.0.1"


class Filesystem(AbstractedFS):
    def open(self, filename, mode):
        """Never waits: a pipe that nobody writes to would stop every connection."""
        return open(filename, mode, opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK, 0o666))


class ByteNames:
    """What is not UTF-8 becomes half a surrogate pair on its way in, and the same bytes again on its way out."""

    unicode_errors = "surrogateescape"
    abstracted_fs = Filesystem

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self._current_facts = ["type", "size", "modify", "unique"]

    def push(self, data):
        AsyncChat.push(self, data.encode(self.encoding, self.unicode_errors))


class PlainHandler(ByteNames, FTPHandler):
    pass


class ExplicitTLSHandler(ByteNames, TLS_FTPHandler):
    tls_control_required = True
    tls_data_required = True


class ImplicitTLSHandler(ExplicitTLSHandler):
    """Speaks TLS from the first byte; the greeting comes after the handshake."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self._pbsz = self._prot = True

    def handle(self):
        self.secure_connection(self.ssl_context)

    def handle_ssl_established(self):
        super().handle()


def main():
    parser = argparse.ArgumentParser()
    for name in ("port", "passive_from", "passive_count"):
        parser.add_argument("--" + name.replace("_", "-"), type=int, required=True)
    for name in ("share", "certificate", "key", "ready"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--connections", type=int, default=0)
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)

    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, USER, options.share, perm="elradfmwMT")
    for offset, handler in enumerate((PlainHandler, ExplicitTLSHandler, ImplicitTLSHandler)):
        handler.authorizer = authorizer
        handler.passive_ports = range(options.passive_from, options.passive_from + options.passive_count)
        if offset > 0:
            handler.certfile, handler.keyfile = options.certificate, options.key
        server = FTPServer((ADDRESS, options.port + offset), handler)
        server.max_cons_per_ip = options.connections
    with open(options.ready, "w", encoding="utf-8"):
        pass
    server.serve_forever(handle_exit=False)


if __name__ == "__main__":
    main()
