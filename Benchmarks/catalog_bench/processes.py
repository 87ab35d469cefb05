"""Running and watching other programs: wall time, processor time, peak memory."""

import os
import resource
import signal
import subprocess
import threading
import time
from dataclasses import dataclass


class BenchError(Exception):
    """Something that makes the measurement void; the text says what to do."""


@dataclass
class Sample:
    """One run of a program. Memory in KiB; 0 where it was not watched."""

    wall: float
    cpu: float
    anonymous: int = 0
    resident: int = 0
    output: bytes = b""


def memory(pid):
    """(anonymous, resident) memory of a process now, in KiB; zeros when it is gone."""
    anonymous = resident = 0
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("RssAnon:"):
                    anonymous = int(line.split()[1])
                elif line.startswith("VmRSS:"):
                    resident = int(line.split()[1])
    except OSError:
        pass
    return anonymous, resident


class MemoryWatch:
    """The peaks of a running process's memory, sampled every 20 ms while the `with` block lasts."""

    def __init__(self, pid):
        self.pid, self.anonymous, self.resident = pid, 0, 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._stop.wait(0.02):
            anonymous, resident = memory(self.pid)
            self.anonymous, self.resident = max(self.anonymous, anonymous), max(self.resident, resident)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()


def raise_file_limit():
    """updatedb needs a descriptor for each sibling folder; wrk one for each connection."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (200_000, hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, hard)))
            return
        except (ValueError, OSError):
            continue


def timed(argv, environment=None, watch=False, keep_output=False, seconds=3600):
    """Runs a program to its end. `watch` samples its memory, which costs a little of its time on a busy machine."""
    started = time.monotonic()
    process = subprocess.Popen(
        argv, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE if keep_output else subprocess.DEVNULL)
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        if watch:
            with MemoryWatch(process.pid) as peak:
                output, errors = process.communicate()
        else:
            peak = None
            output, errors = process.communicate()
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        tail = errors.decode(errors="replace")[-600:]
        raise BenchError(f"{' '.join(argv[:3])} … ended with {process.returncode}: {tail}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Sample(wall, cpu, peak.anonymous if peak else 0, peak.resident if peak else 0, output or b"")


def spawn_and_read(argv):
    """Starts a program in the cheapest way there is and reads its output to the end: (seconds, output)."""
    started = time.perf_counter()
    reader, writer = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, writer, 1), (os.POSIX_SPAWN_CLOSE, reader), (os.POSIX_SPAWN_CLOSE, writer)]
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=actions)
    os.close(writer)
    chunks = []
    while chunk := os.read(reader, 1 << 16):
        chunks.append(chunk)
    os.close(reader)
    os.waitpid(pid, 0)
    return time.perf_counter() - started, b"".join(chunks)


class Daemon:
    """A server that this run started, and that ends with it."""

    def __init__(self, argv, log_path, environment=None, directory=None):
        self.log_path = log_path
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen(
                argv, env=environment, cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.pid = self.process.pid

    def log_tail(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()[-1500:]

    def wait_until(self, is_ready, what, seconds=120, pause=0.1):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise BenchError(f"{what} ended during its start:\n{self.log_tail()}")
            if is_ready():
                return
            time.sleep(pause)
        raise BenchError(f"{what} was not ready after {seconds} s:\n{self.log_tail()}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
                self.process.wait()
