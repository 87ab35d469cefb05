"""Counts what a client asks a server for: passes everything on between the two, and reads along. Nothing is timed through it."""

import asyncio
import threading

from .processes import BenchError
from .remote_servers import HOST
from .wire_readers import READERS, Counts

BLOCK = 1 << 18


class WireTap:
    """Listens on a port of its own, in a thread of its own, while the `with` block lasts.

    Of FTP it sees the connections for commands; data goes straight to the server.
    """

    def __init__(self, kind, target):
        self.kind, self.target = kind, target
        self.counts, self.failure = Counts(), None
        self.loop = asyncio.new_event_loop()
        self.tasks = set()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.listener = self._do(asyncio.start_server(self._serve, HOST, 0))
        self.port = self.listener.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_):
        self._do(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def taken(self):
        """Requests and listings since the last call."""
        if self.failure:
            raise BenchError(f"what goes to the {self.kind} server cannot be read: {self.failure}")
        return self.counts.taken()

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    async def _end(self):
        self.listener.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self.tasks.add(task)
        server_writer = None
        try:
            server_reader, server_writer = await asyncio.open_connection(HOST, self.target)
            await asyncio.gather(self._pass(reader, server_writer, READERS[self.kind](self.counts)), self._pass(server_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self.tasks.discard(task)
            for end in (writer, server_writer):
                if end:
                    end.close()

    async def _pass(self, source, target, along=None):
        while data := await source.read(BLOCK):
            if along:
                self._read_along(along, data)
            target.write(data)
            await target.drain()
        target.write_eof()

    def _read_along(self, along, data):
        try:
            along.feed(data)
        except ValueError as error:
            self.failure = error
