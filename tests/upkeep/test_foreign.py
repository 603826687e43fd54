"""A database that came from elsewhere gives nothing but what the files hold, whatever was planted in it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from docsync.errors import NoDatabase
from docsync.model import Timing
from docsync.reader import open_reader
from docsync.store.columns import BARE_COLUMNS
from docsync.store.document_rows import row_hash
from docsync.upkeep.backup import back_up, restore_once
from docsync.upkeep.one_shot import ignore_repair, sync_once
from docsync.verify import verify
from tests.helpers.project import Project

ENDLESS = "(WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT count(*) FROM r)"
PLANTS = {
    "row": [],
    "trigger": [
        "CREATE TRIGGER t AFTER UPDATE ON sync_state BEGIN UPDATE documents SET name = 'planted'; END",
        "CREATE TRIGGER u AFTER INSERT ON documents BEGIN UPDATE documents SET name = 'planted'; END",
    ],
    "view": [
        "DROP VIEW document_status",
        "ALTER TABLE documents RENAME TO d0",
        f"CREATE VIEW documents AS SELECT * FROM d0 WHERE {ENDLESS} > 0",
    ],
    "view of state": [
        "ALTER TABLE sync_state RENAME TO s0",
        f"CREATE VIEW sync_state AS SELECT * FROM s0 WHERE {ENDLESS} > 0",
    ],
    "column": ["ALTER TABLE documents ADD COLUMN planted TEXT AS (name) VIRTUAL"],
    "index": ["CREATE INDEX planted ON documents (updated_at)"],
    "table": ["CREATE TABLE planted (x)"],
}
WAYS: dict[str, Callable[[Path, Path], object]] = {
    "cp -r": lambda source, target: shutil.copytree(source, target, copy_function=shutil.copyfile),
    "cp -a": lambda source, target: shutil.copytree(source, target, copy_function=shutil.copy2),
    "hard links": lambda source, target: shutil.copytree(source, target, copy_function=os.link),
}


@pytest.fixture
def author(project: Project) -> Project:
    """A project whose database says of a broken file and of good ones what no file says."""
    project.close()
    project.settings = replace(project.settings, timing=Timing(0, 1_000_000, 2_000_000))
    project.persona("personas/good.json")
    project.persona("personas/broken.json")
    sync_once(project.settings, project.database)
    project.write("personas/broken.json", "{")
    sync_once(project.settings, project.database)
    return project


def plant(database: Path, statements: list[str]) -> None:
    """Let every row say what no file says, with its right hash, and carry out *statements*. In a log that stays."""
    connection = apsw.Connection(str(database))
    for id_ in ("persona/good", "persona/broken"):
        connection.execute("UPDATE documents SET name = 'planted' WHERE id = ?", (id_,))
        ((*row,),) = connection.execute(
            f"SELECT {BARE_COLUMNS} FROM documents WHERE id = ?", (id_,)
        ).fetchall()
        connection.execute("UPDATE documents SET row_hash = ? WHERE id = ?", (row_hash(tuple(row)), id_))
    for statement in statements:
        connection.execute(statement)
    connection.close()
    database.with_name(database.name + "-wal").touch()


def clone(author: Project, way: str, to: Path) -> Project:
    WAYS[way](author.root, to)
    (to / ".docsync/docsync.db.left").unlink()
    author.root, author.database = to, to / ".docsync/docsync.db"
    author.settings = replace(author.settings, root=to)
    return author


def names_of(project: Project) -> dict[str, str]:
    with open_reader(database=project.database, source="database") as reader:
        return {row.id: row.name for row in reader.find()}


@pytest.mark.parametrize("way", ["cp -r", "cp -a"])
@pytest.mark.parametrize("planted", PLANTS)
def test_a_clone_gives_what_the_files_hold(author: Project, tmp_path: Path, planted: str, way: str) -> None:
    plant(author.database, PLANTS[planted])
    cloned = clone(author, way, tmp_path / "clone")
    told: list[str] = []
    sync_once(cloned.settings, cloned.database, None, lambda how, reason: told.append(reason))
    assert told == [
        "it is not the one that docsync left here; unless database.mode is set, the folders decide who may read it"
    ]
    assert names_of(cloned) == {"persona/good": "good"}, "a planted row must not stand for a broken file"
    assert verify(cloned.settings, cloned.database).equal
    sync_once(cloned.settings, cloned.database)
    assert names_of(cloned) == {"persona/good": "good"}


def test_a_clone_keeps_when_its_documents_were_first_seen(author: Project, tmp_path: Path) -> None:
    connection = apsw.Connection(str(author.database))
    ((*row,),) = connection.execute(
        f"SELECT {BARE_COLUMNS} FROM documents WHERE id = 'persona/good'"
    ).fetchall()
    first = row[6]
    connection.close()
    cloned = clone(author, "cp -r", tmp_path / "clone")
    sync_once(cloned.settings, cloned.database)
    with open_reader(database=cloned.database, source="database") as reader:
        assert reader.find()[0].created_at == first


@pytest.mark.parametrize("created_at", ["soon", "2999-01-01T00:00:00.000Z", "2020-13-01T00:00:00.000Z"])
def test_a_time_that_is_none_is_not_kept(author: Project, tmp_path: Path, created_at: str) -> None:
    connection = apsw.Connection(str(author.database))
    connection.execute("UPDATE documents SET created_at = ? WHERE id = 'persona/good'", (created_at,))
    ((*row,),) = connection.execute(
        f"SELECT {BARE_COLUMNS} FROM documents WHERE id = 'persona/good'"
    ).fetchall()
    connection.execute("UPDATE documents SET row_hash = ? WHERE id = 'persona/good'", (row_hash(tuple(row)),))
    connection.close()
    cloned = clone(author, "cp -r", tmp_path / "clone")
    sync_once(cloned.settings, cloned.database)
    with open_reader(database=cloned.database, source="database") as reader:
        assert reader.find()[0].created_at != created_at


@pytest.mark.parametrize("planted", ["view", "view of state"])
def test_a_view_that_never_ends_hangs_no_reader(author: Project, tmp_path: Path, planted: str) -> None:
    plant(author.database, PLANTS[planted])
    cloned = clone(author, "cp -r", tmp_path / "clone")
    with pytest.raises(NoDatabase, match="its tables are not those that docsync makes; 'docsync sync'"):
        open_reader(database=cloned.database, source="database")
    for command in (
        ["list"],
        ["get", "persona/good"],
        ["doctor"],
        ["status"],
        ["verify"],
        ["query", "SELECT 1"],
    ):
        subprocess.run(
            [sys.executable, "-m", "docsync", *command], cwd=cloned.root, capture_output=True, timeout=60
        )


def test_a_draft_that_came_with_the_project_is_never_taken(author: Project, tmp_path: Path) -> None:
    plant(author.database, [])
    cloned = clone(author, "cp -r", tmp_path / "clone")
    for suffix in ("", ".life"):
        os.replace(f"{cloned.database}{suffix}", f"{cloned.database}.new{suffix}")
    for suffix in ("-wal", "-shm"):
        Path(f"{cloned.database}{suffix}").unlink(missing_ok=True)
    sync_once(cloned.settings, cloned.database)
    assert names_of(cloned) == {"persona/good": "good"}


@pytest.mark.parametrize("planted", [name for name in PLANTS if name != "row"])
def test_a_backup_in_which_anything_was_planted_is_refused(author: Project, planted: str) -> None:
    backup = author.root / "backup.db"
    back_up(author.database, backup)
    plant(backup, PLANTS[planted])
    before = names_of(author)
    with pytest.raises(NoDatabase, match=r"damaged .* nothing was changed"):
        restore_once(author.settings, author.database, backup, None, ignore_repair)
    assert names_of(author) == before


def test_a_backup_with_planted_rows_gives_only_what_no_good_file_holds(author: Project) -> None:
    """Whoever names the backup says that its last good versions are to be believed; files outrank it all the same."""
    backup = author.root / "backup.db"
    back_up(author.database, backup)
    plant(backup, [])
    restore_once(author.settings, author.database, backup, None, ignore_repair)
    assert names_of(author) == {"persona/good": "good", "persona/broken": "planted"}


@pytest.mark.parametrize("there", ["folder", "pipe", "link", "dangling link"])
def test_what_is_no_file_of_its_own_is_refused_with_what_to_do(
    author: Project, there: str, tmp_path: Path
) -> None:
    author.database.unlink()
    other = tmp_path / "other.db"
    match there:
        case "folder":
            author.database.mkdir()
        case "pipe":
            os.mkfifo(author.database)
        case _:
            if there == "link":
                other.write_bytes(b"precious")
            author.database.symlink_to(other)
    done = subprocess.run(
        [sys.executable, "-m", "docsync", "sync"], cwd=author.root, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 3
    assert "set database.path" in done.stderr
    assert not other.exists() or other.read_bytes() == b"precious"
    assert json.dumps(sorted(path.name for path in tmp_path.glob("*.db*"))) in ("[]", '["other.db"]')
