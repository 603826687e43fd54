"""The change feed under load: readers that come late, crash and start again must see every change once and in order.

    python -m benchmarks.feed [--changes 1000000] [--readers 4] [--seed N]

A writer goes through the store, each reader is a process of its own. Prints what they saw; exit 1 if anything is wrong.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import apsw

from benchmarks.stock import PERSONAS, upsert
from docsync.change import Delete, RowChange, Upsert
from docsync.reader import Changes, Reader, open_reader
from docsync.store.connection import open_writer
from docsync.store.sqlite import SqliteStore

DOCUMENTS = 400
END = "personas/zz-end.json"
_PATIENCE_SECONDS = 60.0


@dataclass(slots=True)
class Consumer:
    """Keeps a copy of the database, and its place in the feed with it: what a crash loses, it loses together."""

    rand: random.Random
    copy: dict[str, str] = field(default_factory=dict)
    cursor: str | None = None
    last: int = -1
    seen: int = 0
    listed: int = 0
    crashes: int = 0
    mistakes: list[str] = field(default_factory=list)

    def run(self, database: Path) -> None:
        """Follow until the end mark is there."""
        while PERSONAS.document_id(END) not in self.copy:
            with open_reader(database=database) as reader:
                self.live(reader)
            self.crashes += 1

    def live(self, reader: Reader) -> None:
        """One life: some answers, of which the last is forgotten if it ends in a crash."""
        for _ in range(self.rand.randint(1, 40)):
            found = self.ask(reader)
            if self.rand.random() < 0.05:
                return
            self.take(found)
            if PERSONAS.document_id(END) in self.copy:
                return

    def ask(self, reader: Reader) -> Changes:
        if self.rand.random() < 0.5:
            return reader.changes(self.cursor, limit=self.rand.choice([1, 7, 300, 5_000]))
        found = next(reader.watch(self.cursor, timeout=_PATIENCE_SECONDS), None)
        assert found is not None, "nothing came for a minute"
        return found

    def take(self, found: Changes) -> None:
        if found.start_over:
            self.copy, self.last = {}, -1
        for change in found:
            listing = change.cursor.split(":")[2:]
            if listing:
                self.listed += 1
                if change.revision > int(listing[0]):
                    self.mistakes.append(f"{change.id} listed before its change is told")
                if change.id in self.copy:
                    self.mistakes.append(f"{change.id} listed twice")
            elif self.last >= 0 and change.seq != self.last + 1:
                self.mistakes.append(f"{change.seq} came after {self.last}")
            self.last = change.seq
            self.seen += not listing
            if change.op == "delete":
                self.copy.pop(change.id, None)
            else:
                self.copy[change.id] = change.content_hash or ""
        self.cursor = found.cursor


def write(database: Path, count: int, rand: random.Random) -> Iterator[int]:
    """Write at least *count* changes in batches, then the end mark; yields how many there are so far."""
    versions = [
        [upsert(f"personas/p{number:03}.json", {"name": f"P{number}", "v": v}) for v in range(3)]
        for number in range(DOCUMENTS)
    ]
    with open_writer(database) as connection:
        connection.pragma("synchronous", "OFF")
        store = SqliteStore(connection, lambda: "2026-01-01T00:00:00.000Z")
        store.declare([PERSONAS], {"persona": "benchmark"})
        while (written := _written(connection)) < count:
            chosen = rand.sample(versions, rand.choice([1, 3, 50, DOCUMENTS]))
            store.apply([_change(rand, of_one) for of_one in chosen])
            yield written
        store.apply([upsert(END, {"name": "End"})])
        yield _written(connection)


def _change(rand: random.Random, versions: list[Upsert]) -> RowChange:
    if rand.random() < 0.2:
        return Delete(versions[0].document.path)
    return rand.choice(versions)


def _written(connection: apsw.Connection) -> int:
    return int(connection.execute("SELECT ifnull(max(seq), 0) FROM changes").get)


def run(count: int, readers: int, seed: int) -> dict[str, object]:
    """Write and follow; returns what every reader saw, and all that was wrong."""
    rand = random.Random(seed)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "docsync.db"
        arrivals = sorted(rand.randrange(count // 2 + 1) for _ in range(readers))
        children: list[subprocess.Popen[bytes]] = []
        written = 0
        for written in write(database, count, rand):
            while arrivals and arrivals[0] <= written:
                arrivals.pop(0)
                children.append(_consume(database, rand.randrange(10**9)))
        outcomes = [json.loads(child.communicate()[0]) for child in children]
        with open_reader(database=database) as reader:
            truth = {row.id: row.content_hash for row in reader.find()}
    mistakes = [mistake for outcome in outcomes for mistake in outcome.pop("mistakes")]
    mistakes += [
        f"reader {n} has another copy" for n, outcome in enumerate(outcomes) if outcome.pop("copy") != truth
    ]
    seconds = round(time.perf_counter() - begun, 1)
    return {"seed": seed, "changes": written, "seconds": seconds, "readers": outcomes, "mistakes": mistakes}


def _consume(database: Path, seed: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "benchmarks.feed", "--consume", str(database), "--seed", str(seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=1_000_000)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--consume", type=Path, help="be one of the readers")
    asked = parser.parse_args()
    if asked.consume:
        consumer = Consumer(random.Random(asked.seed))
        consumer.run(asked.consume)
        found = asdict(consumer)
        print(json.dumps({key: found[key] for key in ("copy", "seen", "listed", "crashes", "mistakes")}))
        return 0
    outcome = run(asked.changes, asked.readers, asked.seed)
    print(json.dumps(outcome, indent=1))
    return 1 if outcome["mistakes"] else 0


if __name__ == "__main__":
    sys.exit(main())
