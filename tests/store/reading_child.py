"""Readers in processes of their own, that hold their snapshots for a while, one after the other."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

_READ = """
import sys, time, apsw
path, hold = sys.argv[1], float(sys.argv[2])
connection = apsw.Connection("file:" + path + "?mode=ro", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
connection.set_busy_timeout(5000)
print("ready", flush=True)
while True:
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM changes").fetchall()
    time.sleep(hold)
    connection.execute("COMMIT")
"""


@contextmanager
def overlapping_readers(database: Path, count: int, hold_seconds: float) -> Iterator[None]:
    """*count* readers, each of which takes a new snapshot every *hold_seconds*."""
    with ExitStack() as stack:
        for _ in range(count):
            reader = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", _READ, str(database), str(hold_seconds)],
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(reader.kill)
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        yield


_WATCH = """
import json, os, sys, threading, apsw
path = sys.argv[1]
tally = {"snapshots": 0, "mixed": [], "reopened": 0, "refused": 0, "generations": []}
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stop.set())).start()

def opened():
    connection = apsw.Connection("file:" + path + "?mode=ro", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    connection.set_busy_timeout(5000)
    return connection, os.stat(path).st_ino

connection, inode = opened()
print("ready", flush=True)
while not stop.is_set():
    try:
        if os.stat(path).st_ino != inode:
            connection.close(True)
            connection, inode = opened()
            tally["reopened"] += 1
        found = connection.execute(
            "SELECT count(*), group_concat(DISTINCT json_extract(document, '$.generation')) FROM documents"
        ).fetchall()[0]
        tally["snapshots"] += 1
        if found[0] != int(sys.argv[2]) or "," in found[1]:
            tally["mixed"].append(found)
        elif found[1] not in tally["generations"]:
            tally["generations"].append(found[1])
    except (apsw.Error, FileNotFoundError, UnicodeDecodeError) as error:
        tally["refused"] += 1
        try:
            connection.close(True)
            connection, inode = opened()
        except (apsw.Error, FileNotFoundError):
            pass
print(json.dumps(tally))
"""


@contextmanager
def watching_reader(database: Path, documents: int) -> Iterator[dict[str, Any]]:
    """Someone who reads all documents again and again; afterwards the dictionary says what was seen.

    `mixed` are the snapshots that held another number of documents, or documents of several generations.
    """
    tally: dict[str, Any] = {}
    with subprocess.Popen(
        [sys.executable, "-c", _WATCH, str(database), str(documents)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        yield tally
        tally |= json.loads(reader.communicate("stop\n", timeout=30)[0])


_REPLACE = """
import pathlib, sys
path, old, new = pathlib.Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3])
octets = path.read_bytes()
assert old in octets
path.write_bytes(octets.replace(old, new))
"""


def write_by_another(path: Path, old: bytes, new: bytes) -> None:
    """Change a file that this process has open as a database: to open and close it here would drop SQLite's locks."""
    subprocess.run([sys.executable, "-c", _REPLACE, str(path), old.hex(), new.hex()], check=True)
