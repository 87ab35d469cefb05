"""A TCP proxy that breaks connections on command; Scripts/testservers/proxy says how it is spoken to."""

import argparse
import asyncio

from proxy_pipes import Connection

MODES = ("reset", "silence", "half")
MEBIBYTE = 1 << 20


class Proxy:
    """What holds for every connection, and who they are."""

    def __init__(self, loop, target, speaks_ftp):
        self.loop, self.target, self.speaks_ftp = loop, target, speaks_ftp
        self.connections = set()
        self.calm()

    def calm(self):
        self.count = 0
        self.cut = None
        self.broken = None
        self.delay = 0.0
        self.drip = 0
        self.corrupt_after = None

    # What the connections ask.

    def admits(self, connection):
        """Whether a new connection may reach the server."""
        if self.broken == "silence":
            connection.silence()
        elif self.broken is not None:
            connection.close(broken=self.broken == "reset")
        return self.broken is None

    def lets_pass(self, connection, data):
        """Counts a reply, and breaks everything at the one that was asked for."""
        if self.cut is None or self.count + 1 < self.cut[0]:
            self.count += 1
            return True
        if self.cut[1] == "half":
            connection.client.transport.write(data[:len(data) // 2])
        self.break_all(self.cut[1])
        return False

    def corrupted(self, data):
        if self.corrupt_after is None:
            return data
        position = self.corrupt_after
        self.corrupt_after -= len(data)
        if position >= len(data):
            return data
        self.corrupt_after = None
        return data[:position] + bytes([data[position] ^ 0xFF]) + data[position + 1:]

    # What the test commands.

    def break_all(self, mode):
        self.broken, self.cut = mode, None
        for connection in list(self.connections):
            if mode == "silence":
                connection.silence()
            else:
                connection.close(broken=mode == "reset")

    def heal(self):
        """Ends what was silenced: the bytes that it missed are gone."""
        if self.broken is not None:
            for connection in list(self.connections):
                connection.close()
        self.broken = self.cut = None
        self.count = 0

    def apply(self, words):
        match words:
            case ["count"]:
                return str(self.count)
            case ["connections"]:
                return str(len(self.connections))
            case ["state"]:
                return self.broken or ("armed" if self.cut else "passing")
            case ["clear"]:
                self.heal()
                self.calm()
            case ["cut", number, mode] if mode in MODES:
                self.heal()
                self.cut = (int(number), mode)
                if self.cut[0] <= 0:
                    self.break_all(mode)
            case ["delay", milliseconds]:
                self.delay = max(0.0, float(milliseconds)) / 2000
            case ["drip", rate]:
                self.drip = max(0, int(rate))
            case ["corrupt", number]:
                self.corrupt_after = (int(number) - 1) * MEBIBYTE + MEBIBYTE // 2
            case _:
                return "error: there is no such command"
        # What waits may be due now.
        for connection in list(self.connections):
            for pipe in connection.pipes:
                pipe.pump()
        return "ok"

    async def obey(self, reader, writer):
        try:
            while line := await reader.readline():
                try:
                    answer = self.apply(line.decode("ascii").split())
                except ValueError:
                    answer = "error: that is no number"
                writer.write(answer.encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass
        finally:
            writer.close()


async def main():
    parser = argparse.ArgumentParser()
    for name in ("port", "target"):
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("--ftp", action="store_true")
    parser.add_argument("--ready", required=True)
    options = parser.parse_args()

    loop = asyncio.get_running_loop()
    proxy = Proxy(loop, options.target, options.ftp)
    front = await loop.create_server(lambda: Connection(proxy, proxy.target).client, "127.0.0.1", options.port, backlog=512)
    control = await asyncio.start_server(proxy.obey, "127.0.0.1", options.port + 1)
    with open(options.ready, "w", encoding="utf-8"):
        pass
    async with front, control:
        await asyncio.gather(front.serve_forever(), control.serve_forever())


if __name__ == "__main__":
    asyncio.run(main())
