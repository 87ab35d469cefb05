"""A WebDAV server over one directory: basic authentication, digest authentication, and TLS with basic, on three ports in a row."""

import argparse
import threading

from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter
from wsgidav.lock_man.lock_storage import LockStorageDict
from wsgidav.wsgidav_app import WsgiDAVApp

USER = "catalogizer"
ADDRESS = "127.0.0.1"
# Each connection that is kept open holds a thread.
THREADS = 40


class SharedLocks(LockStorageDict):
    """Locks of one application hold for the other."""

    def open(self):
        if self._dict is None:
            super().open()


def app(share, locks, digest):
    return WsgiDAVApp({
        "provider_mapping": {"/": share},
        "http_authenticator": {"accept_basic": not digest, "accept_digest": digest, "default_to_digest": digest},
        "simple_dc": {"user_mapping": {"*": {USER: {"password": USER}}}},
        "lock_storage": locks,
        "verbose": 1,
        "logging": {"enable": True},
    })


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    for name in ("share", "certificate", "key", "ready"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()

    locks = SharedLocks()
    basic, digest = (app(options.share, locks, digest) for digest in (False, True))
    servers = [wsgi.Server((ADDRESS, options.port + offset), application, numthreads=THREADS, timeout=300)
               for offset, application in enumerate((basic, digest, basic))]
    servers[2].ssl_adapter = BuiltinSSLAdapter(options.certificate, options.key)
    for server in servers:
        server.prepare()
    with open(options.ready, "w", encoding="utf-8"):
        pass
    for server in servers:
        threading.Thread(target=server.serve).start()


if __name__ == "__main__":
    main()
