"""What a client asks for, read from the bytes that it sends: requests, and the ones among them that begin to list a directory."""

import re


class Counts:
    def __init__(self):
        self.requests = self.listings = 0

    def taken(self):
        """Both numbers since the last call."""
        taken = (self.requests, self.listings)
        self.requests = self.listings = 0
        return taken


class FTPCommands:
    """A command is a line."""

    LISTINGS = (b"MLSD", b"LIST", b"NLST")

    def __init__(self, counts):
        self.counts, self.rest = counts, b""

    def feed(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.counts.requests += 1
            self.counts.listings += line.upper().startswith(self.LISTINGS)


class HTTPRequests:
    """WebDAV: a request begins with its method, right behind the body of the one before. Names are escaped, so no name looks
    like that."""

    # The second part is what makes a question about a directory one about what is in it.
    WANTED = re.compile(rb"(?:PROPFIND|OPTIONS|GET|HEAD|PUT|DELETE|MKCOL|MOVE|COPY) [!-~]+ HTTP/1\.[01]\r$|(?i:^Depth: *(1|infinity) *\r$)", re.M)

    def __init__(self, counts):
        self.counts, self.rest = counts, b""

    def feed(self, data):
        self.rest += data
        end = self.rest.rfind(b"\n") + 1
        for found in self.WANTED.finditer(self.rest[:end]):
            if found[1]:
                self.counts.listings += 1
            else:
                self.counts.requests += 1
        self.rest = self.rest[end:]


class Records:
    """Messages that begin with four bytes about their length."""

    def __init__(self, counts):
        self.counts, self.rest = counts, b""

    def feed(self, data):
        self.rest += data
        while len(self.rest) >= 4 and len(self.rest) >= (end := 4 + self.length()):
            self.take(self.rest[4:end])
            self.rest = self.rest[end:]


class SMBMessages(Records):
    """SMB 2 and 3 [MS-SMB2 2.2]. A directory is open while the client asks until there is no more: only its first question counts."""

    CLOSE, QUERY_DIRECTORY = 6, 14

    def __init__(self, counts):
        super().__init__(counts)
        self.open = set()

    def length(self):
        return int.from_bytes(self.rest[1:4], "big")

    def take(self, message):
        if message.startswith(b"\xfdSMB"):
            raise ValueError("the messages are encrypted")
        while message.startswith(b"\xfeSMB"):
            command, place = int.from_bytes(message[12:14], "little"), message[72:88]
            self.counts.requests += 1
            if command == self.QUERY_DIRECTORY and place not in self.open:
                self.counts.listings += 1
                self.open.add(place)
            elif command == self.CLOSE:
                self.open.discard(place)
            following = int.from_bytes(message[20:24], "little")
            message = message[following:] if following else b""


class NFSCalls(Records):
    """NFS 4.0 [RFC 7530]: a call has several operations. `READDIR` from the beginning is counted, not the pages behind the first."""

    READDIR = 26
    # What other operations have behind their number: opaque bytes, a list of numbers, or nothing.
    OPAQUE, NUMBERS, NOTHING = (15, 22), (9,), (10, 16, 24, 31, 32)

    def length(self):
        return int.from_bytes(self.rest[:4], "big") & 0x7FFF_FFFF

    def take(self, message):
        # Behind the number of the procedure.
        self.message = message[24:]
        for _ in ("credential", "verifier"):
            self.number()
            self.skip(self.number())
        self.skip(self.number())
        self.number()
        self.counts.requests += 1
        self.counts.listings += any(self.begins_listing() for _ in range(self.number()))

    def begins_listing(self):
        """Takes one operation; behind one that is not known the rest is of no interest."""
        operation = self.number()
        if operation == self.READDIR:
            return self.message.startswith(bytes(8))
        if operation in self.OPAQUE:
            self.skip(self.number())
        elif operation in self.NUMBERS:
            self.skip(4 * self.number())
        elif operation not in self.NOTHING:
            self.message = b""
        return False

    def number(self):
        number = int.from_bytes(self.message[:4], "big")
        self.message = self.message[4:]
        return number

    def skip(self, count):
        self.message = self.message[(count + 3) & ~3:]


READERS = {"smb": SMBMessages, "nfs": NFSCalls, "ftp": FTPCommands, "webdav": HTTPRequests}
