"""The look for damage goes on beside the work: it is waited for by nobody, gives way, and can be ended at any time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from docsync.clock import SYSTEM
from docsync.errors import Damaged, StoreUnavailable
from docsync.store.connection import open_reader_connection
from docsync.store.damage import LookStep, inspect
from docsync.upkeep import inspector
from docsync.upkeep.inspector import INSPECT_NS, Inspector
from docsync.upkeep.upkeep import DatabaseUpkeep, open_checked
from tests.helpers.gate import Gate
from tests.helpers.project import Project
from tests.store.faulty_vfs import under_fire
from tests.upkeep.filling import DOCUMENTS
from tests.upkeep.test_upkeep import change

LATER_NS = 100_000_000
DOUBT_NS = 10_000_000_000
GHOST = "UPDATE documents SET name = 'Ghost' WHERE id = 'persona/p7'"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@contextmanager
def opened(project: Project, gate: Gate | None = None) -> Iterator[tuple[DatabaseUpkeep, list[str]]]:
    told: list[str] = []
    with open_checked(
        project.settings, project.database, lambda how, why: told.append(f"{how}: {why}")
    ) as upkeep:
        upkeep.inspector.is_busy = gate
        try:
            yield upkeep, told
        finally:
            if gate:
                gate.open()


def looked_through(upkeep: DatabaseUpkeep, now_ns: int) -> int:
    """Tick until the look is over; when the next one is due."""
    deadline = time.monotonic() + 30
    while (next_ns := upkeep.inspector.tick(now_ns)) == now_ns + LATER_NS:
        assert time.monotonic() < deadline
    return next_ns


def test_a_damaged_database_is_open_before_anybody_looked_for_damage_and_mended_after_that(
    filled: Project,
) -> None:
    change(filled, GHOST)
    gate = Gate()
    with opened(filled, gate) as (upkeep, told):
        now_ns = SYSTEM.monotonic_ns()
        assert upkeep.tick(now_ns) == now_ns + LATER_NS, "the look has begun, and nobody waits for it"
        gate.wait()
        assert upkeep.inspector.status.is_running
        assert (upkeep.inspector.status.proved_at, told) == (None, [])
        gate.open()
        with pytest.raises(Damaged, match="1 documents are not what was written") as caught:
            looked_through(upkeep, now_ns)
        upkeep.repair(caught.value)
        assert told == ["in place: 1 documents are not what was written"]
        assert upkeep.inspector.status.proved_at is not None
        assert inspect(filled.database) is None


def test_no_batch_begins_once_a_look_has_found_damage(filled: Project) -> None:
    change(filled, GHOST)
    with opened(filled) as (upkeep, _):
        upkeep.inspector.begin()
        with pytest.raises(Damaged, match="not what was written"):
            check_for_long(upkeep)


def check_for_long(upkeep: DatabaseUpkeep) -> None:
    """What is asked before every batch, asked until it raises."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        upkeep.check()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM documents WHERE id = 'persona/p7'", "in place: a file has a document that is not there"),
        ("DELETE FROM documents_fts WHERE id = 'persona/p7'", "in place: 1 documents are not what was written"),
        ("UPDATE files SET good_size = NULL WHERE id = 'persona/p7'", "in place: 1 documents are not what was written"),
        ("UPDATE sync_state SET value = '0' WHERE key = 'revision'", "in place: a row is newer than the revision"),
        ("DELETE FROM sync_state WHERE key = 'epoch'", "afresh: there is no epoch or no revision"),
        ("DROP INDEX documents_name", "afresh: the tables are not those that were made"),
    ],
)  # fmt: skip
def test_what_can_be_told_at_once_is_mended_before_the_database_is_open(
    filled: Project, statement: str, told: str
) -> None:
    change(filled, statement)
    with opened(filled) as (_, mended):
        assert mended == [told]
    assert inspect(filled.database) is None


def test_the_status_counts_what_was_looked_at(filled: Project) -> None:
    with opened(filled) as (upkeep, _):
        assert upkeep.inspector.status.documents == 0
        upkeep.prove()
        status = upkeep.inspector.status
        assert (status.documents, status.of, status.is_running) == (DOCUMENTS, DOCUMENTS, False)
        assert status.proved_at is not None


def test_a_new_database_is_looked_at_an_hour_later(project: Project) -> None:
    project.close()
    for path in project.database.parent.iterdir():
        path.unlink()
    with opened(project) as (upkeep, _):
        now_ns = SYSTEM.monotonic_ns()
        assert upkeep.inspector.tick(now_ns) > now_ns + INSPECT_NS // 2
        assert upkeep.inspector.status.proved_at is not None


def test_who_doubts_while_a_look_runs_has_another_one_soon_after_it(filled: Project) -> None:
    gate = Gate()
    with opened(filled, gate) as (upkeep, _):
        now_ns = SYSTEM.monotonic_ns()
        upkeep.tick(now_ns)
        gate.wait()
        upkeep.doubt()
        gate.open()
        assert looked_through(upkeep, now_ns) == now_ns + DOUBT_NS
        assert looked_through(upkeep, now_ns + DOUBT_NS) == now_ns + DOUBT_NS + INSPECT_NS


def test_a_look_comes_to_its_end_beside_work_that_never_ends(filled: Project) -> None:
    with opened(filled) as (upkeep, _):
        upkeep.inspector.is_busy = lambda: True
        upkeep.prove()
        assert upkeep.inspector.status.proved_at is not None


def test_a_look_ends_with_its_database_also_within_a_statement(
    filled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []

    def look_for_ever(connection: apsw.Connection) -> Iterator[LookStep]:
        yield LookStep()
        statements.append(ENDLESS)
        connection.execute(ENDLESS).fetchall()

    monkeypatch.setattr(inspector, "look", look_for_ever)
    gate = Gate()
    with opened(filled, gate) as (upkeep, _):
        upkeep.inspector.begin()
        gate.wait()
        gate.open()
    assert upkeep.inspector.status.proved_at is None
    assert statements == [ENDLESS]


def test_a_look_that_is_in_the_way_of_a_rebuild_is_ended(filled: Project) -> None:
    gate = Gate()
    with opened(filled, gate) as (upkeep, told):
        upkeep.inspector.begin()
        gate.wait()
        gate.open()
        upkeep.rebuild("asked for")
        assert told == ["afresh: asked for"]
        assert not upkeep.inspector.status.is_running


def test_a_disk_that_cannot_be_read_is_not_called_damage_and_looked_at_again_soon(filled: Project) -> None:
    with under_fire() as fire, opened(filled) as (upkeep, _):
        now_ns = SYSTEM.monotonic_ns()
        fire.arm(["read"], 1, persistent=True)
        with pytest.raises(StoreUnavailable) as caught:
            looked_through(upkeep, now_ns)
        fire.cease()
        assert caught.value.reason != "damaged"
        assert upkeep.inspector.status.proved_at is None
        assert looked_through(upkeep, now_ns + DOUBT_NS) == now_ns + DOUBT_NS + INSPECT_NS
        assert upkeep.inspector.status.proved_at is not None


def test_an_error_that_is_a_bug_is_raised_and_not_taken_for_damage(
    filled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: apsw.Connection) -> Iterator[LookStep]:
        raise ZeroDivisionError

    monkeypatch.setattr(inspector, "look", fail)
    looking = Inspector(filled.database, SYSTEM)
    try:
        looking.begin()
        with pytest.raises(ZeroDivisionError):
            looking.finish()
    finally:
        looking.close()


def test_a_reader_finds_all_documents_in_each_state_while_what_was_damaged_is_mended(filled: Project) -> None:
    change(filled, GHOST)
    with opened(filled) as (upkeep, _), open_reader_connection(filled.database) as reader:
        count, ghosts = (
            "SELECT count(*) FROM documents",
            "SELECT count(*) FROM documents WHERE name = 'Ghost'",
        )
        upkeep.inspector.begin()
        with pytest.raises(Damaged) as caught:
            upkeep.inspector.finish()
        assert reader.execute(count).get == DOCUMENTS
        upkeep.repair(caught.value)
        assert (reader.execute(count).get, reader.execute(ghosts).get) == (DOCUMENTS, 0)


def test_a_database_that_went_is_damage(filled: Project, tmp_path: Path) -> None:
    looking = Inspector(tmp_path / "gone.db", SYSTEM)
    try:
        looking.begin()
        with pytest.raises(Damaged):
            looking.finish()
    finally:
        looking.close()
