"""What the reading side costs beyond SQLite: one row beside apsw, and whole rows beside sqlite3 and json.loads.

    python -m benchmarks.whole_rows [ROWS=2000]

In time of a processor, the median of many turns that each ask both. sqlite3 reads a copy: two SQLite libraries never share
a file. "bare" are the columns of documents alone, "state" with the state of each, which every row of the reader has.
"""

import argparse
import json
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import apsw

from benchmarks.figure import Figure
from benchmarks.stock import build
from docsync.reader import documents, open_reader
from docsync.store.columns import COLUMNS

TURNS = 25
GETS = 400
_COLUMNS = ", ".join(f"d.{name}" for name in COLUMNS)
_DOCUMENT = COLUMNS.index("document")
BARE = f"SELECT {_COLUMNS} FROM documents AS d ORDER BY d.id LIMIT ?"
STATE = (
    f"SELECT {_COLUMNS}, s.state, s.since FROM documents AS d JOIN document_status AS s ON s.id = d.id "
    "ORDER BY d.id LIMIT ?"
)


Times = dict[str, tuple[float, ...]]


def measure(asked: Mapping[str, Callable[[], object]], turns: int) -> Times:
    """The seconds of each of *asked*, which take turns."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(turns):
        for name, ask in asked.items():
            begun = time.process_time()
            ask()
            times[name].append(time.process_time() - begun)
    return {name: tuple(taken) for name, taken in times.items()}


def measure_gets(database: Path, count: int, turns: int) -> Times:
    """Seconds of one row."""
    plain = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    with open_reader(database=database) as reader:
        ids = [row.id for row in reader.find(limit=count)]
        rand = random.Random(1)

        def ask_plainly() -> None:
            for id_ in rand.choices(ids, k=GETS):
                plain.execute(documents._ROW, (id_,)).fetchall()  # noqa: SLF001  # the same question

        def ask() -> None:
            for id_ in rand.choices(ids, k=GETS):
                reader.get(id_)

        took = measure({"apsw": ask_plainly, "Reader.get": ask}, turns)
    return {name: tuple(seconds / GETS for seconds in taken) for name, taken in took.items()}


def measure_finds(database: Path, copy: Path, count: int, turns: int) -> Times:
    """Seconds of all rows."""
    plain = sqlite3.connect(f"file:{copy}?mode=ro", uri=True)

    def ask_plainly(statement: str) -> list[object]:
        return [(row, json.loads(row[_DOCUMENT])) for row in plain.execute(statement, (count,)).fetchall()]

    with open_reader(database=database) as reader:
        return measure(
            {
                "bare": lambda: ask_plainly(BARE),
                "state": lambda: ask_plainly(STATE),
                "find(limit)": lambda: [(row, row.document) for row in reader.find(limit=count)],
                "find()": lambda: [(row, row.document) for row in reader.find()],
            },
            turns,
        )


def measure_both(rows: int, turns: int) -> tuple[Times, Times]:
    """The times of one row, and those of so many rows, on a database that is made for it."""
    with tempfile.TemporaryDirectory() as folder:
        database, copy = Path(folder) / "docsync.db", Path(folder) / "copy.db"
        build(database, rows)
        shutil.copyfile(database, copy)
        return measure_gets(database, rows, turns), measure_finds(database, copy, rows, turns)


def list_figures(rows: int, turns: int) -> list[Figure]:
    """One row beside apsw, and all of them beside sqlite3 with json.loads."""
    gets, finds = measure_both(rows, turns)
    micro = {name: tuple(seconds * 1e6 for seconds in taken) for name, taken in gets.items()}
    milli = {name: tuple(seconds * 1e3 for seconds in taken) for name, taken in finds.items()}
    return [
        Figure("rows", "Reader.get", "us of CPU", micro["Reader.get"], micro["apsw"]),
        Figure("rows", f"Reader.find of {rows}", "ms of CPU", milli["find()"], milli["bare"]),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=2_000)
    rows = parser.parse_args().rows
    gets, finds = measure_both(rows, TURNS)
    micro = {name: median(taken) * 1e6 for name, taken in gets.items()}
    print(*(f"{name} {value:.1f} µs" for name, value in micro.items()), sep=", ", end=", ")
    print(f"over {micro['Reader.get'] - micro['apsw']:.1f} µs")
    took = {name: median(taken) for name, taken in finds.items()}
    for name, seconds in took.items():
        ratios = f"by bare {seconds / took['bare']:.2f}, by state {seconds / took['state']:.2f}"
        print(f"{name:12} {seconds * 1e3:7.2f} ms, {ratios}")


if __name__ == "__main__":
    main()
