"""What a running service pays for a read: whole rows, a get from asyncio and from a cache, beside what it replaces.

    python -m benchmarks.live [DOCUMENTS=2000] [--rounds 15]

Whole rows are compared with Python's sqlite3 with json.loads. A get of 100 tasks at once is compared with 100 of a Reader,
one after the other, in time that passes; one of a cache with one of a Reader and of a dict.

sqlite3 runs in a process of its own, as two SQLite libraries never share a file in one. Both take turns, so that the
machine's moods hit both; a ratio is that of the medians. "used" means that every document is parsed, "not used" that only
the ids are looked at. sqlite3 asks for the same columns, with the state of each document and without; ours has it always.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Self

from benchmarks.stock import build
from docsync import AsyncReader, Reader, open_reader

_TASKS = 100

_NAMES = [
    "id",
    "type",
    "name",
    "document",
    "file_path",
    "file_modified",
    "created_at",
    "updated_at",
    "description",
    "tags",
    "content_hash",
    "revision",
]
_BARE = f"SELECT {', '.join(_NAMES)} FROM documents ORDER BY id"
_WHOLE = (
    f"SELECT {', '.join(f'd.{name}' for name in _NAMES)}, s.state, s.since "
    "FROM documents AS d JOIN document_status AS s ON s.id = d.id ORDER BY d.id"
)


class Plain:
    """Python's sqlite3 in a child: it is told what to do, and answers how long that took."""

    def __init__(self, database: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.live", "--plain", str(database)]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate()

    def take(self, statement: str) -> float:
        """Seconds of the processor for all rows of *statement*, with their JSON parsed."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        print(statement, file=self._child.stdin, flush=True)
        return float(self._child.stdout.readline())


def answer_plainly(database: str) -> None:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)

    def find(statement: str) -> list[object]:
        rows = connection.execute(statement)
        return [(*row[:3], json.loads(row[3]), *row[4:9], json.loads(row[9]), *row[10:]) for row in rows]

    for line in sys.stdin:
        print(take(partial(find, line)), flush=True)


def take(work: Callable[[], object]) -> float:
    """Seconds of the processor that *work* takes; what it gives is let go afterwards."""
    begun = time.process_time()
    kept = work()
    seconds = time.process_time() - begun
    del kept
    return seconds


def use(reader: Reader) -> list[object]:
    """All rows with their documents and tags."""
    return [(row, row.document, row.tags) for row in reader.find()]


def compare_rows(reader: Reader, plain: Plain, rounds: int) -> None:
    """Prints how long all rows take, used and not used, and the ratio to sqlite3."""
    ours: dict[str, list[float]] = {"not used": [], "used": []}
    theirs: dict[str, list[float]] = {"bare": [], "whole": []}
    for _ in range(rounds):
        ours["not used"].append(take(reader.find))
        theirs["bare"].append(plain.take(_BARE))
        ours["used"].append(take(lambda: use(reader)))
        theirs["whole"].append(plain.take(_WHOLE))
    bare, whole = median(theirs["bare"]), median(theirs["whole"])
    print(f"sqlite3, json.loads: {bare * 1e3:.1f} ms, with the state {whole * 1e3:.1f} ms")
    for name, times in ours.items():
        found = median(times)
        print(
            f"find, {name}: {found * 1e3:.1f} ms, {found / bare:.2f} x sqlite3, with the state {found / whole:.2f} x"
        )


def compare_gets(reader: Reader, database: Path, rounds: int) -> None:
    """Prints what a get costs: of a Reader, of 100 tasks of an AsyncReader at once, of a cache and of a dict."""
    ids = random.Random(1).sample([row.id for row in reader.find()], _TASKS)
    asynchronous = asyncio.run(take_async(database, ids, rounds))
    plain = median(wait_for(lambda: [reader.get(id_) for id_ in ids]) for _ in range(rounds))
    print(
        f"{_TASKS} gets, one after the other: {plain * 1e3:.2f} ms; of as many tasks at once: "
        f"{asynchronous * 1e3:.2f} ms, {asynchronous / plain:.2f} x"
    )
    with reader.cached("persona") as cache:
        bare = dict(cache)
        found = median(take(lambda: [cache.get(id_) for id_ in ids * 50]) for _ in range(rounds))
        floor = median(take(lambda: [bare.get(id_) for id_ in ids * 50]) for _ in range(rounds))
        count = len(ids) * 50
        print(
            f"a get of a cache: {found / count * 1e6:.3f} us, {found / floor:.1f} x a dict, "
            f"1/{plain / len(ids) / (found / count):.0f} of a Reader"
        )


async def take_async(database: Path, ids: list[str], rounds: int) -> float:
    """Seconds for all *ids* at once, each in a task of its own; the median of *rounds*."""
    times = []
    async with AsyncReader(database=database) as reader:
        for _ in range(rounds):
            begun = time.perf_counter()
            await asyncio.gather(*(reader.get(id_) for id_ in ids))
            times.append(time.perf_counter() - begun)
    return median(times)


def wait_for(work: Callable[[], object]) -> float:
    """Seconds that pass while *work* is done."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", type=int, nargs="?", default=2_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--plain", help="be the child that asks plainly")
    asked = parser.parse_args()
    if asked.plain:
        answer_plainly(asked.plain)
        return
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "docsync.db"
        build(database, asked.documents)
        with open_reader(database=database) as reader, Plain(database) as plain:
            compare_rows(reader, plain, asked.rounds)
            compare_gets(reader, database, asked.rounds)


if __name__ == "__main__":
    main()
