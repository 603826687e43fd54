"""Documents that are written together leave what they leave one by one: every row, every answer, in every order."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from docsync.change import ApplyResult, Delete, RowChange, Touch, Upsert, Warn
from docsync.errors import Damaged
from docsync.model import ReferenceStatus
from docsync.names import Collection
from docsync.store.connection import open_writer
from docsync.store.sqlite import SqliteStore
from docsync.store.waiting import WaitingDocuments
from tests.store.make import PERSONAS, problem, reference, refuse, stamp, upsert, warning

SEED = int(os.environ.get("DOCSYNC_SEED", "0")) or random.SystemRandom().randrange(10**9)
OTHERS = Collection("other", "others", ("**/*.json",), "json")
PATHS = [f"personas/{name}.json" for name in ("a", "A", "b", "b/c", "d", "é", "f", "g")]
TABLES = ("documents", "document_tags", "document_references", "asset_uses", "problems", "changes")


def open_store(path: Path) -> Iterator[tuple[SqliteStore, apsw.Connection]]:
    path.mkdir()
    with open_writer(path / "docsync.db") as connection:
        store = SqliteStore(connection, lambda: "2026-01-01T00:00:00.000Z")
        store.declare([PERSONAS, OTHERS], {"persona": "", "other": ""})
        yield store, connection


@pytest.fixture
def together(tmp_path: Path) -> Iterator[tuple[SqliteStore, apsw.Connection]]:
    yield from open_store(tmp_path / "together")


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[SqliteStore, apsw.Connection]]:
    yield from open_store(tmp_path / "alone")


def one_by_one(store: SqliteStore, changes: list[RowChange]) -> Iterator[RowChange]:
    """*changes*, each of which is written before the next one comes."""
    for change in changes:
        yield change
        store.index(())


def dump(connection: apsw.Connection) -> dict[str, list[tuple[object, ...]]]:
    """All that is stored; where a text is indexed is told by the document that is indexed there."""
    rows = {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in TABLES}
    rows["files"] = connection.execute(
        "SELECT f.*, s.* FROM (SELECT file_path, type, id, mtime_ns, size, racy, content_hash, good_size, twin_key, "
        "state, search_rowid FROM files) AS f LEFT JOIN documents_fts AS s ON s.rowid = f.search_rowid ORDER BY 1"
    ).fetchall()
    rows["files"] = [(*row[:10], *row[11:]) for row in rows["files"]]
    rows["search"] = connection.execute(
        "SELECT id FROM documents_fts WHERE documents_fts MATCH 'Ana OR Ben' ORDER BY id"
    ).fetchall()
    return rows


def make_document(chance: random.Random, path: str) -> Upsert:
    name = chance.choice(("Ana", "Ben", "Cyd"))
    tags = tuple(chance.choices(("x", "y", "z"), k=chance.randrange(3)))
    found = tuple(warning(path, chance.choice(("unused", "name-twin"))) for _ in range(chance.randrange(2)))
    links = tuple(
        reference("personas/b.json", chance.choice(list(ReferenceStatus)[:2]))
        for _ in range(chance.randrange(2))
    )
    type_ = chance.choice(("persona",) * 5 + ("other",))
    return upsert(
        path, name=name, tags=tags, references=links, problems=found, type=type_, mtime_ns=chance.randrange(9)
    )


def make_change(chance: random.Random) -> RowChange:
    path = chance.choice(PATHS)
    make: Callable[[], RowChange] = chance.choices(
        (
            lambda: make_document(chance, path),
            lambda: Delete(path),
            lambda: refuse(path, problem(path)),
            lambda: Touch(path, stamp(chance.randrange(9)), racy=False),
            lambda: Warn(path, "name-twin", chance.choice((None, warning(path, "name-twin")))),
        ),
        (12, 2, 2, 1, 1),
    )[0]
    return make()


Told = tuple[int, bool, list[str], list[str], list[str], int]


def told(applied: ApplyResult) -> Told:
    return (
        applied.revision,
        applied.changed,
        applied.upserted,
        applied.deleted,
        applied.displaced,
        applied.refused,
    )


def test_documents_written_together_are_those_written_one_by_one(
    together: tuple[SqliteStore, apsw.Connection],
    alone: tuple[SqliteStore, apsw.Connection],
    tell: Callable[[str], None],
) -> None:
    chance = random.Random(SEED)
    tell(f"batches together and one by one: 300, DOCSYNC_SEED={SEED}")
    for _ in range(300):
        changes = [make_change(chance) for _ in range(chance.randrange(1, 12))]
        first = together[0].apply(changes)
        second = alone[0].apply(one_by_one(alone[0], changes))
        assert told(first) == told(second)
        assert sorted(first.appeared, key=repr) == sorted(second.appeared, key=repr)
        assert sorted(first.cleared) == sorted(second.cleared)
        assert dump(together[1]) == dump(alone[1])


def test_who_reads_in_the_middle_of_a_batch_sees_what_it_was_given(
    together: tuple[SqliteStore, apsw.Connection],
) -> None:
    store, _ = together
    seen = []

    def changes() -> Iterator[RowChange]:
        for path in PATHS[:3]:
            yield upsert(path)
        seen.append((set(store.index([""])), store.rows("persona")))

    store.apply(changes())
    assert seen == [(set(PATHS[:3]), 3)]


def test_new_documents_are_written_a_table_at_a_time(together: tuple[SqliteStore, apsw.Connection]) -> None:
    store, connection = together
    statements: list[str] = []
    connection.trace_v2(apsw.SQLITE_TRACE_STMT, lambda trace: statements.append(trace["sql"]))
    store.apply([upsert(f"personas/{number}.json") for number in range(1200)])
    assert connection.execute("SELECT count(*) FROM documents").get == 1200
    asked = [one for one in statements if one.startswith("SELECT")]
    assert 0 < len(asked) < 30


def test_a_document_of_which_half_is_there_is_damage_also_among_others(
    together: tuple[SqliteStore, apsw.Connection],
) -> None:
    store, connection = together
    store.apply([upsert(PATHS[0])])
    connection.execute("DELETE FROM files")
    with pytest.raises(Damaged):
        store.apply([upsert(path) for path in PATHS])
    assert connection.execute("SELECT count(*) FROM documents").get == 1


def test_little_waits_at_once() -> None:
    waiting = WaitingDocuments()
    waiting.add(upsert(PATHS[0]))
    assert not waiting.fits(upsert(PATHS[0], name="Ben"))
    assert waiting.fits(upsert(PATHS[2]))
    waiting.add(upsert(PATHS[2], text="x" * 5_000_000))
    assert not waiting.fits(upsert(PATHS[4]))
    assert [one.document.path for one in waiting.take()] == [PATHS[0], PATHS[2]]
    assert waiting.fits(upsert(PATHS[0]))


def test_a_batch_that_is_broken_off_leaves_nothing_for_the_next(
    together: tuple[SqliteStore, apsw.Connection],
) -> None:
    store, connection = together

    def changes() -> Iterator[RowChange]:
        yield upsert(PATHS[0])
        raise InterruptedError

    with pytest.raises(InterruptedError):
        store.apply(changes())
    store.apply([upsert(PATHS[2])])
    assert connection.execute("SELECT file_path FROM documents").fetchall() == [(PATHS[2],)]
