"""Programs of others that keep a SQLite database of files, beside docsync, on one tree of Markdown.

    python -m benchmarks.peers [FILES=200] [--saves 20] [--mddb COMMAND] [--basic-memory COMMAND]

On demand, as each has to be installed by who asks: `npm install mddb` (0.9.5 was tried), `pip install basic-memory` into an
environment of its own, with Python 3.12 (0.24.1 was tried). Measured are the first sync, from the start of the command until
each file has a row; a save, from just before it until the row is visible to another process; and how many of the rows of a
folder that was removed are left after some seconds. basic-memory is measured by its command for everything alone. What they
do is not the same: mddb knows links and tasks, basic-memory indexes sections and relations and writes into the files;
neither keeps a last good version.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure, format_table, quantile

_LOOK_SECONDS = 0.001
_PATIENCE_SECONDS = 10.0
_CONFIGURATION = (
    '[[collections]]\ntype = "note"\npath = "notes"\ninclude = ["**/*.md"]\nformat = "markdown"\n'
)


@dataclass(frozen=True, slots=True)
class Peer:
    """A program: what it is started with to sync once and to watch, in the project's folder, and where it writes.

    `files` selects how many files have a row, `version` the `v` of the front matter of the file *path*, which may stand
    anywhere at the end of the path that the program knows. `watch` is empty where it is not measured.
    """

    name: str
    sync: tuple[str, ...]
    watch: tuple[str, ...]
    database: str
    files: str
    version: str = ""
    environ: dict[str, str] = field(default_factory=dict)


def _list_peers(mddb: str | None, basic_memory: str | None) -> Iterator[Peer]:
    docsync = (sys.executable, "-m", "docsync")
    of_docsync = "SELECT document ->> '$.frontmatter.v' FROM documents WHERE file_path LIKE '%' || ?"
    yield Peer(
        "docsync",
        (*docsync, "sync", "-q"),
        (*docsync, "run"),
        ".docsync/docsync.db",
        "SELECT count(*) FROM documents",
        of_docsync,
        {"DOCSYNC_ADMIN__ENABLED": "false", "DOCSYNC_LOG__LEVEL": "error"},
    )
    if mddb:
        version = "SELECT metadata ->> '$.v' FROM files WHERE file_path LIKE '%' || ?"
        count = "SELECT count(*) FROM files"
        yield Peer("mddb", (mddb, "notes"), (mddb, "notes", "--watch"), "markdown.db", count, version)
    if basic_memory:
        yield Peer(
            "basic-memory",
            (basic_memory, "reindex", "--search"),
            (),
            ".basic-memory/memory.db",
            "SELECT count(*) FROM entity",
            environ={"BASIC_MEMORY_SEMANTIC_SEARCH_ENABLED": "false"},
        )


class Stage:
    """A tree of Markdown files of its own for one program."""

    def __init__(self, root: Path, peer: Peer, files: int) -> None:
        self._root = root
        self._peer = peer
        (root / "docsync.toml").write_text(_CONFIGURATION)
        self.paths = [root / "notes" / f"g{number % 10}" / f"n{number}.md" for number in range(files)]
        for number, path in enumerate(self.paths):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_note(number, 0))

    def measure_sync(self) -> float:
        """Seconds of a first sync. Raises RuntimeError if a file has no row afterwards."""
        begun = time.perf_counter()
        subprocess.run(self._peer.sync, cwd=self._root, env=self._environ(), check=True, capture_output=True)
        seconds = time.perf_counter() - begun
        if (rows := self._ask(self._peer.files)) != len(self.paths):
            raise RuntimeError(f"{self._peer.name} has {rows} rows of {len(self.paths)} files")
        return seconds

    def measure_saves(self, saves: int) -> list[float]:
        """Milliseconds until the row of a saved file is visible, ascending; infinite if it never was."""
        times = []
        for number, path in enumerate(self.paths[:saves]):
            begun, version = time.perf_counter(), time.monotonic_ns()
            path.write_text(_note(number, version))
            name = path.relative_to(self._root).as_posix()
            is_seen = _wait(partial(self._has_version, name, version))
            times.append((time.perf_counter() - begun) * 1e3 if is_seen else float("inf"))
            time.sleep(0.05)
        return sorted(times)

    def count_left(self) -> int:
        """The rows that are left of a folder that was removed, after as long as a save is waited for."""
        shutil.rmtree(self._root / "notes" / "g1")
        kept = sum(path.exists() for path in self.paths)
        _wait(lambda: self._ask(self._peer.files) == kept)
        return int(str(self._ask(self._peer.files))) - kept

    @contextmanager
    def watching(self) -> Iterator[None]:
        """The program runs and has seen a first save, as far as it sees any."""
        with subprocess.Popen(
            self._peer.watch,
            cwd=self._root,
            env=self._environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as program:
            try:
                self.measure_saves(1)
                yield
            finally:
                program.terminate()

    def _has_version(self, name: str, version: int) -> bool:
        return self._ask(self._peer.version, name) == version

    def _ask(self, query: str, *values: str) -> object:
        """The one value that *query* finds, None while there is no such table or row."""
        with (
            suppress(sqlite3.Error),
            closing(sqlite3.connect(self._root / self._peer.database)) as connection,
        ):
            return next(connection.execute(query, values), (None,))[0]
        return None

    def _environ(self) -> dict[str, str]:
        home = {"HOME": str(self._root), "BASIC_MEMORY_HOME": str(self._root / "notes")}
        return os.environ | home | self._peer.environ


def _note(number: int, version: int) -> str:
    head = json.dumps(f"Note {number}")
    return (
        f"---\ntitle: {head}\ntags: [some, of{number % 7}]\nv: {version}\n---\n\n# Note {number}\n\n"
        + "Words. " * 100
    )


def _wait(is_there: Callable[[], bool]) -> bool:
    """Wait until *is_there*, for some seconds; True if it came."""
    ends = time.perf_counter() + _PATIENCE_SECONDS
    while not (found := is_there()) and time.perf_counter() < ends:
        time.sleep(_LOOK_SECONDS)
    return found


def list_figures(peers: list[Peer], files: int, saves: int) -> list[Figure]:
    """The figures of each program beside those of the first, which is docsync."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for peer in peers:
        with tempfile.TemporaryDirectory() as folder:
            stage = Stage(Path(folder), peer, files)
            found.setdefault(("first sync", "s"), {})[peer.name] = stage.measure_sync()
            if not peer.watch:
                continue
            with stage.watching():
                times = stage.measure_saves(saves)
                for name, share in (("save, p50", 0.5), ("save, p99", 0.99)):
                    found.setdefault((name, "ms"), {})[peer.name] = quantile(times, share)
                found.setdefault(("rows left of a folder", ""), {})[peer.name] = stage.count_left()
    return [
        Figure(
            "peers",
            f"{files} files, {what}: {name}",
            unit,
            (value,),
            (values["docsync"],) if values["docsync"] else (),
        )
        for (what, unit), values in found.items()
        for name, value in values.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", type=int, nargs="?", default=200)
    parser.add_argument("--saves", type=int, default=20)
    parser.add_argument("--mddb", metavar="COMMAND", help="such as node_modules/.bin/mddb")
    parser.add_argument("--basic-memory", metavar="COMMAND", help="such as .venv/bin/basic-memory")
    asked = parser.parse_args()
    commands = [command and str(Path(command).absolute()) for command in (asked.mddb, asked.basic_memory)]
    print(format_table(list_figures(list(_list_peers(*commands)), asked.files, asked.saves)))


if __name__ == "__main__":
    main()
