"""The first sync of a project, and one with nothing changed, beside the floor in the same run.

    python -m benchmarks.cold_sync [PERSONAS=10000] [--rounds 3] [--shape groups|flat|deep|folders]

There is a tenth as many prompts as personas. Microseconds a file of the whole command, its start included. The floor of the
first sync on one core is scan, read and parse of the shortest program for that, and writing the same rows into the same
tables; that of one with nothing changed is the shortest program's, which believes every stamp: `docsync sync` reads all.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figure import Figure, format_table
from benchmarks.tree import SHAPES, write_tree


def run_floor(*arguments: object) -> dict[str, float]:
    """What the floor's program says of its stages (microseconds a file)."""
    command = [sys.executable, "-m", "benchmarks.floor", *map(str, arguments)]
    found: dict[str, float] = json.loads(subprocess.check_output(command))
    return found


def time_sync(root: Path) -> float:
    """How long one `docsync sync` takes (seconds)."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "docsync", "-C", str(root), "sync"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def measure(personas: int, rounds: int, shape: str = "groups") -> list[Figure]:
    """The figures of a tree of that size and shape."""
    cold, unchanged, cold_floor, unchanged_floor = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        root, apart = Path(folder) / "project", Path(folder) / "apart"
        count = len(write_tree(root, personas, shape=shape)) * 11 // 10
        for _ in range(rounds):
            shutil.rmtree(root / ".docsync", ignore_errors=True)
            shutil.rmtree(apart, ignore_errors=True)
            apart.mkdir()
            cold.append(time_sync(root) / count * 1e6)
            unchanged.append(time_sync(root) / count * 1e6)
            first, second = (run_floor("bulk", root, apart / "floor.db") for _ in range(2))
            tables = run_floor("tables", root / ".docsync" / "docsync.db")
            cold_floor.append(first["scan"] + first["parse"] + tables["write"])
            unchanged_floor.append(sum(second.values()))
    name = f"{count} files, {shape}"
    return [
        Figure("first sync", name, "us/file", tuple(cold), tuple(cold_floor)),
        Figure("sync, nothing changed", name, "us/file", tuple(unchanged), tuple(unchanged_floor)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("personas", type=int, nargs="?", default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--shape", choices=SHAPES, default="groups")
    chosen = parser.parse_args()
    print(format_table(measure(chosen.personas, chosen.rounds, chosen.shape)))


if __name__ == "__main__":
    main()
