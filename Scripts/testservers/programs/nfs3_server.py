"""An NFS server of version 3 with the port mapper that it insists on, both in a network of their own.

That port mapper listens on a privileged port, which the machine may need itself. So server and mapper get a network namespace where
nobody else is, and this program passes connections on from ports of the machine: the sockets that listen are made before it goes
there, and stay what they were.
"""

import argparse
import asyncio
import ctypes
import os
import signal
import socket
import subprocess

ADDRESS = "127.0.0.1"
CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def leave_network():
    """Goes into a network and a view of the file system where port mapper and server find what they want."""
    check(libc.unshare(CLONE_NEWNET | CLONE_NEWNS), "unshare")
    check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount /")
    check(libc.mount(b"none", b"/run", b"tmpfs", 0, None), "mount /run")
    os.mkdir("/run/rpcbind")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def start(*argv):
    """A process that ends with this one, however that ends."""
    return subprocess.Popen(argv, preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))


async def until_open(port, *processes):
    while all(process.poll() is None for process in processes):
        try:
            _, writer = await asyncio.open_connection(ADDRESS, port)
            writer.close()
            return
        except OSError:
            await asyncio.sleep(0.05)
    raise SystemExit(f"a server ended before it listened on port {port}")


async def copy(reader, writer):
    try:
        while data := await reader.read(1 << 18):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def relay(port):
    async def serve(reader, writer):
        try:
            inner_reader, inner_writer = await asyncio.open_connection(ADDRESS, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))

    return serve


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, action="append", required=True)
    for name in ("configuration", "log", "ready"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()

    listeners = []
    for port in options.port:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        listeners.append(listener)
    leave_network()
    mapper = start("rpcbind", "-w", "-f")
    await until_open(111, mapper)
    server = start("ganesha.nfsd", "-F", "-f", options.configuration, "-L", options.log, "-p", options.ready + ".pid")
    fronts = []
    for listener, port in zip(listeners, options.port):
        await until_open(port, mapper, server)
        fronts.append(await asyncio.start_server(relay(port), sock=listener))
    with open(options.ready, "w", encoding="utf-8"):
        pass
    await asyncio.gather(*(front.serve_forever() for front in fronts))


if __name__ == "__main__":
    asyncio.run(main())
