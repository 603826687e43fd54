"""A thousand files rewritten at once → all of them visible to another process: docsync beside the floor, in one run.

    python -m benchmarks.burst [FILES=1000] [--rounds 5]

The floor is that of benchmarks.save_to_row: one inotify descriptor, one table, no safety at all. Prints seconds from just
before the first save to the last row being visible, by way of saving, and docsync's ratio to the floor.
"""

import argparse
import tempfile
import time
from pathlib import Path

import apsw

from benchmarks.figure import Figure, format_table
from benchmarks.save_to_row import save, start_docsync, start_floor
from benchmarks.tree import write_tree

_SEEN = "SELECT count(*) FROM documents WHERE json_extract(document, '$.v') = ?"
_REST_SECONDS = 1.0
WAYS = {"atomic": True, "in place": False}


def measure(start_name: str, files: int, rounds: int) -> dict[str, list[float]]:
    """The seconds of each round, by way of saving, of "floor" or "docsync"."""
    start = {"floor": start_floor, "docsync": start_docsync}[start_name]
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = write_tree(root, files)
        database, stop = start(root)
        reader = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
        reader.set_busy_timeout(5000)
        for number in range(rounds):
            for way, atomic in WAYS.items():
                time.sleep(_REST_SECONDS)  # no file rests from the round before
                version = 2 * number + atomic + 1
                begun = time.perf_counter()
                for path in paths:
                    save(path, version, atomic=atomic)
                while reader.execute(_SEEN, (version,)).get != len(paths):
                    time.sleep(0.002)
                seconds[way].append(time.perf_counter() - begun)
        reader.close()
        stop()
    return seconds


def list_figures(files: int, rounds: int) -> list[Figure]:
    """Bursts of so many files, beside the floor."""
    times = {name: measure(name, files, rounds) for name in ("floor", "docsync")}
    return [
        Figure(
            "burst", f"{files} files, {way}", "s", tuple(times["docsync"][way]), tuple(times["floor"][way])
        )
        for way in WAYS
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=int, nargs="?", default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    print(format_table(list_figures(asked.files, asked.rounds)))


if __name__ == "__main__":
    main()
