"""One save → row visible to another process: docsync beside the floor, in one run.

    python -m benchmarks.save_to_row [SAVES=200]

The floor is the shortest honest program for the job: one inotify descriptor, one row, one commit, no safety at all.
Prints milliseconds from just before the save to the row being visible, and docsync's ratio to the floor.
"""

import json
import multiprocessing
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from ctypes import CDLL
from pathlib import Path

import apsw

from benchmarks.figure import Figure, quantile
from benchmarks.tree import write_tree

_CLOSE_WRITE, _MOVED_TO = 0x8, 0x80
_LOOK_SECONDS = 0.0001  # who looks without a rest is a busy program more


def floor(root: str, database: str, ready: "multiprocessing.synchronize.Event") -> None:
    """A daemon of thirty lines: what the machine allows in Python."""
    libc = CDLL(None, use_errno=True)
    descriptor, folders = libc.inotify_init1(0), {}
    for top, _, _ in os.walk(f"{root}/personas"):
        folders[libc.inotify_add_watch(descriptor, os.fsencode(top), _CLOSE_WRITE | _MOVED_TO)] = top
    connection = apsw.Connection(database)
    connection.pragma("journal_mode", "wal")
    connection.execute("CREATE TABLE documents (file_path TEXT PRIMARY KEY, document TEXT)")
    ready.set()
    while True:
        events, at = os.read(descriptor, 1 << 20), 0
        dirty: dict[str, None] = {}
        while at < len(events):
            watch, _, _, size = struct.unpack_from("iIII", events, at)
            name = events[at + 16 : at + 16 + size].rstrip(b"\0").decode()
            at += 16 + size
            if name.endswith(".json"):
                dirty[os.path.relpath(f"{folders[watch]}/{name}", root)] = None
        rows = [(path, json.dumps(json.loads(Path(root, path).read_bytes()))) for path in dirty]
        with connection:
            connection.executemany("INSERT OR REPLACE INTO documents VALUES (?,?)", rows)


def start_floor(root: Path) -> tuple[Path, Callable[[], None]]:
    database, ready = root / "floor.db", multiprocessing.Event()
    worker = multiprocessing.Process(target=floor, args=(str(root), str(database), ready), daemon=True)
    worker.start()
    ready.wait()
    return database, worker.kill


def start_docsync(root: Path) -> tuple[Path, Callable[[], None]]:
    database = root / ".docsync" / "docsync.db"
    environ = os.environ | {"DOCSYNC_ADMIN__ENABLED": "false", "DOCSYNC_LOG__LEVEL": "error"}
    daemon = subprocess.Popen([sys.executable, "-m", "docsync", "-C", str(root), "run"], env=environ)
    subprocess.run(
        [sys.executable, "-m", "docsync", "-C", str(root), "wait"], check=False, capture_output=True
    )
    while subprocess.run(
        [sys.executable, "-m", "docsync", "-C", str(root), "wait"], capture_output=True
    ).returncode:
        time.sleep(0.05)

    def stop() -> None:
        daemon.terminate()
        daemon.wait()

    return database, stop


def save(path: Path, version: int, *, atomic: bool) -> None:
    text = json.dumps(json.loads(path.read_bytes()) | {"v": version})
    if atomic:
        draft = path.with_suffix(".tmp")
        draft.write_text(text)
        draft.replace(path)
    else:
        path.write_text(text)


def measure(root: Path, database: Path, paths: list[Path], *, atomic: bool) -> list[float]:
    reader = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    reader.set_busy_timeout(5000)
    query = "SELECT json_extract(document, '$.v') FROM documents WHERE file_path = ?"
    times = []
    for path in paths:
        name, version = path.relative_to(root).as_posix(), time.monotonic_ns()
        begun = time.perf_counter()
        save(path, version, atomic=atomic)
        while reader.execute(query, (name,)).fetchone() != (version,):
            time.sleep(_LOOK_SECONDS)
        times.append((time.perf_counter() - begun) * 1e3)
        time.sleep(0.02)
    reader.close()
    return sorted(times)


def quantiles(times: list[float]) -> dict[str, float]:
    return {"p50": round(quantile(times, 0.5), 2), "p99": round(quantile(times, 0.99), 2)}


def measure_both(saves: int) -> dict[str, dict[str, list[float]]]:
    """The times of the floor and of docsync, by way of saving, in ascending order (milliseconds)."""
    times: dict[str, dict[str, list[float]]] = {}
    for name, start in (("floor", start_floor), ("docsync", start_docsync)):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            paths = write_tree(root, max(1000, 2 * saves))
            database, stop = start(root)
            time.sleep(1)  # every file has rested for a second
            atomic = measure(root, database, paths[:saves], atomic=True)
            in_place = measure(root, database, paths[saves : 2 * saves], atomic=False)
            times[name] = {"atomic": atomic, "in place": in_place}
            stop()
    return times


def list_figures(saves: int, rounds: int) -> list[Figure]:
    """The medians of *rounds* runs of that many saves."""
    runs = [measure_both(saves) for _ in range(rounds)]
    return [
        Figure(
            "save to row",
            f"{way}, p50",
            "ms",
            tuple(quantiles(run["docsync"][way])["p50"] for run in runs),
            tuple(quantiles(run["floor"][way])["p50"] for run in runs),
        )
        for way in ("atomic", "in place")
    ]


def main(saves: int = 200) -> None:
    result = {
        name: {way: quantiles(times) for way, times in ways.items()}
        for name, ways in measure_both(saves).items()
    }
    print(json.dumps(result, indent=2))
    for way in ("atomic", "in place"):
        mine, least = result["docsync"][way], result["floor"][way]
        print(
            f"{way}: {mine['p50'] / least['p50']:.1f} x the floor (p50), {mine['p99'] / least['p99']:.1f} x (p99)"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
