"""What people write instead: each worker of a service reads all files into a dictionary. Beside docsync, also where it wins.

    python -m benchmarks.in_process [PERSONAS=10000] [--workers 8] [--rounds 3]

Both answer the same: the content of one document by its path. What is measured is how long it takes from the start of the
workers, all at once, until each has answered; the memory of all of them, shared pages counted once (PSS, proc(5)), and that of
docsync's daemon with them; one answer; and how long after a save all workers have seen it. For that the dictionary looks at
the stamps of all files as soon as the save is over, which nobody would tell it; the Reader asks once in a millisecond.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figure import Figure, format_table
from benchmarks.save_to_row import save, start_docsync
from benchmarks.tree import write_tree

ANSWERS = 500
WAYS = ("dictionary", "docsync")


class Dictionary:
    """All files of a tree in memory, as people write it."""

    def __init__(self, root: Path) -> None:
        import frontmatter  # here, as the other way must not be counted with it

        self._root = root
        self._load: dict[str, Callable[[str], Any]] = {
            ".json": json.loads,
            ".prompty": lambda text: frontmatter.loads(text).to_dict(),
        }
        self._stamps: dict[Path, int] = {}
        self._documents: dict[str, Any] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read what changed since the last time."""
        found: dict[Path, int] = {}
        for folder in ("personas", "prompts"):
            for path in (self._root / folder).rglob("*"):
                if path.suffix in self._load:
                    found[path] = path.stat().st_mtime_ns
        for path in self._stamps.keys() - found.keys():
            del self._documents[path.relative_to(self._root).as_posix()]
        for path, stamp in found.items():
            if self._stamps.get(path) != stamp:
                document = self._load[path.suffix](path.read_text("utf-8"))
                self._documents[path.relative_to(self._root).as_posix()] = document
        self._stamps = found

    def get(self, path: str) -> Any:
        """The content of the file *path*."""
        return self._documents[path]


def work(root: Path, way: str) -> None:
    """Be one worker: it tells its figures once it has seen what a line on stdin says, a file and its version."""
    answer: Callable[[str], Any]
    if way == "dictionary":
        held = Dictionary(root)
        answer, refresh = held.get, held.refresh
    else:
        from docsync.reader import open_reader  # as above

        reader = open_reader(root)

        def answer(path: str) -> Any:
            row = reader.get(path.removesuffix(".json").replace("personas/", "persona/", 1))
            assert row is not None
            return row.document

        def refresh() -> None:
            time.sleep(0.001)

    for line in sys.stdin:
        path, version = json.loads(line)
        while answer(path)["v"] != version:
            refresh()
        at = time.monotonic()
        times = sorted(_time(lambda: answer(path)) for _ in range(ANSWERS))  # noqa: B023  # called at once
        told = {"at": at, "answer": times[ANSWERS // 2], "memory": _read_memory("self")}
        print(json.dumps(told), flush=True)


def _time(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _read_memory(process: str) -> int:
    """Bytes that a process occupies, its share of what others use, too."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no Pss")


class Workers:
    """Some processes that work one way, begun at once."""

    def __init__(self, root: Path, way: str, count: int) -> None:
        command = [sys.executable, "-m", "benchmarks.in_process", "--work", way, str(root)]
        self._children = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(count)
        ]

    def ask(self, path: str, version: int) -> list[dict[str, float]]:
        """What each of them tells as soon as it has seen that *version* of the file *path*."""
        for child in self._children:
            assert child.stdin is not None
            print(json.dumps([path, version]), file=child.stdin, flush=True)
        return [self._hear(child) for child in self._children]

    @staticmethod
    def _hear(child: "subprocess.Popen[str]") -> dict[str, float]:
        assert child.stdout is not None
        told: dict[str, float] = json.loads(child.stdout.readline())
        return told

    def stop(self) -> None:
        for child in self._children:
            child.communicate()


def measure(root: Path, way: str, workers: int, saved: Path) -> dict[str, float]:
    """One round, in which the file *saved* is saved: seconds and bytes, by what they are."""
    path = saved.relative_to(root).as_posix()
    begun = time.monotonic()
    working = Workers(root, way, workers)
    try:
        told = working.ask(path, json.loads(saved.read_bytes())["v"])
        version, saved_at = time.monotonic_ns(), time.monotonic()
        save(saved, version, atomic=True)
        seen = working.ask(path, version)
    finally:
        working.stop()
    return {
        "ready": max(each["at"] for each in told) - begun,
        "memory": sum(each["memory"] for each in told),
        "answer": median(each["answer"] for each in told),
        "seen": max(each["at"] for each in seen) - saved_at,
    }


UNITS = {"ready": ("s", 1.0), "memory": ("MiB", 2.0**-20), "answer": ("us", 1e6), "seen": ("ms", 1e3)}


def list_figures(personas: int, rounds: int, workers: int = 8) -> list[Figure]:
    """docsync beside a dictionary in each worker, which stands in the place of the floor."""
    taken: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = write_tree(root, personas)
        _, stop = start_docsync(root)
        try:
            daemon = json.loads(
                subprocess.check_output([sys.executable, "-m", "docsync", "-C", folder, "status", "--json"])
            )
            for _ in range(rounds):
                for way in WAYS:
                    found = measure(root, way, workers, random.choice(paths))
                    found["memory"] += _read_memory(str(daemon["pid"])) if way == "docsync" else 0
                    taken[way].append(found)
        finally:
            stop()
    return [
        Figure(
            "by a dictionary in each",
            f"{workers} workers, {personas * 11 // 10} files: {name}",
            unit,
            *(tuple(found[name] * factor for found in taken[way]) for way in reversed(WAYS)),
        )
        for name, (unit, factor) in UNITS.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("personas", nargs="?", default="10000")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", choices=WAYS, help="be a worker of the project PERSONAS")
    chosen = parser.parse_args()
    if chosen.work:
        work(Path(chosen.personas), chosen.work)
        return
    print(format_table(list_figures(int(chosen.personas), chosen.rounds, chosen.workers)))


if __name__ == "__main__":
    main()
