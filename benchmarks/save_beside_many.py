"""One save by hand → row visible to another process, while a program writes thousands of files, and at rest.

    python -m benchmarks.save_beside_many [FILES=20000] [--saves 100] [--rounds 2]

The files are copied into the tree with `cp -r`, and then each is written anew in place; meanwhile a file of another
folder is saved again and again, until the last of the many is in the database. Prints milliseconds from just before the
save to the row being visible, medians and 99th percentiles, their ratios to those at rest in this run, and how long the
many took.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import apsw

from benchmarks.figure import Figure, quantile
from benchmarks.save_to_row import measure, start_docsync
from benchmarks.tree import write_tree

_REWRITE = (
    "import pathlib, sys\n"
    "for path in sorted(pathlib.Path(sys.argv[1]).rglob('*.json')):\n"
    "    path.write_text(path.read_text().replace('\"v\": 0', '\"v\": 1'))\n"
)
_CHANGED = "SELECT count(*) FROM documents WHERE file_path LIKE 'personas/many/%' AND revision > ?"
_REVISION = "SELECT value FROM sync_state WHERE key = 'revision'"
WAYS = ("at rest", "copied", "rewritten")


def measure_ways(files: int, saves: int) -> tuple[dict[str, list[float]], dict[str, float]]:
    """The times of saves by hand in ascending order (milliseconds), and the seconds that the many took."""
    with tempfile.TemporaryDirectory() as folder:
        root, staged = Path(folder) / "project", Path(folder) / "staged"
        own = write_tree(root, saves, shape="flat")
        many = len(write_tree(staged, files))
        database, stop = start_docsync(root)
        try:
            time.sleep(1)  # every file has rested for a second
            times, seconds = {"at rest": measure(root, database, own, atomic=True)}, {}
            copy = ["cp", "-r", str(staged / "personas"), str(root / "personas" / "many")]
            rewrite = [sys.executable, "-c", _REWRITE, str(root / "personas" / "many")]
            for way, command in (("copied", copy), ("rewritten", rewrite)):
                begun = time.perf_counter()
                times[way] = sorted(_measure_beside(command, many, root, database, own))
                seconds[way] = time.perf_counter() - begun
        finally:
            stop()
            shutil.rmtree(root)
    return times, seconds


def _measure_beside(
    command: list[str], many: int, root: Path, database: Path, own: list[Path]
) -> Iterator[float]:
    """Saves by hand until the *many* files that *command* writes are in the database."""
    reader = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    (before,) = next(reader.execute(_REVISION))
    program = subprocess.Popen(command)
    turns = cycle(own)
    while program.poll() is None or reader.execute(_CHANGED, (before,)).get < many:
        for _ in range(10):
            yield from measure(root, database, [next(turns)], atomic=True)
    reader.close()


def list_figures(files: int, saves: int, rounds: int) -> list[Figure]:
    """A save by hand while many files are copied and rewritten, beside one at rest."""
    runs = [measure_ways(files, saves)[0] for _ in range(rounds)]
    return [
        Figure(
            "save beside many",
            f"{files} files {way}, {name}",
            "ms",
            tuple(quantile(run[way], share) for run in runs),
            tuple(quantile(run["at rest"], share) for run in runs),
        )
        for way in ("copied", "rewritten")
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=int, nargs="?", default=20_000)
    parser.add_argument(
        "--saves", type=int, default=100, help="at rest, and how many files are saved by hand"
    )
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    for _ in range(asked.rounds):
        times, seconds = measure_ways(asked.files, asked.saves)
        for way in WAYS:
            found, rest = times[way], times["at rest"]
            ratios = [quantile(found, share) / quantile(rest, share) for share in (0.5, 0.99)]
            took = f", all within {seconds[way]:.1f} s" if way in seconds else ""
            print(
                f"{way}: p50 {quantile(found, 0.5):.2f} ms ({ratios[0]:.2f} x), p99 {quantile(found, 0.99):.2f} ms "
                f"({ratios[1]:.2f} x), {found[-1]:.1f} at most of {len(found)}{took}"
            )


if __name__ == "__main__":
    main()
