"""What passes through the proxy: connections of two sides each, with a pipe in each direction."""

import asyncio
import collections
import re
import socket
import struct

# As much as one direction of one connection may hold back: while bytes wait for their time, and else.
DELAYED_LIMIT = 8 << 20
WAITING_LIMIT = 256 << 10
# A line of an FTP server that is longer is nothing that we look for.
LINE_LIMIT = 4096
DATA_CONNECTION_SECONDS = 60


def reset(transport):
    """Ends a connection as one that broke: the other end is told with RST."""
    connected = transport.get_extra_info("socket")
    if connected.fileno() >= 0:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Side(asyncio.Protocol):
    """The client's or the server's end of a connection."""

    def __init__(self, connection):
        self.connection = connection
        self.transport = None
        # Where what it says goes to, and where what it hears comes from.
        self.outgoing = self.incoming = None
        self.ended = self.lost = False

    def connection_made(self, transport):
        self.transport = transport
        self.connection.made(self)

    def data_received(self, data):
        self.connection.received(self, data)

    def eof_received(self):
        self.outgoing.push(None)
        return True

    def pause_writing(self):
        self.incoming.clogged = True
        self.incoming.update_reading()

    def resume_writing(self):
        self.incoming.clogged = False
        self.incoming.update_reading()

    def connection_lost(self, error):
        self.lost = True
        self.connection.lost(self, error)


class Pipe:
    """What one side says on its way to the other one."""

    def __init__(self, connection, source, target):
        self.connection, self.source, self.target = connection, source, target
        source.outgoing = target.incoming = self
        self.from_server = source is connection.server
        self.waiting = collections.deque()
        self.waiting_bytes = 0
        self.clogged = False
        self.timer = None
        self.next_drop = 0.0

    def push(self, data, is_reply=False):
        """Takes bytes, or the end: None."""
        proxy = self.connection.proxy
        holds = proxy.delay or (proxy.drip and self.from_server) or self.target.transport is None
        if not self.waiting and not holds:
            self.release(data, is_reply)
            return
        self.waiting.append((proxy.loop.time() + proxy.delay, data, is_reply))
        self.waiting_bytes += len(data or b"")
        self.update_reading()
        if self.timer is None:
            self.pump()

    def pump(self):
        """Lets through what is due."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        proxy = self.connection.proxy
        while self.waiting and self.target.transport is not None and not self.connection.is_silent:
            due, data, is_reply = self.waiting[0]
            drips = proxy.drip if self.from_server and data else 0
            due = max(due, self.next_drop) if drips else due
            now = proxy.loop.time()
            if due > now:
                self.timer = proxy.loop.call_at(due, self.pump)
                break
            self.waiting.popleft()
            if drips:
                size = max(1, drips // 50)
                if len(data) > size:
                    self.waiting.appendleft((due, data[size:], False))
                    data = data[:size]
                self.next_drop = now + len(data) / drips
            self.waiting_bytes -= len(data or b"")
            self.release(data, is_reply)
        self.update_reading()

    def release(self, data, is_reply):
        connection = self.connection
        if connection.is_silent or connection.is_closed:
            return
        if data is None:
            connection.end(self.source)
            return
        if self.from_server:
            if is_reply and not connection.proxy.lets_pass(connection, data):
                return
            data = connection.proxy.corrupted(data)
        else:
            connection.awaits_reply = True
        self.target.transport.write(data)

    def update_reading(self):
        """Whoever cannot get rid of bytes takes no more."""
        transport = self.source.transport
        if transport is None or transport.is_closing():
            return
        limit = DELAYED_LIMIT if self.connection.proxy.delay else WAITING_LIMIT
        if self.clogged or self.connection.is_silent or self.target.transport is None or self.waiting_bytes >= limit:
            transport.pause_reading()
        else:
            transport.resume_reading()

    def stop(self):
        self.waiting.clear()
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Connection:
    """A client's connection, and the one to the server behind it."""

    def __init__(self, proxy, target, speaks_first=False):
        self.proxy, self.target = proxy, target
        # On a connection for data of FTP nobody asks, and the server answers.
        self.awaits_reply = speaks_first
        self.is_silent = self.is_closed = False
        self.client, self.server = Side(self), Side(self)
        self.pipes = (Pipe(self, self.client, self.server), Pipe(self, self.server, self.client))
        self.passive = PassiveReplies(self) if proxy.speaks_ftp and not speaks_first else None
        self.task = None
        proxy.connections.add(self)

    def made(self, side):
        if self.is_closed:
            reset(side.transport)
        elif side is self.client and self.proxy.admits(self):
            self.task = self.proxy.loop.create_task(self.reach_server())
        # Not at once: up to Python 3.11 a transport starts to read only after this, whatever it was told before.
        for pipe in self.pipes:
            self.proxy.loop.call_soon(pipe.pump)

    async def reach_server(self):
        try:
            await self.proxy.loop.create_connection(lambda: self.server, "127.0.0.1", self.target)
        except OSError:
            self.close(broken=True)

    def received(self, side, data):
        if side is self.client:
            side.outgoing.push(data)
            return
        for part in [data] if self.passive is None else self.passive.rewritten(data):
            is_reply, self.awaits_reply = self.awaits_reply, self.passive is not None and self.passive.announces_more(part)
            side.outgoing.push(part, is_reply)

    def end(self, side):
        """One side has said all that it had to say."""
        side.ended = True
        other = side.outgoing.target
        if other.ended:
            self.close()
        else:
            other.transport.write_eof()

    def lost(self, side, error):
        if not self.is_closed and not self.is_silent:
            self.close(broken=error is not None)
        self.forget_if_over()

    def silence(self):
        self.is_silent = True
        for pipe in self.pipes:
            pipe.stop()
            pipe.update_reading()

    def close(self, broken=False):
        if self.is_closed:
            return
        self.is_closed = True
        if self.task is not None and self.server.transport is None:
            self.task.cancel()
        if self.passive is not None:
            self.passive.stop()
        for pipe in self.pipes:
            pipe.stop()
        for side in (self.client, self.server):
            if side.transport is None or side.lost:
                continue
            if broken:
                reset(side.transport)
            elif self.is_silent:
                side.transport.abort()
            else:
                side.transport.close()
        self.forget_if_over()

    def forget_if_over(self):
        if self.is_closed and all(side.lost or side.transport is None for side in (self.client, self.server)):
            self.proxy.connections.discard(self)


class PassiveReplies:
    """Replies to PASV and EPSV name a port of ours instead of the server's, so that data comes through the proxy as well."""

    # The first of two replies to a command that moves data.
    PRELIMINARY = re.compile(rb"1\d\d ")
    PORTS = re.compile(rb"227 .*?\d+,\d+,\d+,\d+,(\d+),(\d+)|229 .*?\(\|\|\|(\d+)\|\)", re.S)

    def __init__(self, connection):
        self.connection = connection
        self.held = b""
        # The server's lines are for the two who have a secret, once it has agreed to TLS.
        self.is_over = False
        self.task = self.listener = None

    def rewritten(self, data):
        """What goes on to the client: whole lines, as long as they may be one of those replies, and each reply for itself."""
        if self.is_over:
            return [data]
        lines = (self.held + data).splitlines(keepends=True)
        self.held = b""
        if not lines[-1].endswith(b"\n") and b"22".startswith(lines[-1][:2]) and len(lines[-1]) < LINE_LIMIT:
            self.held = lines.pop()
        self.is_over = any(line.startswith(b"234") for line in lines)
        parts = [b""]
        for line in lines:
            parts[-1] += self.with_our_port(line)
            if self.announces_more(line):
                parts.append(b"")
        return [part for part in parts if part]

    def announces_more(self, part):
        return not self.is_over and self.PRELIMINARY.match(part.splitlines()[-1]) is not None

    def with_our_port(self, line):
        found = self.PORTS.match(line)
        if found is None:
            return line
        high, low, extended = found.groups()
        port = self.listen(int(extended) if extended else int(high) * 256 + int(low))
        if extended:
            return line[:found.start(3)] + b"%d" % port + line[found.end(3):]
        return line[:found.start(1)] + b"%d,%d" % divmod(port, 256) + line[found.end(2):]

    def listen(self, target):
        if self.task is not None and not self.task.done():
            # Whoever was told of this one may still come.
            self.stop()
        # One for all transfers: a port rests for a minute after each connection, and the system gets slow when thousands do.
        if self.listener is None:
            self.listener = socket.create_server(("127.0.0.1", 0), backlog=1)
            self.listener.setblocking(False)
        self.task = self.connection.proxy.loop.create_task(self.accept(self.listener, target))
        return self.listener.getsockname()[1]

    async def accept(self, listener, target):
        loop, proxy = self.connection.proxy.loop, self.connection.proxy
        try:
            accepted, _ = await asyncio.wait_for(loop.sock_accept(listener), DATA_CONNECTION_SECONDS)
        except (OSError, asyncio.TimeoutError):
            return
        except asyncio.CancelledError:
            # Not before: until then the loop watches it.
            listener.close()
            raise
        await loop.connect_accepted_socket(lambda: Connection(proxy, target, speaks_first=True).client, accepted)

    def stop(self):
        if self.task is not None and not self.task.done():
            self.task.cancel()
        elif self.listener is not None:
            self.listener.close()
        self.listener = None
