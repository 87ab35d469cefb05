"""The peers: the programs that people use for the same jobs today, set up as fast as they go."""

import os
import re
import shutil
import socket
import subprocess
import sys

from .catalogizer import free_port
from .processes import BenchError, Daemon

COPYPARTY = "copyparty==1.20.26"


def find_printf(tree):
    return ["find", tree, "-type", "f", "-printf", "%p\t%s\t%T@\n"]


def updatedb(tree, database):
    return ["updatedb", "-l", "0", "-o", database, "-U", tree, "--prunepaths", "", "--prunefs", "", "--prunenames", "",
            "--prune-bind-mounts", "no"]


def plocate(database, term):
    """The first 50 names that hold every word of the term, upper and lower case alike."""
    return ["plocate", "-d", database, "-b", "-i", "-l", "50", "--", *term.split()]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Nginx:
    """nginx with sendfile over one folder. `tcp_nopush` stays off: it stalls range requests on loopback by 45 ms."""

    def __init__(self, work, folder):
        self.port = free_port()
        scratch = os.path.join(work, "nginx")
        os.makedirs(scratch, exist_ok=True)
        config = os.path.join(scratch, "nginx.conf")
        temporary = "".join(f" {kind}_temp_path {scratch}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(config, "w", encoding="utf-8") as file:
            file.write(
                f"daemon off; worker_processes {os.cpu_count()}; pid {scratch}/pid; error_log {scratch}/error.log;\n"
                + ("user root;\n" if os.geteuid() == 0 else "")
                + "events { worker_connections 1024; }\n"
                f"http {{ access_log off; sendfile on; keepalive_requests 10000000; open_file_cache max=2000;{temporary}\n"
                f" server {{ listen 127.0.0.1:{self.port}; root {folder}; }} }}\n")
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.daemon = Daemon([program, "-c", config, "-e", f"{scratch}/error.log"], os.path.join(scratch, "log"))
        self.daemon.wait_until(lambda: accepts(self.port), "nginx", 20)

    def stop(self):
        self.daemon.stop()


class Copyparty:
    """copyparty, one process, no index, over one folder; its package lives in a virtual environment below `work`."""

    def __init__(self, work, folder):
        self.port = free_port()
        argv = [copyparty_python(work), "-m", "copyparty", "-q", "-i", "127.0.0.1", "-p", str(self.port), "-v", f"{folder}::r",
                "--no-thumb", "-j1", "--hist", os.path.join(work, "copyparty")]
        self.daemon = Daemon(argv, os.path.join(work, "copyparty.log"))
        self.daemon.wait_until(lambda: accepts(self.port), "copyparty")

    def stop(self):
        self.daemon.stop()


def copyparty_python(work):
    environment = os.path.join(work, "venv")
    python = os.path.join(environment, "bin", "python")
    if not os.path.exists(os.path.join(environment, "complete")):
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", COPYPARTY], check=True)
        with open(os.path.join(environment, "complete"), "w", encoding="utf-8") as file:
            file.write(COPYPARTY)
    return python


class Ceiling:
    """The bare Hummingbird server of Benchmarks/ceiling: a million synthetic rows, a hundred in a listing."""

    ROWS = 1_000_000

    def __init__(self, work, binary):
        self.port = free_port()
        argv = [binary, str(self.port), os.path.join(work, f"ceiling-{self.ROWS}.sqlite"), str(self.ROWS)]
        self.daemon = Daemon(argv, os.path.join(work, "ceiling.log"))
        self.daemon.wait_until(lambda: accepts(self.port), "the ceiling server", 180)

    def stop(self):
        self.daemon.stop()


MILLISECONDS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
BYTES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def wrk(url, connections, seconds, script=None, token=None):
    """{"rate": requests/s, "mb": MB/s, "p50", "p99": ms}; a refused request makes the measurement void."""
    argv = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "60s"]
    argv += ["-s", script] if script else []
    argv += ["-H", f"Authorization: Bearer {token}"] if token else []
    text = subprocess.run([*argv, url], capture_output=True, text=True, check=False).stdout
    return read_wrk(text, url)


def read_wrk(text, url):
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    transfer = re.search(r"Transfer/sec:\s+([\d.]+)([KMG]?)B", text)
    if not rate or not transfer:
        raise BenchError(f"wrk said nothing usable about {url}: {text[-400:]}")
    if refused := re.search(r"Non-2xx or 3xx responses: (\d+)", text):
        raise BenchError(f"{refused[1]} requests to {url} were refused")
    result = {"rate": float(rate[1]), "mb": float(transfer[1]) * BYTES[transfer[2]] / 1e6}
    for name, key in (("p50", "50%"), ("p99", "99%")):
        found = re.search(rf"\s{key}\s+([\d.]+)(us|ms|s|m)\b", text)
        result[name] = float(found[1]) * MILLISECONDS[found[2]] if found else None
    return result


def curl(url, token=None):
    """One download by one connection: MB/s, the start of curl included."""
    argv = ["curl", "--silent", "--fail", "--output", "/dev/null", "--write-out", "%{size_download} %{time_total}"]
    argv += ["--header", f"Authorization: Bearer {token}"] if token else []
    done = subprocess.run([*argv, url], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"curl of {url} ended with {done.returncode}")
    size, seconds = done.stdout.split()
    return int(size), int(size) / 1e6 / float(seconds)
