#!/usr/bin/env python3
"""Reads ranges of files by a library itself, on one connection that stays: the least that a jump in a film can cost.

    range_reads.py smb|nfs|ftp|webdav    with [[url, offset, bytes], ...] as JSON on standard input

Prints the seconds until each range had its first byte, as JSON. A file that the range before was from is open; another one is
opened, which counts, after that one was closed, which does not. It is a program of its own because the libraries keep state of
theirs in the process.
"""

import ctypes
import json
import os
import sys
import time
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_size_t, c_ssize_t, c_uint64, c_void_p


def check(condition, what):
    if not condition:
        sys.exit(f"range_reads: {what} failed: {os.strerror(ctypes.get_errno())}")


class SMB:
    """libsmbclient."""

    LOGIN = ctypes.CFUNCTYPE(None, c_char_p, c_char_p, *[c_void_p, c_int] * 3)

    def __init__(self):
        self.library = ctypes.CDLL("libsmbclient.so.0", use_errno=True)
        # User and password stand in the URL.
        self.login = self.LOGIN(lambda *_: None)
        self.library.smbc_lseek.restype, self.library.smbc_lseek.argtypes = c_int64, [c_int, c_int64, c_int]
        self.library.smbc_read.restype, self.library.smbc_read.argtypes = c_ssize_t, [c_int, c_void_p, c_size_t]
        check(self.library.smbc_init(self.login, 0) == 0, "smbc_init")

    def open(self, url):
        self.file = self.library.smbc_open(url.encode(), os.O_RDONLY, 0)
        check(self.file >= 0, "smbc_open")

    def close(self):
        self.library.smbc_close(self.file)

    def first_byte(self, offset, count, buffer):
        check(self.library.smbc_lseek(self.file, offset, os.SEEK_SET) == offset, "smbc_lseek")
        check(self.library.smbc_read(self.file, buffer, count) > 0, "smbc_read")
        return time.perf_counter()


class NFS:
    """libnfs. All files are in one directory, which is mounted once."""

    class URL(ctypes.Structure):
        _fields_ = [("server", c_char_p), ("path", c_char_p), ("file", c_char_p)]

    def __init__(self):
        # The order of arguments is that of this version.
        self.library = ctypes.CDLL("libnfs.so.13", use_errno=True)
        self.library.nfs_init_context.restype = c_void_p
        self.library.nfs_parse_url_full.restype = POINTER(self.URL)
        self.library.nfs_parse_url_full.argtypes = [c_void_p, c_char_p]
        self.library.nfs_mount.argtypes = [c_void_p, c_char_p, c_char_p]
        self.library.nfs_open.argtypes = [c_void_p, c_char_p, c_int, POINTER(c_void_p)]
        self.library.nfs_pread.argtypes = [c_void_p, c_void_p, c_uint64, c_uint64, c_void_p]
        self.library.nfs_close.argtypes = [c_void_p, c_void_p]
        self.context, self.file, self.is_mounted = self.library.nfs_init_context(), c_void_p(), False

    def open(self, url):
        place = self.library.nfs_parse_url_full(self.context, url.encode())
        check(place, "nfs_parse_url_full")
        if not self.is_mounted:
            check(self.library.nfs_mount(self.context, place[0].server, place[0].path) == 0, "nfs_mount")
            self.is_mounted = True
        check(self.library.nfs_open(self.context, place[0].file, os.O_RDONLY, byref(self.file)) == 0, "nfs_open")

    def close(self):
        self.library.nfs_close(self.context, self.file)

    def first_byte(self, offset, count, buffer):
        check(self.library.nfs_pread(self.context, self.file, offset, count, buffer) > 0, "nfs_pread")
        return time.perf_counter()


class Curl:
    """libcurl, for FTP and HTTP: a request for each range, on the connection of the one before."""

    URL, RANGE, WRITEFUNCTION = 10_002, 10_007, 20_011
    BODY = ctypes.CFUNCTYPE(c_size_t, c_void_p, c_size_t, c_size_t, c_void_p)

    def __init__(self):
        self.library = ctypes.CDLL("libcurl.so.4")
        self.library.curl_easy_init.restype = c_void_p
        self.library.curl_easy_setopt.argtypes = [c_void_p, c_int, c_void_p]
        self.library.curl_easy_perform.argtypes = [c_void_p]
        self.handle, self.body = self.library.curl_easy_init(), self.BODY(self._received)
        self.library.curl_easy_setopt(self.handle, self.WRITEFUNCTION, self.body)
        self.first = None
        self.count = 0

    def open(self, url):
        self.library.curl_easy_setopt(self.handle, self.URL, ctypes.create_string_buffer(url.encode()))

    def close(self):
        """The protocols open nothing."""

    def _received(self, _data, size, count, _context):
        if self.first is None:
            self.first = time.perf_counter()
        self.count += size * count
        return size * count

    def first_byte(self, offset, count, _buffer):
        self.first, self.count = None, 0
        self.library.curl_easy_setopt(self.handle, self.RANGE, ctypes.create_string_buffer(b"%d-%d" % (offset, offset + count - 1)))
        code = self.library.curl_easy_perform(self.handle)
        check(code == 0 and self.count == count, f"a range of {count} bytes (libcurl says {code}, {self.count} bytes came)")
        return self.first


LIBRARIES = {"smb": SMB, "nfs": NFS, "ftp": Curl, "webdav": Curl}


def main():
    (kind,) = sys.argv[1:]
    ranges = json.load(sys.stdin)
    library = LIBRARIES[kind]()
    buffer = ctypes.create_string_buffer(max(count for _, _, count in ranges))
    # Untimed: what is connected and opened once.
    opened, offset, count = ranges[0]
    library.open(opened)
    library.first_byte(offset, count, buffer)
    seconds = []
    for url, offset, count in ranges:
        if url != opened:
            library.close()
        started = time.perf_counter()
        if url != opened:
            library.open(url)
            opened = url
        seconds.append(library.first_byte(offset, count, buffer) - started)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
