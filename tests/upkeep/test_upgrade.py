"""The first start of a newer docsync keeps all that no file could give back."""

from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from docsync.lock import holding
from docsync.model import Timing
from docsync.store.connection import open_writer
from docsync.sync.setup import Settings
from docsync.upkeep.backup import restore_once
from docsync.upkeep.one_shot import ignore_repair, sync_once
from docsync.verify import verify
from tests.store.fixture import SETTINGS, list_versions, load, write_files
from tests.store.survival import Contents, read_contents
from tests.store.upgrade import TODAY, Release, make_release, read_schema_of_today, use_release

QUICK = Timing(1_000_000, 5_000_000, 20_000_000)
STEP = "CREATE TABLE later (x ANY) STRICT;"


@pytest.fixture(params=["today", "later"])
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Release:
    if request.param == "today":
        return TODAY
    return make_release(tmp_path / "later", STEP, schema=f"{read_schema_of_today()}\n{STEP}")


@pytest.fixture(params=list_versions())
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Without what no older docsync knew: the texts of files that prompts take in."""
    write_files(tmp_path / "project")
    return Settings(tmp_path / "project", timing=QUICK, takes_assets=False, **SETTINGS)


def migrate_beside(version: int, release: Release, beside: Path) -> Contents:
    """The contents of a fixture that *release* has only opened."""
    with use_release(release):
        with open_writer(load(version, beside)):
            pass
        return read_contents(beside)


def has_all_that_no_file_gives_back(before: Contents, after: Contents) -> None:
    # Lena's file could not be read for want of permission, and can be now.
    lena = ("persona/team/lena",), ("personas/team/lena.json", 0)
    for table in ("documents", "document_status", "document_tags", "problems"):
        assert keys_and_values(after, table, lena) == keys_and_values(before, table, lena)
    states = [row["state"] for row in after.tables["document_status"].values()]
    assert (states.count("held"), states.count("stale")) == (2, 2)
    assert after.tables["documents"].keys() == before.tables["documents"].keys()


def keys_and_values(contents: Contents, table: str, without: tuple[object, ...]) -> list[object]:
    return [
        (key, {name: row[name] for name in row if name != "revision"})
        for key, row in sorted(contents.tables[table].items())
        if key not in without
    ]


def test_an_upgrade_is_no_new_beginning(version: int, release: Release, settings: Settings) -> None:
    database = load(version, settings.root / ".docsync" / "docsync.db")
    before = migrate_beside(version, release, settings.root.parent / "beside.db")
    repairs: list[tuple[str, str]] = []
    with use_release(release), holding(database.parent):
        sync_once(settings, database, on_repair=lambda how, reason: repairs.append((how, reason)))
        after = read_contents(database)
        assert verify(settings, database).equal
    assert repairs == []
    assert after.number("schema_version") == release.version
    assert after.tables["changes"] == before.tables["changes"]
    assert after.tables["sync_state"][("epoch",)] == before.tables["sync_state"][("epoch",)]
    has_all_that_no_file_gives_back(before, after)


def test_a_backup_of_an_older_docsync_can_be_restored(
    version: int, release: Release, settings: Settings
) -> None:
    backup = load(version, settings.root.parent / "kept.db")
    before = migrate_beside(version, release, settings.root.parent / "beside.db")
    database = settings.root / ".docsync" / "docsync.db"
    with use_release(release):
        database.parent.mkdir()
        with holding(database.parent):
            restore_once(settings, database, backup, None, ignore_repair)
        after = read_contents(database)
    assert after.number("schema_version") == release.version
    has_all_that_no_file_gives_back(before, after)


@pytest.mark.parametrize("version", list_versions())
def test_an_upgrade_reads_the_texts_that_prompts_take_in(version: int, settings: Settings) -> None:
    database = load(version, settings.root / ".docsync" / "docsync.db")
    settings = replace(settings, takes_assets=True)
    with holding(database.parent):
        sync_once(settings, database)
        after = read_contents(database)
        assert verify(settings, database).equal
    taken = {id_: row["assets"] for (id_,), row in after.tables["documents"].items() if row["assets"] != "{}"}
    assert taken == {"prompt_template/hello": '{"prompts/here.json": "{}"}'}


def test_a_backup_stays_of_its_own_version(settings: Settings, tmp_path: Path) -> None:
    backup = load(list_versions()[-1], tmp_path / "kept.db")
    later = make_release(tmp_path / "later", STEP, schema=f"{read_schema_of_today()}\n{STEP}")
    (database := settings.root / ".docsync" / "docsync.db").parent.mkdir()
    with use_release(later), holding(database.parent):
        restore_once(settings, database, backup, None, ignore_repair)
    connection = apsw.Connection(str(backup))
    assert connection.pragma("user_version") == list_versions()[-1]
    connection.close()
