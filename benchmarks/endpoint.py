"""The endpoint: requests a second, what it costs in memory, and whether those who watch slow down a save.

    python -m benchmarks.endpoint [REQUESTS=2000] [SAVES=100]

All figures are of one run on one machine: the ratios are what counts. Times are in milliseconds.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.save_to_row import measure, quantiles
from benchmarks.tree import write_tree

DOCUMENTS = 1000
POLLERS, STREAMS = 50, 20

_WATCHERS = """
import json, os, sys, threading
from http.client import HTTPConnection

port, pollers, streams = map(int, sys.argv[1:4])
headers = {"Authorization": f"Bearer {sys.argv[4]}"}

def ask(connection, path):
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    if response.status != 200:
        print(f"{path}: {response.status}", flush=True)
        os._exit(1)
    return response

def poll():
    connection, since = HTTPConnection("127.0.0.1", port), "now"
    while True:
        answer = json.loads(ask(connection, f"/v1/changes?wait=30&limit=1000&since={since}").read())
        since = answer["cursor"]

def follow():
    for _ in ask(HTTPConnection("127.0.0.1", port), "/v1/events"):
        pass

for work, number in ((poll, pollers), (follow, streams)):
    for _ in range(number):
        threading.Thread(target=work, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
"""


def find_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def running(root: Path, *, port: int) -> Iterator[int]:
    """A daemon; gives its process id. Without a port it serves the Unix socket alone."""
    environ = os.environ | {"DOCSYNC_LOG__LEVEL": "error", "DOCSYNC_ADMIN__PORT": str(port)}
    environ["DOCSYNC_ADMIN__ENABLED"] = "true" if port else "false"
    command = [sys.executable, "-m", "docsync", "-C", str(root)]
    daemon = subprocess.Popen([*command, "run"], env=environ)
    try:
        while subprocess.run([*command, "wait"], capture_output=True).returncode:
            time.sleep(0.05)
        yield daemon.pid
    finally:
        daemon.terminate()
        daemon.wait()


def token_of(root: Path) -> str:
    """The token of the daemon of *root*: a folder that is private shows no content without."""
    return (root / ".docsync" / "token").read_text().strip()


@contextmanager
def watched(port: int, token: str, pollers: int, streams: int) -> Iterator[None]:
    """Others that follow the changes, in a process of their own; raises when one of them is refused."""
    command = [sys.executable, "-c", _WATCHERS, str(port), str(pollers), str(streams), token]
    others = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert others.stdout
    others.stdout.readline()
    time.sleep(2)
    try:
        yield
        if others.poll() is not None:
            raise RuntimeError(f"those who watch have ended: {others.stdout.read()}")
    finally:
        others.kill()
        others.communicate()


def requests(port: int, token: str, path: str, count: int) -> dict[str, float]:
    """So many requests one after the other on one connection."""
    connection = HTTPConnection("127.0.0.1", port)
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        response.read()
        assert response.status == 200
        times.append((time.perf_counter() - begun) * 1e3)
    connection.close()
    return {"per second": round(count / (sum(times) / 1e3)), **quantiles(sorted(times))}


def slowly(port: int, count: int) -> Iterator[HTTPConnection]:
    """Connections that say almost nothing."""
    for _ in range(count):
        connection = HTTPConnection("127.0.0.1", port)
        connection.connect()
        connection.sock.sendall(b"GET /livez HTTP/1.1\r\nX")
        yield connection


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def with_slow_ones(port: int, act: Callable[[], dict[str, float]], count: int = 200) -> dict[str, float]:
    """What *act* measures while so many slow connections come again and again."""
    over = threading.Event()

    def annoy() -> None:
        while not over.is_set():
            kept = list(slowly(port, count))
            over.wait(2)
            for connection in kept:
                connection.close()

    thread = threading.Thread(target=annoy)
    thread.start()
    time.sleep(0.5)
    try:
        return act()
    finally:
        over.set()
        thread.join()


def list_figures(saves: int, rounds: int) -> list[Figure]:
    """A save while many watch, beside one while nobody does, by turns on one daemon."""
    times: dict[str, list[dict[str, float]]] = {"watched": [], "alone": []}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths, database = write_tree(root, 2 * saves * rounds), root / ".docsync" / "docsync.db"
        port = find_port()
        with running(root, port=port):
            time.sleep(1)  # every file has rested for a second
            for _ in range(rounds):
                for name, pollers, streams in (("alone", 0, 0), ("watched", POLLERS, STREAMS)):
                    some, paths = paths[:saves], paths[saves:]
                    with watched(port, token_of(root), pollers, streams):
                        times[name].append(quantiles(measure(root, database, some, atomic=True)))
    return [
        Figure(
            "watchers",
            f"save while {POLLERS} poll and {STREAMS} follow, {share}",
            "ms",
            *(tuple(one[share] for one in times[name]) for name in ("watched", "alone")),
        )
        for share in ("p50", "p99")
    ]


def main(count: int = 2000, saves: int = 100) -> None:
    port = find_port()
    result: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        root = Path(folder)
        paths = write_tree(root, max(DOCUMENTS, 3 * saves))
        database = root / ".docsync" / "docsync.db"
        with running(root, port=0) as pid:
            result["RSS without TCP, MB"] = resident_mb(pid)
        pid = stack.enter_context(running(root, port=port))
        result["RSS with TCP, not asked, MB"] = resident_mb(pid)
        token = token_of(root)
        result["GET /v1/documents/{id}"] = requests(port, token, "/v1/documents/persona/g0/p1", count)
        result["GET /v1/status"] = requests(port, token, "/v1/status", count)
        requests(port, token, "/metrics", 10)
        result["RSS after that, MB"] = resident_mb(pid)
        part = iter(range(0, len(paths), saves))

        def save() -> dict[str, float]:
            first = next(part)
            return quantiles(measure(root, database, paths[first : first + saves], atomic=True))

        time.sleep(1)
        result["save to row, nobody watches"] = save()
        with watched(port, token, POLLERS, STREAMS):
            result[f"save to row, {POLLERS} poll and {STREAMS} follow"] = save()
            result["RSS then, MB"] = resident_mb(pid)
        result["save to row, 200 slow connections"] = with_slow_ones(port, save)
        result["GET /v1/status then"] = with_slow_ones(
            port, lambda: requests(port, token, "/v1/status", min(count, 200))
        )
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
