"""One save → row visible to another process, while a rescan is under way and at rest, by turns on one daemon.

    python -m benchmarks.save_during_rescan [DOCUMENTS=20000] [--saves 100] [--rounds 4]

While it is to be under way, one rescan follows the other without a pause. Prints milliseconds from just before the save
to the row being visible, medians and 99th percentiles, their ratios in this run, and what one rescan took of the processor.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from random import Random
from statistics import median
from time import process_time, sleep

from benchmarks.figure import Figure, quantile
from benchmarks.save_to_row import measure
from benchmarks.tree import write_tree
from docsync.clock import SYSTEM
from docsync.daemon.in_process import _LibraryLog
from docsync.daemon.sync_parts import SyncSettings, start_sync
from docsync.lock import holding
from docsync.reader.project import read_project
from docsync.sync.thread.loop import Loop

_NEVER = 10**30
_COUNT_SECONDS = 20


def keep(root: Path) -> None:
    """Be the daemon: a line on stdin, "go" or "rest", says whether rescans follow each other, "count" asks for numbers."""
    found, goes, step = read_project(root), threading.Event(), Loop.step

    def steer(loop: Loop, now_ns: int) -> None:
        goes_on = goes.is_set() or not loop._engine.scanned  # noqa: SLF001  # nobody else wants to steer it
        loop._rescans._at_ns = 0 if goes_on else _NEVER  # noqa: SLF001
        step(loop, now_ns)

    Loop.step = steer  # type: ignore[assignment,method-assign]  # of this process only
    with ExitStack() as stack:
        stack.enter_context(holding(found.database.parent))
        settings = SyncSettings(found.sync, found.database, found.mode)
        parts = start_sync(stack, settings, _LibraryLog(), SYSTEM, on_failure=lambda: None).daemon
        while not parts.state.scanned:
            sleep(0.05)
        print("ready", flush=True)
        for line in sys.stdin:
            goes.set() if line.strip() == "go" else goes.clear()
            if line.strip() == "count":
                print(json.dumps([parts.state.rescans, process_time()]), flush=True)


class Daemon:
    """A daemon in a process of its own, that rescans when it is told to."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.save_during_rescan", "--daemon", str(root)]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._hear()

    def _hear(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline()

    def tell(self, word: str) -> None:
        assert self._child.stdin is not None
        print(word, file=self._child.stdin, flush=True)

    def count(self) -> tuple[int, float]:
        """How many rescans there were, and the seconds of the processor so far; they rest afterwards."""
        self.tell("count")
        rescans, seconds = json.loads(self._hear())
        return rescans, seconds

    def stop(self) -> None:
        self._child.send_signal(signal.SIGKILL)
        self._child.communicate()


def measure_both(documents: int, saves: int, rounds: int) -> tuple[dict[str, list[list[float]]], list[float]]:
    """The times of each round in milliseconds, at rest and during rescans; and what a rescan took, in seconds of CPU."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = write_tree(root, documents * 10 // 11)
        Random(1).shuffle(paths)
        daemon = Daemon(root)
        try:
            return _measure_rounds(root, daemon, paths, saves, rounds)
        finally:
            daemon.stop()


def _measure_rounds(
    root: Path, daemon: Daemon, paths: list[Path], saves: int, rounds: int
) -> tuple[dict[str, list[list[float]]], list[float]]:
    times: dict[str, list[list[float]]] = {"at rest": [], "during": []}
    database, cost = root / ".docsync" / "docsync.db", []
    for _ in range(rounds):
        for name, word in (("at rest", "rest"), ("during", "go")):
            daemon.tell(word)
            sleep(1.5)  # the thread that syncs comes round, and what is under way has begun
            times[name].append(measure(root, database, [paths.pop() for _ in range(saves)], atomic=True))
        before, begun = daemon.count()
        daemon.tell("go")
        sleep(_COUNT_SECONDS)
        after, ended = daemon.count()
        cost += [(ended - begun) / (after - before)] if after > before else []
    return times, cost


def list_figures(documents: int, saves: int, rounds: int) -> list[Figure]:
    """A save while one rescan follows the other, beside one at rest."""
    times, _ = measure_both(documents, saves, rounds)
    return [
        Figure(
            "save during a rescan",
            f"{documents} files, {name}",
            "ms",
            *(tuple(quantile(some, share) for some in times[when]) for when in ("during", "at rest")),
        )
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", type=int, nargs="?", default=20_000)
    parser.add_argument("--saves", type=int, default=100, help="in a round, of each kind")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--daemon", type=Path, help="be the daemon of this project")
    asked = parser.parse_args()
    if asked.daemon:
        keep(asked.daemon)
        return
    times, cost = measure_both(asked.documents, asked.saves, asked.rounds)
    found = {name: sorted(chain.from_iterable(taken)) for name, taken in times.items()}
    for name, some in found.items():
        print(
            f"{name}: p50 {quantile(some, 0.5):.2f} ms, p99 {quantile(some, 0.99):.2f} ms, {some[-1]:.1f} at most"
        )
    ratios = [quantile(found["during"], q) / quantile(found["at rest"], q) for q in (0.5, 0.99)]
    print(f"during a rescan: {ratios[0]:.2f} x (p50), {ratios[1]:.2f} x (p99)")
    print(f"a rescan: {median(cost):.2f} s of the processor" if cost else "no rescan was over in time")


if __name__ == "__main__":
    main()
