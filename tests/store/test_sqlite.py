"""The store: what is known of a scope, one transaction a batch, collections and their indexes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from docsync.change import AdoptRoot, ApplyResult, Delete, Relink, RowChange, Touch, Upsert
from docsync.errors import StoreReason, StoreUnavailable
from docsync.model import FileState, ReferenceStatus
from docsync.names import Collection
from docsync.store.connection import open_writer
from docsync.store.sqlite import SqliteStore
from tests.store.child import locked_by_another, read_by_another
from tests.store.make import PERSONAS, hold, problem, reference, refuse, stamp, upsert

INDEXED = Collection(
    "persona", "personas", ("**/*.json",), "json", index=("demographics.ageGroup", "it.s-me[0]")
)
INDEXES = "SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE 'documents_path_%' ORDER BY name"


class Base:
    """A database of personas, and its store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.opened = open_writer(path)
        self.connection = self.opened.__enter__()
        self.now = "2026-01-01T00:00:00.000Z"
        self.store = SqliteStore(self.connection, lambda: self.now)
        self.store.declare([PERSONAS], {"persona": "print"})

    def apply(self, *changes: RowChange) -> ApplyResult:
        return self.store.apply(iter(changes))

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        return self.connection.execute(sql, values).fetchall()


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Base]:
    made = Base(tmp_path / "docsync.db")
    yield made
    made.opened.__exit__(None, None, None)


def test_what_was_written_is_known(base: Base) -> None:
    base.apply(upsert("personas/a.json", size=7))
    entry = base.store.index([""])["personas/a.json"]
    assert (entry.type, entry.state, entry.good_size, entry.racy) == ("persona", FileState.OK, 7, False)
    assert entry.stamp == stamp(size=7)
    assert base.store.rows("persona") == 1


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        ("personas/a", ["personas/a", "personas/a/b.json"]),
        ("personas/a/b.json", ["personas/a/b.json"]),
        ("personas/a/b.json/c", []),
        ("person", []),
        (
            "",
            ["personas/a", "personas/a-b.json", "personas/a/b.json", "personas/a0.json", "personas/a_.json"],
        ),
    ],
)
def test_a_scope_holds_a_path_and_what_lies_beneath_it(base: Base, scope: str, inside: list[str]) -> None:
    names = ("a", "a-b.json", "a/b.json", "a0.json", "a_.json")
    base.apply(*(upsert(f"personas/{name}") for name in names))
    assert sorted(base.store.index([scope])) == inside


def test_names_that_mean_something_to_sql_mean_nothing(base: Base) -> None:
    names = ["personas/'; DROP TABLE documents; --.json", "personas/%_*?[].json", 'personas/".json']
    base.apply(*map(upsert, names))
    for name in names:
        assert list(base.store.index([name])) == [name]


def test_a_batch_without_changes_spends_no_revision(base: Base) -> None:
    assert base.apply() == ApplyResult(0)
    base.apply(upsert("personas/a.json"))
    assert base.apply(Touch("personas/a.json", stamp(2), racy=True)).changed is False
    assert base.apply(AdoptRoot("persona", 1, 2)).changed is False
    assert base.apply(upsert("personas/a.json", mtime_ns=5)).changed is False
    assert base.store.revision == 1
    assert base.store.roots() == {"persona": (1, 2)}


def test_everything_of_a_batch_has_one_revision(base: Base) -> None:
    applied = base.apply(*(upsert(f"personas/{number}.json") for number in range(3)))
    assert (applied.revision, applied.changed, len(applied.upserted)) == (1, True, 3)
    base.apply(Delete("personas/1.json"), upsert("personas/2.json", name="New"))
    assert base.rows("SELECT revision, op, id FROM changes ORDER BY seq")[3:] == [
        (2, "delete", "persona/1"),
        (2, "upsert", "persona/2"),
    ]
    assert base.rows("SELECT id, revision FROM documents ORDER BY id") == [("persona/0", 1), ("persona/2", 2)]


@pytest.mark.parametrize("failing", [ValueError, StoreUnavailable])
def test_a_batch_that_fails_in_the_middle_changes_nothing(base: Base, failing: type[Exception]) -> None:
    base.apply(upsert("personas/a.json", tags=("old",)), refuse("personas/b.json"))
    tables = (
        "documents",
        "files",
        "problems",
        "changes",
        "document_tags",
        "documents_fts",
        "sync_state",
        "collections",
    )
    before = {table: base.rows(f"SELECT * FROM {table}") for table in tables}

    def changes() -> Iterator[RowChange]:
        yield upsert("personas/a.json", name="New", tags=("new",))
        yield upsert("personas/c.json")
        yield Delete("personas/b.json")
        yield AdoptRoot("persona", 1, 2)
        raise failing(StoreReason.LOCKED, "in the middle") if failing is StoreUnavailable else failing

    with pytest.raises(failing):
        base.store.apply(changes())
    assert {table: base.rows(f"SELECT * FROM {table}") for table in tables} == before
    assert not base.connection.in_transaction
    assert base.apply(upsert("personas/c.json")).revision == 2


def test_a_locked_database_is_said_and_nothing_is_lost(base: Base) -> None:
    base.connection.set_busy_timeout(0)
    with locked_by_another(base.path), pytest.raises(StoreUnavailable) as refused:
        base.apply(upsert("personas/a.json"))
    assert refused.value.reason == "locked"
    assert base.store.index([""]) == {}
    assert base.apply(upsert("personas/a.json")).revision == 1


def test_a_full_disk_is_said_and_nothing_is_lost(base: Base) -> None:
    base.apply(upsert("personas/a.json"))
    base.connection.pragma("max_page_count", base.connection.pragma("page_count"))
    with pytest.raises(StoreUnavailable) as refused:
        base.apply(*(upsert(f"personas/{number}.json", text="x" * 10_000) for number in range(50)))
    assert refused.value.reason == "disk_full"
    assert read_by_another(base.path, "SELECT id FROM documents") == [["persona/a"]]
    base.connection.pragma("max_page_count", 100_000)
    assert base.apply(upsert("personas/b.json")).revision == 2


def test_a_trial_tells_what_would_happen_and_leaves_nothing(base: Base) -> None:
    base.apply(upsert("personas/a.json"))
    applied = base.store.apply([upsert("personas/b.json"), Delete("personas/a.json")], keep=False)
    assert (applied.upserted, applied.deleted) == (["personas/b.json"], ["personas/a.json"])
    assert (list(base.store.index([""])), base.store.revision) == (["personas/a.json"], 1)


def test_standing_names_what_is_broken_and_held_in_a_scope(base: Base) -> None:
    base.apply(
        upsert("personas/ok.json"),
        upsert("personas/held.json"),
        refuse("personas/x/broken.json"),
        refuse("personas/x/shut", state=FileState.UNREADABLE),
        refuse("personas/x/pipe.json", state=FileState.SKIPPED),
    )
    base.apply(hold(base.store.index([""])["personas/held.json"]))
    standing = base.store.read_state([""])
    assert (standing.broken, standing.held) == (
        ("personas/x/broken.json", "personas/x/shut"),
        ("personas/held.json",),
    )
    assert (standing.epoch, standing.revision) == (base.store.epoch, 2)
    assert base.store.read_state(["personas/x/broken.json"]).broken == ("personas/x/broken.json",)
    assert base.store.read_state(["personas/ok.json"]).broken == ()


def test_references_are_found_by_what_they_point_to(base: Base) -> None:
    base.apply(
        upsert("personas/a.json", references=(reference("x/one.md"), reference(None))),
        upsert("personas/b.json", references=(reference("y/two.md"),)),
    )
    assert [link.path for link in base.store.links([""])] == ["personas/a.json", "personas/b.json"]
    assert [(link.document_id, link.ordinal) for link in base.store.links(["x"])] == [("persona/a", 0)]
    assert base.store.links(["x/one.md/beneath", "z"]) == []
    assert [link.document_id for link in base.store.links_of(["personas/b.json", "personas/c.json"])] == [
        "persona/b"
    ]


def test_a_reference_that_changes_its_status_is_a_revision(base: Base) -> None:
    base.apply(upsert("personas/a.json", references=(reference("x/one.md"),)))
    assert base.apply(Relink("persona/a", 0, ReferenceStatus.OK)).revision == 2
    assert base.store.links([""])[0].status is ReferenceStatus.OK


def test_a_new_fingerprint_asks_for_a_reload_until_it_is_recorded(base: Base) -> None:
    assert base.store.declare([PERSONAS], {"persona": "print"}) == {"persona"}
    base.store.mark_loaded({"persona": "print"})
    assert base.store.declare([PERSONAS], {"persona": "print"}) == set()
    assert base.store.declare([PERSONAS], {"persona": "other"}) == {"persona"}


def test_a_removed_collection_stays_only_while_it_has_documents(base: Base) -> None:
    types = "SELECT type FROM collections ORDER BY type"
    other = Collection("other", "others", ("*.json",), "json")
    base.apply(upsert("personas/a.json"))
    base.store.declare([other], {"other": ""})
    assert base.rows(types) == [("other",), ("persona",)]
    base.apply(Delete("personas/a.json"))
    base.store.declare([other], {"other": ""})
    assert base.rows(types) == [("other",)]


def test_indexes_on_paths_are_those_of_the_configuration(base: Base) -> None:
    base.store.declare([INDEXED], {"persona": ""})
    names = base.rows(INDEXES)
    assert len(names) == 2
    base.store.declare([INDEXED], {"persona": ""})
    assert base.rows(INDEXES) == names
    base.store.declare([PERSONAS], {"persona": ""})
    assert base.rows(INDEXES) == []


def test_an_index_on_a_path_is_used_by_a_plain_query(base: Base) -> None:
    base.store.declare([INDEXED], {"persona": ""})
    base.apply(upsert("personas/a.json", document=json.dumps({"demographics": {"ageGroup": "60+"}})))
    query = "SELECT id FROM documents WHERE json_extract(document, '$.demographics.ageGroup') = '60+'"
    ((*_, plan),) = base.rows("EXPLAIN QUERY PLAN " + query)
    assert "USING INDEX documents_path_" in str(plan) or "USING COVERING INDEX documents_path_" in str(plan)
    assert base.rows(query) == [("persona/a",)]


def test_problems_of_a_path_may_be_read_by_any_program(base: Base) -> None:
    base.apply(refuse("personas/a.json", problem("personas/a.json", message="esc \\x1b")))
    assert read_by_another(base.path, "SELECT file_path, code, since FROM problems") == [
        ["personas/a.json", "json-syntax", base.now]
    ]


def test_no_change_is_lost_between_the_first_and_the_last(base: Base) -> None:
    changes: list[RowChange] = [upsert(f"personas/{number}.json") for number in range(100)]
    assert all(isinstance(change, Upsert) for change in changes)
    assert len(base.apply(*changes).upserted) == base.store.rows("persona") == 100
