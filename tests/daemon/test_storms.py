"""Many files at once: deletions are held, renames land whole, and after storms the database equals the files."""

import json
import os
import random
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemon.running import Daemon, Polled
from tests.helpers.project import Tell

# The long version of these tests uses the counts of the promise: DOCSYNC_LONG=1 pytest
# tests/daemon/test_storms.py
LONG = bool(os.environ.get("DOCSYNC_LONG"))
pytestmark = pytest.mark.timeout(600 if LONG else 120)


@pytest.mark.parametrize("count", [2000, 20_000] if LONG else [2000])
def test_rm_rf_is_held_and_no_row_goes_before_it_is_released(daemon: Daemon, count: int) -> None:
    daemon.personas(count)
    daemon.start()
    with Polled(daemon, "SELECT count(*) FROM documents") as watcher:
        shutil.rmtree(daemon.root / "personas/many")
        daemon.until(lambda: daemon.status()["held"] == count, 60)
    assert set(watcher.seen) == {(count,)}
    assert daemon.run("held").returncode == 0
    assert daemon.run("release", "persona").returncode == 0
    assert daemon.documents() == 0


def test_a_slow_drip_of_deletions_is_held(daemon: Daemon) -> None:
    count = 2000 if LONG else 500
    daemon.personas(count)
    daemon.start()
    with Polled(daemon, "SELECT count(*) FROM documents") as watcher:
        for path in sorted((daemon.root / "personas/many").rglob("*.json")):
            path.unlink()
            time.sleep(0.002)
        daemon.until(lambda: daemon.status()["held"] == count, 60)
    assert set(watcher.seen) == {(count,)}


def test_a_renamed_folder_lands_as_one_revision_and_is_not_held(daemon: Daemon) -> None:
    count = 10_000 if LONG else 2000
    daemon.personas(count)
    daemon.start()
    before = daemon.revision
    both = "SELECT count(*), (SELECT value FROM sync_state WHERE key = 'revision') FROM documents"
    with Polled(daemon, both) as watcher:
        (daemon.root / "personas/many").rename(daemon.root / "personas/moved")
        daemon.until(lambda: daemon.revision > before, 60)
        daemon.wait()
    assert set(watcher.seen) == {(count, str(before)), (count, str(before + 1))}
    assert daemon.value("SELECT count(*) FROM documents WHERE file_path LIKE 'personas/moved/%'") == count
    assert daemon.status()["held"] == 0


@pytest.mark.parametrize("how", ["moved away", "emptied"])
def test_a_root_that_goes_deletes_nothing(daemon: Daemon, how: str) -> None:
    daemon.personas(100)
    daemon.start()
    root, away = daemon.root / "personas", daemon.root / "away"
    root.rename(away)
    if how == "emptied":
        root.mkdir()
        daemon.until(lambda: daemon.status()["held"] == 100)
    else:
        daemon.until(lambda: any(reason["code"] == "root_missing" for reason in daemon.status()["reasons"]))
        daemon.until(lambda: daemon.query("SELECT 1 FROM problems WHERE code = 'root-missing'"))
    assert daemon.documents() == 100
    if how == "emptied":
        root.rmdir()
    away.rename(root)
    daemon.until(lambda: daemon.status()["state"] == "in_sync")
    assert daemon.documents() == 100
    daemon.verify()


def test_three_of_ten_deleted_files_go_after_half_a_second(daemon: Daemon) -> None:
    daemon.personas(10)
    daemon.start()
    begun = time.monotonic()
    for path in sorted((daemon.root / "personas/many").rglob("*.json"))[:3]:
        path.unlink()
    daemon.until(lambda: daemon.documents() == 7, 5)
    assert time.monotonic() - begun >= 0.5


class Editor:
    """A person in a hurry: edits, renames, moves folders, deletes, saves atomically. Seeded."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root, self.rand = root, random.Random(seed)
        self.count = 0
        self.acts: list[Callable[[], None]] = [
            *[self.create] * 5, *[self.edit] * 6, *[self.save_atomically] * 6, self.delete, self.delete, self.rename,
            self.rename, self.move_folder, self.break_file, self.touch, self.copy_folder,
        ]  # fmt: skip

    def work(self, steps: int, pause: float = 0.0) -> None:
        for _ in range(steps):
            self.rand.choice(self.acts)()
            if pause:
                time.sleep(self.rand.random() * pause)

    def _files(self) -> list[Path]:
        return sorted(path for path in (self.root / "personas").rglob("*.json") if path.is_file())

    def _file(self) -> Path:
        files = self._files()
        return self.rand.choice(files) if files else self._new()

    def _new(self) -> Path:
        self.count += 1
        folder = "/".join(self.rand.choice("abc") for _ in range(self.rand.randrange(4)))
        path = self.root / "personas" / folder / f"n{self.count}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._text())
        return path

    def _text(self) -> str:
        return json.dumps({"name": f"N{self.rand.randrange(10**6)}", "text": "x" * self.rand.randrange(3000)})

    def create(self) -> None:
        self._new()

    def edit(self) -> None:
        self._file().write_text(self._text())

    def save_atomically(self) -> None:
        path = self._file()
        draft = path.with_name(path.name + ".tmp")
        draft.write_text(self._text())
        draft.replace(path)

    def delete(self) -> None:
        self._file().unlink()

    def rename(self) -> None:
        path = self._file()
        self.count += 1
        path.rename(path.with_name(f"r{self.count}.json"))

    def _folder(self) -> Path | None:
        folders = sorted(path for path in (self.root / "personas").rglob("*") if path.is_dir())
        return self.rand.choice(folders) if folders else None

    def move_folder(self) -> None:
        if folder := self._folder():
            self.count += 1
            folder.rename(self.root / "personas" / f"m{self.count}")

    def copy_folder(self) -> None:
        folder = self._folder()
        if folder and len(self._files()) < 300:
            self.count += 1
            shutil.copytree(folder, self.root / "personas" / f"c{self.count}")

    def break_file(self) -> None:
        self._file().write_text('{"name": ')

    def touch(self) -> None:
        os.utime(self._file(), (self.rand.randrange(2**31), self.rand.randrange(2**31)))


def _settled_equal(daemon: Daemon) -> None:
    daemon.wait()
    daemon.run("release")
    daemon.wait()
    daemon.verify()


@pytest.mark.parametrize("storm", range(3 if LONG else 1))
def test_the_database_equals_the_files_after_a_thousand_random_edits(
    daemon: Daemon, storm: int, tell: Tell
) -> None:
    seed = int(os.environ.get("DOCSYNC_SEED", "0")) or random.SystemRandom().randrange(10**9)
    tell(f"storm {storm}: 1 250 edits, DOCSYNC_SEED={seed} runs it again")
    editor = Editor(daemon.root, seed)
    editor.work(50)
    daemon.start()
    for _ in range(4):
        editor.work(250, pause=0.004)
        _settled_equal(daemon)
    assert daemon.stop() == 0
    editor.work(200)
    daemon.start()
    _settled_equal(daemon)


def test_a_kill_during_the_first_sync_is_made_good_by_the_next_start(daemon: Daemon) -> None:
    daemon.personas(5000)
    for delay in (0.25, 0.35, 0.5):
        daemon.start(ready=False)
        time.sleep(delay)
        daemon.kill()
    daemon.start()
    assert daemon.documents() == 5000
    daemon.verify()


READ_EVERYTHING = """
import sqlite3, sys
c = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=5)
names = c.execute("select name from sqlite_schema where type in ('table', 'view') and name not like 'documents_fts_%'")
tables = [name for (name,) in names.fetchall()]
print({t: c.execute(f"select count(*) from {t}").fetchone()[0] for t in tables}["documents"])
print(c.execute("select count(*) from documents_fts where documents_fts match 'calm'").fetchone()[0])
print(c.execute("select json_extract(document, '$.name') from documents order by id").fetchone()[0])
"""


def _readers(daemon: Daemon) -> list[list[str]]:
    python = [sys.executable, "-c", READ_EVERYTHING, str(daemon.database)]
    commands = [python]
    if shutil.which("sqlite3"):
        sql = "select count(*) from documents; select count(*) from documents_fts where documents_fts match 'calm'; " \
              "select json_extract(document, '$.name') from documents order by id limit 1;"  # fmt: skip
        shell = ["sqlite3", "-readonly", "-cmd", ".timeout 5000", str(daemon.database), sql]
        commands.append(shell)
        if os.geteuid() == 0 and shutil.which("setpriv"):
            commands.append(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *shell])
    return commands


def test_other_programs_and_users_read_while_it_writes_when_stopped_and_when_killed(daemon: Daemon) -> None:
    import subprocess

    # Another user must be able to walk down to the project; the test's own folder is private.
    for folder in (daemon.root, *daemon.root.parents):
        if os.geteuid() == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)

    def read_all() -> None:
        for command in _readers(daemon):
            result = subprocess.run(command, text=True, capture_output=True)
            assert (result.returncode, result.stderr) == (0, ""), command
            assert result.stdout.split() == ["51", "1", "calm-one"], (command, result.stdout)

    daemon.personas(50)
    daemon.persona("personas/a.json", name="calm-one", description="calm")
    daemon.start()
    stop = threading.Event()

    def keep_writing() -> None:
        number = 0
        while not stop.wait(0.002):
            number += 1
            daemon.persona(f"personas/many/g0/p{number % 50}.json", number=number)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        read_all()
        read_all()
    finally:
        stop.set()
        writer.join()
    assert daemon.stop() == 0
    read_all()
    daemon.start()
    daemon.kill()
    read_all()
