"""Whatever is done to the three files of the database beside open readers: docsync starts, and nobody sees a lie."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from docsync.verify import verify
from tests.helpers.project import Project, Tell
from tests.upkeep import surgery_child

SEED = int(os.environ.get("DOCSYNC_SEED", "20261129"))
DOSE = int(os.environ.get("DOCSYNC_SURGERIES", "6"))
SUFFIXES = ("", "-wal", "-shm")

Cut = Callable[[Path, Path, random.Random], None]
"""What is done to the files of a database; the second path is an older copy of it."""


class Child:
    """A process of `surgery_child` that answers each line with one."""

    def __init__(self, role: str, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", surgery_child.__name__, role, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hear(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line.startswith("[") else line.strip()

    def ask(self) -> Any:
        """The answer to one more line, "" when the process has died."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return ""
        return self.hear()

    def end(self, *, kill: bool) -> None:
        if kill:
            self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=60)


@contextmanager
def child(role: str, path: Path) -> Iterator[Child]:
    made = Child(role, path)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


def remove(database: Path, older: Path, dice: random.Random) -> None:
    for suffix in some(dice):
        Path(f"{database}{suffix}").unlink(missing_ok=True)


def cut(database: Path, older: Path, dice: random.Random) -> None:
    for suffix in some(dice, ("", "-wal")):
        size = Path(f"{database}{suffix}").stat().st_size
        os.truncate(f"{database}{suffix}", dice.choice([0, 10, 100, dice.randrange(size + 1)]))


def write_over(database: Path, older: Path, dice: random.Random) -> None:
    for suffix in some(dice, ("", "-wal")):
        shutil.copyfile(f"{older}{suffix}", f"{database}{suffix}")


def rename_over(database: Path, older: Path, dice: random.Random) -> None:
    for suffix in some(dice):
        shutil.copyfile(f"{older}{suffix}", f"{database}.copy")
        os.replace(f"{database}.copy", f"{database}{suffix}")


def put_foreign_there(database: Path, older: Path, dice: random.Random) -> None:
    Path(f"{database}.copy").write_bytes(dice.randbytes(8192))
    os.replace(f"{database}.copy", database)


def leave_alone(database: Path, older: Path, dice: random.Random) -> None:
    pass


def some(dice: random.Random, suffixes: tuple[str, ...] = SUFFIXES) -> list[str]:
    return dice.sample(suffixes, dice.randrange(1, len(suffixes) + 1))


CUTS: tuple[Cut, ...] = (remove, cut, write_over, rename_over, put_foreign_there, leave_alone)


@pytest.mark.parametrize("number", range(DOSE))
def test_docsync_starts_beside_open_readers_whatever_was_done_to_its_files(
    number: int, project: Project, tmp_path: Path, tell: Tell
) -> None:
    project.close()
    dice = random.Random(SEED + number)
    do, kill = CUTS[number % len(CUTS)], dice.random() < 0.6
    for name in range(12):
        project.persona(f"personas/p{name}.json", bio="x" * dice.choice([10, 9000]))
    root, database = project.root, project.database
    with child("keep", root) as docsync:
        docsync.hear()
        older = tmp_path / "older"
        for suffix in SUFFIXES:
            shutil.copyfile(f"{database}{suffix}", f"{older}{suffix}")
        project.persona("personas/p1.json", bio=f"y{number}")
        before = docsync.ask()
        with child("read", database) as reader, child("hold", database) as other:
            seen = {tuple(state[:2]): state[2] for state in (reader.hear(),)}
            assert other.hear() == "open"
            docsync.end(kill=kill)
            do(database, older, dice)
            project.persona("personas/p2.json", bio=f"z{number}")
            with child("keep", root) as again:
                epoch, revision, told = again.hear()
                state = reader.ask() or ["died"]
                if state != ["died"]:  # SQLite's mapping of a file that was cut ends its reader
                    assert state[:2] == [epoch, revision], (do.__name__, told)
                    assert seen.setdefault((epoch, revision), state[2]) == state[2]
                again.end(kill=False)
    assert verify(project.settings, database).equal
    if do is leave_alone:
        assert (epoch, told) == (before[0], [])
    tell(f"surgery: {do.__name__} after {'SIGKILL' if kill else 'a stop'}: {told}, seed {SEED + number}")
