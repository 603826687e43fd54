"""docsync backup and docsync restore, as people type them."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.conftest import Shell, environment
from tests.helpers.powerless import POWERLESS, give_away, needs_power
from tests.helpers.project import damage_within


@pytest.fixture
def synced(filled: Shell) -> Shell:
    filled("sync")
    return filled


def database(shell: Shell) -> Path:
    return shell.root / ".docsync" / "docsync.db"


def test_a_backup_says_what_it_holds(synced: Shell) -> None:
    answer = synced("backup", "kept.db")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("kept.db: 3 documents, revision 1, epoch ")
    assert stat.S_ISREG((synced.root / "kept.db").stat().st_mode)


def test_a_program_learns_the_same(synced: Shell) -> None:
    value = synced("backup", "kept.db", "--json").json

    place = synced.root / "kept.db"
    assert (value["file"], value["documents"], value["revision"]) == (str(place), 3, 1)
    assert value["bytes"] == place.stat().st_size
    assert value["epoch"] == synced("changes", "--json").json["epoch"]


def test_a_backup_is_made_beside_a_running_daemon_and_a_restore_is_refused(synced: Shell) -> None:
    with synced.daemon():
        assert synced("backup", "kept.db").code == 0
        refused = synced("restore", "kept.db")

    assert refused.code == 6
    assert "docsync is running already" in refused.err
    assert "docsync stop" in refused.err


def test_nothing_but_a_backup_is_written_over(synced: Shell) -> None:
    synced.write("notes.txt", "mine")

    assert (
        synced("backup", "notes.txt").err
        == "docsync: notes.txt: is there, or in use, and no backup; choose another place\n"
    )
    assert synced("backup", "personas/kept.json").code == 2
    assert synced("backup", ".docsync/docsync.db").code == 2
    assert (synced.root / "notes.txt").read_text() == "mine"
    assert synced("backup", "kept.db").code == synced("backup", "kept.db").code == 0


def test_no_database_that_somebody_uses_is_written_over(synced: Shell, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(synced.root, other)
    Shell(other, lambda: ("", ""))("sync")
    before = (other / ".docsync/docsync.db").read_bytes()

    for file in (str(other / ".docsync/docsync.db"), "linked.db"):
        (synced.root / "linked.db").unlink(missing_ok=True)
        (synced.root / "linked.db").symlink_to(database(synced))
        answer = synced("backup", file)
        assert answer.code == 2
        assert answer.err.endswith("; choose another place\n")
    assert (other / ".docsync/docsync.db").read_bytes() == before


def test_a_backup_is_not_put_beside_the_log_of_another_database(synced: Shell) -> None:
    synced.write("kept.db-wal", "of an older database")
    assert synced("backup", "kept.db").code == 2
    assert not (synced.root / "kept.db").exists()


@pytest.mark.parametrize(
    "name", ["o.db-wal", "o.db.life", "o.db.left", "o.db.before-restore-2026", "o.db.damaged-2026"]
)
def test_what_goes_with_some_database_is_not_written_over(synced: Shell, name: str) -> None:
    synced.write(name, "")
    assert synced("backup", name).code == 2


def test_a_name_that_only_begins_like_the_database_is_no_part_of_it(synced: Shell) -> None:
    synced.write("docsync.toml", '[database]\npath = "x/d"\n')
    synced("sync")
    assert synced("backup", "x/daily.db").code == 0
    assert synced("backup", "x/d-wal").code == synced("backup", "x/d").code == 2


def test_what_was_begun_and_killed_goes_with_the_next_backup(synced: Shell) -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    for name in (f".kept.db.{process.pid}.tmp", f".kept.db.{process.pid}.tmp-journal", ".kept.db.1.tmp"):
        synced.write(name, "")
    synced("backup", "kept.db")
    assert [file.name for file in synced.root.glob(".kept.db*")] == [".kept.db.1.tmp"], "that process runs"


def test_so_does_what_a_process_has_begun_for_which_nobody_has_waited(synced: Shell) -> None:
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        synced.write(f".kept.db.{process.pid}.tmp", "")
        synced("backup", "kept.db")
        assert list(synced.root.glob(".kept.db*")) == []


@needs_power
def test_where_no_backup_can_be_written_its_place_is_named(synced: Shell) -> None:
    synced("sync", DOCSYNC_DATABASE__MODE="shared")
    give_away(synced.root)
    command = [*POWERLESS, sys.executable, "-m", "docsync", "backup", "kept.db"]

    done = subprocess.run(command, cwd=synced.root, capture_output=True, text=True, timeout=60)

    assert done.returncode == 3
    assert f"{synced.root / 'kept.db'}: no backup can be written there (Permission denied)" in done.stderr


def test_without_a_database_there_is_nothing_to_back_up(filled: Shell) -> None:
    answer = filled("backup", "kept.db")

    assert answer.code == 3
    assert "no database there; start 'docsync run' or 'docsync sync' first" in answer.err
    assert not (filled.root / "kept.db").exists()


def test_a_damaged_database_is_not_backed_up(synced: Shell) -> None:
    damage_within(database(synced))

    answer = synced("backup", "kept.db")

    assert answer.code == 3
    assert "docsync sync" in answer.err
    assert not (synced.root / "kept.db").exists()


def test_a_last_good_version_comes_back_and_the_replaced_database_is_kept(synced: Shell) -> None:
    synced.write("personas/ada.json", "{")
    synced("sync")
    synced("backup", "kept.db")
    database(synced).unlink()
    synced("sync")
    assert synced("get", "persona/ada").code == 5

    answer = synced("restore", "kept.db")

    assert answer.code == 0
    assert "persona: 2 documents, prompt_template: 1, 1 error, revision 2, " in answer.out
    (kept,) = database(synced).parent.glob("docsync.db.before-restore-*")
    assert f"what was there is kept in {kept}\n" in answer.err
    assert synced("get", "persona/ada").json["name"] == "Ada"
    assert synced("restore", str(kept)).code == 0
    assert synced("get", "persona/ada").code == 5


def test_a_backup_of_another_project_is_remarked_on(synced: Shell, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Shell(tmp_path / "other", lambda: ("", ""))
    other.persona("someone")
    other("sync")
    other("backup", str(tmp_path / "other.db"))

    answer = synced("restore", str(tmp_path / "other.db"))
    assert "none of its files is here; was it made for another project?" in answer.err
    value = synced("restore", str(tmp_path / "other.db"), "--json").json
    assert value["is_foreign"]
    assert Path(value["kept"]).exists()
    assert synced("verify").code == 0


def test_a_restore_that_is_refused_where_no_database_is_makes_none(filled: Shell) -> None:
    filled.write("notes.db", "no database at all" * 100)
    assert filled("restore", "notes.db").code == 3
    assert not database(filled).exists()
    assert filled("list", "--json").json["source"] == "files"


def test_what_the_files_changed_since_the_backup_is_counted(synced: Shell) -> None:
    synced("backup", "kept.db")
    synced.persona("ada", age=37)
    synced.persona("katherine")
    (synced.root / "prompts" / "greet.prompty").unlink()

    answer = synced("restore", "kept.db")

    assert answer.out.startswith(
        "persona: 3 documents (+1 ~1), prompt_template: 0 (-1), 0 problems, revision "
    )


def test_deletions_that_are_held_after_a_restore_are_exit_1(synced: Shell) -> None:
    for number in range(24):
        synced.persona(f"p{number}")
    synced("sync")
    synced("backup", "kept.db")
    for number in range(24):
        (synced.root / "personas" / f"p{number}.json").unlink()

    answer = synced("restore", "kept.db", "--json")

    assert answer.code == 1
    assert len(answer.json["done"]["held"]) == 24


@pytest.mark.parametrize(
    ("name", "code", "why"),
    [
        ("nowhere.db", 2, "nowhere.db: no such file; name one that 'docsync backup' made"),
        (
            ".docsync/docsync.db",
            2,
            ".docsync/docsync.db: is the database itself; name one that 'docsync backup' made",
        ),
        ("docsync.toml", 3, "docsync.toml: no backup of docsync's (file is not a database)"),
    ],
)
def test_what_cannot_be_restored_is_told(synced: Shell, name: str, code: int, why: str) -> None:
    synced.write("docsync.toml", '[watch]\nmode = "auto"\n')

    answer = synced("restore", name)

    assert answer.code == code
    assert answer.err.rstrip().endswith(why)


@pytest.mark.parametrize("ms", [150, 250, 300, 350, 400, 500])
def test_a_restore_that_is_killed_leaves_the_one_database_or_the_other(synced: Shell, ms: int) -> None:
    synced.write("personas/ada.json", "{")
    synced("sync")
    synced("backup", "kept.db")
    old = synced("changes", "--json").json["epoch"]
    arguments = [sys.executable, "-m", "docsync", "restore", "kept.db"]
    with subprocess.Popen(
        arguments, cwd=synced.root, env=environment(), stdout=subprocess.DEVNULL
    ) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(ms / 1000)
        process.kill()

    at_once = synced("changes", "--json").json["epoch"]
    assert synced("get", "persona/ada").json["name"] == "Ada"
    assert synced("sync").code == 0

    assert synced("changes", "--json").json["epoch"] == at_once
    assert at_once != old or process.returncode, "one that was not killed makes a new epoch"
    assert synced("verify").code == 0
    assert not list((synced.root / ".docsync").glob("docsync-fresh-*"))
    assert synced("restore", "kept.db").code == 0
    assert not list((synced.root / ".docsync").glob(".*.tmp*"))


def test_any_sqlite_reads_a_backup(synced: Shell) -> None:
    synced("backup", "kept.db")
    kept = sqlite3.connect((synced.root / "kept.db").as_uri() + "?mode=ro", uri=True)

    assert kept.execute("SELECT count(*) FROM documents").fetchone() == (3,)
    kept.close()
