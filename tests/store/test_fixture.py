"""The fixtures of released versions: never edited, and equal to a database that docsync made."""

import hashlib
from pathlib import Path

import apsw
import pytest

from docsync.store.damage import find
from tests.store.fixture import RELEASED, SUMS, build, dump, list_versions, load, write


def test_what_was_released_stays_as_it_is() -> None:
    hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in RELEASED.glob("*.sql")}
    lines = SUMS.read_text("ascii").splitlines()
    assert sorted(lines) == sorted(f"{digest}  {name}" for name, digest in hashes.items())


def test_what_was_released_is_never_written_again() -> None:
    for version in list_versions():
        with pytest.raises(FileExistsError, match="released, never written again"):
            write(version)


def test_a_fixture_is_the_database_that_it_was_made_of(tmp_path: Path) -> None:
    project = build(tmp_path / "project")
    statements = list(dump(project.connection))
    copy = apsw.Connection(":memory:")
    copy.execute("\n".join(statements)).fetchall()
    assert list(dump(copy)) == statements
    assert find(copy) is None
    states = "SELECT group_concat(DISTINCT state) FROM files"
    assert set(copy.execute(states).get.split(",")) == {"ok", "broken", "unreadable", "skipped", "held"}
    copy.close()
    project.close()


def test_a_fixture_is_loaded_as_it_was_written(tmp_path: Path) -> None:
    for version in list_versions():
        connection = apsw.Connection(str(load(version, tmp_path / f"{version}.db")))
        assert "\n".join([*dump(connection), ""]) == (RELEASED / f"schema-{version}.sql").read_text("utf-8")
        connection.close()
