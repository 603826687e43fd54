"""How fast the reading side is, beside plain SQLite in the same run: get, find, search and deep pages.

    python -m benchmarks.reading [DOCUMENTS=100000] [--database FILE]

The reader and Python's sqlite3 ask the same SQL of two copies of one database, sqlite3 in a process of its own: two
SQLite libraries never share a file. They take turns, question by question, so that the machine's moods hit both.
Prints milliseconds. "over" is what the library adds at the median, with what bounds the cost of very long texts.
"""

import argparse
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.stock import RARE, build
from docsync.reader import Reader, open_reader

Statement = tuple[str, list[Any]]
GROUP = "demographics.ageGroup"
PAGE = 100
GUARD = re.compile(
    r"CASE WHEN (?:\(SELECT octet_length|has_few_matches).*? THEN ((?:bm25|snippet)\([^)]*\)).*? END"
)


class Plain:
    """Python's sqlite3 in a child: it is told statements, and answers how long they took."""

    def __init__(self, database: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.reading", "--plain", str(database)]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, statements: list[Statement]) -> float:
        """Seconds for all of them with all their rows."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        print(json.dumps(statements), file=self._child.stdin, flush=True)
        return float(self._child.stdout.readline())

    def close(self) -> None:
        self._child.communicate()


def answer_plainly(database: str) -> None:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)
    for line in sys.stdin:
        statements = json.loads(line)
        begun = time.perf_counter()
        for statement, values in statements:
            connection.execute(statement, values).fetchall()
        print(time.perf_counter() - begun, flush=True)


def make_plain(statement: str, values: list[Any]) -> Iterator[Statement]:
    """The statement as people write it: without what bounds the cost of a text that is very long.

    Python's sqlite3 has none of the functions for that, and what they cost is what the library adds.
    """
    guard = GUARD.search(statement)
    if guard:
        yield GUARD.sub(r"\1", statement), values[guard[0].count("?") :]
    elif "octet_length" not in statement:
        yield statement, values


@contextmanager
def recorded(reader: Reader) -> Iterator[list[Statement]]:
    """The statements that the reader asks."""
    connection = reader._source.database.connection()  # noqa: SLF001  # nobody else needs to see the statements
    asked: list[Statement] = []

    def record(_: object, statement: str, values: Any) -> bool:
        asked.extend(make_plain(statement, list(values or ())))
        return True

    connection.exec_trace = record
    try:
        yield asked
    finally:
        connection.exec_trace = None


def measure(reader: Reader, plain: Plain, rounds: int, ask: Callable[[], object]) -> dict[str, float]:
    """*ask* must ask something else each time; what it asked is then asked plainly."""
    ours, theirs = [], []
    for _ in range(rounds):
        state = random.getstate()
        with recorded(reader) as asked:
            ask()
        random.setstate(state)
        begun = time.perf_counter()
        ask()
        ours.append(time.perf_counter() - begun)
        theirs.append(plain.ask(asked))
    ours.sort()
    theirs.sort()
    middle, last = rounds // 2, min(rounds - 1, int(rounds * 0.99))
    result = {"p50": ours[middle], "p99": ours[last], "plain_p50": theirs[middle], "plain_p99": theirs[last]}
    result["over"] = ours[middle] - theirs[middle]
    return {key: round(seconds * 1e3, 4) for key, seconds in result.items()}


def deep(reader: Reader, order: str, pages: int) -> str | None:
    """The cursor of the page after *pages* pages."""
    cursor = None
    for _ in range(pages):
        cursor = reader.find(order=order, limit=20, cursor=cursor).cursor
        assert cursor is not None
    return cursor


def run(database: Path, copy: Path) -> dict[str, dict[str, float]]:
    plain = Plain(copy)
    groups, words = ["18-29", "30-44", "45-59", "60+"], ["calm", "city", "market", "letter", "phone"]
    with open_reader(database=database) as reader:
        ids = [row.id for row in reader.find(limit=20_000)]
        pages = min(1_000, sum(reader.count().values()) // 20 - 1)
        at_id, at_name = deep(reader, "id", pages - 1), deep(reader, "name", pages - 1)

        def choose(values: list[str]) -> str:
            return random.choice(values)

        questions: dict[str, tuple[int, Callable[[], object]]] = {
            "get": (3_000, lambda: reader.get(choose(ids))),
            f"find indexed path, {PAGE}": (
                200,
                lambda: reader.find(where={GROUP: choose(groups)}, limit=PAGE),
            ),
            f"find unindexed path, {PAGE}": (
                50,
                lambda: reader.find(where={"demographics.location": choose(words)}, limit=PAGE),
            ),
            "find unindexed path, none": (
                5,
                lambda: reader.find(where={"v": random.randint(1, 9)}, limit=PAGE),
            ),
            f"find tag, {PAGE}": (20, lambda: reader.find(tag=choose(words), limit=PAGE)),
            "search common word, 20": (15, lambda: reader.search(choose(words))),
            "search rare word, 20": (200, lambda: reader.search(RARE)),
            "page 1 by id, 20": (300, lambda: reader.find(limit=20)),
            f"page {pages} by id, 20": (300, lambda: reader.find(limit=20, cursor=at_id)),
            "page 1 by name, 20": (300, lambda: reader.find(order="name", limit=20)),
            f"page {pages} by name, 20": (300, lambda: reader.find(order="name", limit=20, cursor=at_name)),
            "count": (20, reader.count),
            "tags": (5, reader.tags),
        }
        result = {name: measure(reader, plain, rounds, ask) for name, (rounds, ask) in questions.items()}
    plain.close()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", type=int, nargs="?", default=100_000)
    parser.add_argument("--database", type=Path, help="one that benchmarks.stock.build has made before")
    parser.add_argument("--plain", help="be the child that asks plainly")
    asked = parser.parse_args()
    if asked.plain:
        answer_plainly(asked.plain)
        return
    with tempfile.TemporaryDirectory() as folder:
        database, copy = asked.database or Path(folder) / "docsync.db", Path(folder) / "copy.db"
        if asked.database is None:
            build(database, asked.documents)
        shutil.copyfile(database, copy)
        for name, figures in run(database, copy).items():
            print(f"{name:32}", *(f"{key} {value:9.3f}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
