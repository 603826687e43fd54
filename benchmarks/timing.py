"""The scenarios of docs/timing.md that have figures, measured on a real daemon beside those of the page.

    python -m benchmarks.timing [ROUNDS=20]

Prints milliseconds (p50 / longest) from just before the deed to what a reader in another process sees, or to the answer of a
barrier. The page's figures are of another machine: compare their size, not their digits.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import apsw

from benchmarks.save_to_row import save, start_docsync
from benchmarks.tree import write_tree
from docsync.admin.client import Client

_PATIENCE_SECONDS = 30
_REST_SECONDS = 0.6  # after which no file rests because of the scenario before
_GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_EDITOR": "true"} | {
    f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}

_BENEATH = "SELECT count(*) FROM documents WHERE file_path >= ? || '/' AND file_path < ? || '0'"

Deed = Callable[[Path, int], object]


class Place:
    """A project with a daemon, a reader of its database, and its files one after the other."""

    def __init__(self, root: Path, paths: list[Path], database: Path, rounds: int) -> None:
        self.root, self.rounds = root, rounds
        self.client = Client(database.with_name("docsync.sock"), _PATIENCE_SECONDS)
        self.paths = iter(paths)
        self._reader = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
        self._reader.set_busy_timeout(5000)

    def ask(self, sql: str, *values: object) -> object:
        return self._reader.execute(sql, values).get

    def wait(self) -> float:
        """Milliseconds until a barrier is answered."""
        begun = time.perf_counter()
        self.client.post("/v1/wait", {"timeout": _PATIENCE_SECONDS})
        return (time.perf_counter() - begun) * 1e3

    def seen(self, *deeds: Deed) -> list[float]:
        """How long it takes until the last of *deeds* on a file is in its row; each round takes another file."""
        times = []
        for number in range(1, self.rounds + 1):
            path = next(self.paths)
            name = path.relative_to(self.root).as_posix()
            for deed in deeds:
                begun = time.perf_counter()
                deed(path, number)
            until(partial(self._is_version, number, name))
            times.append((time.perf_counter() - begun) * 1e3)
        return times

    def _is_version(self, number: int, name: str) -> bool:
        return number == self.ask(
            "SELECT json_extract(document, '$.v') FROM documents WHERE file_path = ?", name
        )

    def has_beneath(self, prefix: str, count: int) -> bool:
        return count == self.ask(_BENEATH, prefix, prefix)

    def answered(self, deed: Deed) -> list[float]:
        """How long a barrier takes after *deed* on one file after the other."""
        times = []
        for number in range(1, self.rounds + 1):
            deed(next(self.paths), number)
            times.append(self.wait())
        return times

    def git(self, *arguments: str) -> None:
        subprocess.run(
            ["git", *arguments], cwd=self.root, env=os.environ | _GIT, check=True, capture_output=True
        )


def until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.0002)


def atomic(path: Path, version: int) -> None:
    save(path, version, atomic=True)


def in_place(path: Path, version: int) -> None:
    save(path, version, atomic=False)


def vim(path: Path, version: int) -> None:
    backup = path.with_name(path.name + "~")
    text = path.read_bytes()
    path.rename(backup)
    path.write_bytes(text)
    in_place(path, version)
    path.chmod(0o644)
    backup.unlink()


def truncate(path: Path, _: int) -> None:
    path.write_bytes(b"")
    time.sleep(0.03)


def deleted_and_created(path: Path, version: int) -> None:
    text = path.read_bytes()
    path.unlink()
    time.sleep(0.005)
    path.write_bytes(text)
    in_place(path, version)


def linked(path: Path, version: int) -> None:
    draft = path.with_suffix(".tmp")
    shutil.copy(path, draft)
    save(draft, version, atomic=False)
    path.unlink()
    os.link(draft, path)
    draft.unlink()


def whole_again(path: Path, version: int) -> None:
    path.write_text(f'{{"name": "p", "v": {version}}}')


def after_a_deletion(place: Place) -> list[float]:
    return place.answered(lambda path, _: path.unlink())


def after_a_broken_save(place: Place) -> list[float]:
    return place.answered(lambda path, _: path.write_text("{"))


def while_others_write(place: Place) -> list[float]:
    """A program writes slowly into one file, another is rewritten broken every 0.1 s."""
    slow, broken, over = next(place.paths), next(place.paths), threading.Event()

    def work() -> None:
        with slow.open("w") as opened:
            while not over.wait(0.1):
                opened.write(" ")
                opened.flush()
                broken.write_text("{")

    thread = threading.Thread(target=work)
    thread.start()
    try:
        return place.answered(lambda *_: time.sleep(0.02))
    finally:
        over.set()
        thread.join()


def moved_folder(place: Place) -> list[float]:
    """Back and forth; the reader sees one revision each."""
    here, there, times = place.root / "personas", place.root / "personas/moved", []
    folder = max(here.iterdir(), key=lambda path: len(list(path.iterdir())))
    for number in range(place.rounds):
        time.sleep(_REST_SECONDS)
        source, target = (folder, there) if number % 2 == 0 else (there, folder)
        begun = time.perf_counter()
        source.rename(target)
        prefix = target.relative_to(place.root).as_posix()
        count = len(list(target.iterdir()))
        until(partial(place.has_beneath, prefix, count))
        times.append((time.perf_counter() - begun) * 1e3)
    return times


def checkouts(place: Place, count: int) -> list[float]:
    """From the end of git to the one revision in which *count* files changed."""
    files = [path for path in sorted((place.root / "personas").rglob("*.json")) if path.stat().st_size > 2][
        :count
    ]
    with suppress(subprocess.CalledProcessError):
        place.git("branch", "-D", "other")
    place.git("add", "-A", "personas", "prompts")
    place.git("commit", "-qm", "main", "--allow-empty")
    place.git("checkout", "-qb", "other")
    for path in files:
        path.write_text('{"name": "of the other branch"}')
    place.git("commit", "-qam", "other")
    place.wait()
    times = []
    for number in range(place.rounds):
        time.sleep(_REST_SECONDS)
        before = place.client.get("/v1/status")["revision"]
        place.git("checkout", "-q", "main" if number % 2 == 0 else "other")
        times.append(place.wait())
        if place.client.get("/v1/status")["revision"] != before + 1:
            raise AssertionError("the checkout was not one revision")
    place.git("checkout", "-q", "main")
    place.wait()
    return times


SCENARIOS: list[tuple[str, str, str, Callable[[Place], list[float]]]] = [
    ("1", "atomic save", "0.8-1.2, longest 2.1", lambda place: place.seen(atomic)),
    ("2", "save in place", "11-12", lambda place: place.seen(in_place)),
    ("2", "vim: backup, write, permissions", "11-12", lambda place: place.seen(vim)),
    ("3", "truncated, written whole 30 ms later", "11.5", lambda place: place.seen(truncate, whole_again)),
    ("3", "deleted, created 5 ms later", "11.5", lambda place: place.seen(deleted_and_created)),
    ("4", "save by link(2)", "501", lambda place: place.seen(linked)),
    ("23", "barrier after nothing", "longest 2.4", lambda place: place.answered(lambda *_: None)),
    ("23", "barrier after an atomic save", "longest 3.0", lambda place: place.answered(atomic)),
    ("23", "barrier after a save in place", "longest 3.1", lambda place: place.answered(in_place)),
    ("24", "barrier after a deletion", "502", after_a_deletion),
    ("24", "barrier after a broken save", "503", after_a_broken_save),
    ("25", "barrier while others write and break", "1.2 / 50", while_others_write),
    ("7", "folder of 100 files moved inside", "one revision", moved_folder),
    ("14", "checkout of 20 files, after git ended", "3-9", lambda place: checkouts(place, 20)),
    ("13", "checkout of 2 000 files, after git ended", "one revision", lambda place: checkouts(place, 2000)),
]


def measure(rounds: int, scenario: Callable[[Place], list[float]]) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = write_tree(root, max(2500, 2 * rounds))
        (root / ".gitignore").write_text(".docsync/\n")
        subprocess.run(["git", "init", "-qb", "main"], cwd=root, env=os.environ | _GIT, check=True)
        database, stop = start_docsync(root)
        try:
            time.sleep(_REST_SECONDS)
            return sorted(scenario(Place(root, paths, database, rounds)))
        finally:
            stop()


def main(rounds: int = 20) -> None:
    print(f"{'#':>2}  {'scenario':42} {'docs/timing.md':>22} {'p50':>8} {'longest':>8}")
    for number, name, figure, scenario in SCENARIOS:
        times = measure(rounds, scenario)
        print(
            f"{number:>2}  {name:42} {figure:>22} {times[len(times) // 2]:8.1f} {times[-1]:8.1f}", flush=True
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
