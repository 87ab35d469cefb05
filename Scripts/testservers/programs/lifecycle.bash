# shellcheck shell=bash disable=SC2154
# How a server of this folder is started, ended and frozen. Its script sets `name`, `port` and `place`, and reads this file.

fail() {
    echo "testservers/$name: $1" >&2
    exit 1
}

# Every open file but the first three: whoever started this script may wait for the end of what it handed down.
close_inherited() {
    local file
    for file in /proc/"$BASHPID"/fd/*; do
        file=${file##*/}
        [ "$file" -le 2 ] || [ "$file" -eq 255 ] || eval "exec $file>&-"
    done
}

# A process that has ended and that nobody has asked about yet does not count.
is_running() { [ -f "$place/pid" ] && grep -Eqs '^State:[[:space:]]+[^ZX[:space:]]' "/proc/$(cat "$place/pid")/status"; }

# The server and those that it has started, also in sessions of their own.
processes() {
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v first="$(cat "$place/pid")" '
        { pid = $1; sub(/.*\) /, ""); if ($1 !~ /[ZX]/) parent[pid] = $2 }
        function show(pid, child) {
            print pid
            for (child in parent) if (parent[child] == pid) show(child)
        }
        END { if (first in parent) show(first) }' || true
}

listens() { (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }
is_ready() { [ -e "$place/ready" ]; }

# Starts a program and waits until it can be reached.
# - $1: the function that says so
launch() {
    local reached=$1
    shift
    rm -f "$place/ready"
    (
        close_inherited
        # Python takes names of files for UTF-8, whatever the language of whoever starts it.
        export PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1
        exec setsid "$@" </dev/null >"$place/server.log" 2>&1
    ) &
    echo $! >"$place/pid"
    local end=$((SECONDS + 280))
    while [ "$SECONDS" -lt "$end" ]; do
        is_running || fail "the server did not start; see $place/server.log"
        if "$reached"; then return; fi
        sleep 0.05
    done
    fail "the server did not listen within five minutes; see $place/server.log"
}

signal_all() {
    local pid
    for pid in $(processes); do kill "-$1" "$pid" 2>/dev/null || true; done
}

end() {
    local pids pid
    is_running || return 0
    pids=$(processes)
    for pid in $pids; do kill -KILL "$pid" 2>/dev/null || true; done
    for pid in $pids; do
        while grep -Eqs '^State:[[:space:]]+[^ZX[:space:]]' "/proc/$pid/status"; do sleep 0.02; done
    done
}

# The Python that has what `requirements.txt` names.
server_python() {
    local python=.build/testservers-python/bin/python3
    [ -x "$python" ] || fail "the Python packages of the test servers are missing; run: Scripts/install-packages test"
    echo "$python"
}

# For `localhost` and 127.0.0.1, signed by itself: a client that trusts this one file trusts the server.
make_certificate() {
    [ ! -f "$place/certificate.pem" ] || return 0
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
        -keyout "$place/key.pem" -out "$place/new.pem" 2>"$place/openssl.log" || fail "openssl failed; see $place/openssl.log"
    mv "$place/new.pem" "$place/certificate.pem"
}
