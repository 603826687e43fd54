"""What each change does to the tables that services read: documents, tags, search, problems, changes, status."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from docsync.change import ApplyResult, Delete, Refuse, RowChange, Touch
from docsync.errors import StoreUnavailable
from docsync.model import FileState, Note, Severity, Stamp
from docsync.names import Collection
from docsync.store.columns import BARE_COLUMNS
from docsync.store.connection import open_writer
from docsync.store.document_rows import row_hash
from docsync.store.problem_rows import ProblemRows
from docsync.store.sqlite import SqliteStore
from tests.store.make import PERSONAS, hold, problem, reference, refuse, stamp, upsert, warning

A = "personas/a.json"
OTHERS = Collection("other", "others", ("**/*.json",), "json")


class Base:
    """A database of two collections; each batch is a second later than the one before."""

    def __init__(self, path: Path) -> None:
        self.opened = open_writer(path)
        self.connection = self.opened.__enter__()
        self.second = 0
        self.store = SqliteStore(self.connection, lambda: f"second {self.second}")
        self.store.declare([PERSONAS, OTHERS], {"persona": "", "other": ""})

    def apply(self, *changes: RowChange) -> ApplyResult:
        self.second += 1
        return self.store.apply(changes)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, values).fetchall()

    def hold(self, *paths: str, message: str = "kept") -> ApplyResult:
        index = self.store.index([""])
        return self.apply(*(hold(index[path], message) for path in paths))

    def search(self, words: str) -> list[object]:
        return [
            row[0]
            for row in self.rows(
                "SELECT id FROM documents_fts WHERE documents_fts MATCH ? ORDER BY id", words
            )
        ]

    def status(self) -> list[tuple[object, ...]]:
        return self.rows("SELECT id, state, since, code FROM document_status ORDER BY id")


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Base]:
    made = Base(tmp_path / "docsync.db")
    yield made
    made.opened.__exit__(None, None, None)


def assert_hashes_are_right(base: Base) -> None:
    for *row, stored in base.rows(f"SELECT {BARE_COLUMNS}, row_hash FROM documents"):
        text = json.dumps(row, ensure_ascii=False)
        assert stored == row_hash(tuple(row)) == hashlib.sha256(text.encode()).hexdigest()


# Documents


def test_a_document_keeps_when_it_was_first_seen_and_moves_when_it_was_changed(base: Base) -> None:
    base.apply(upsert(A, name="Ana"))
    base.apply(upsert(A, name="Anna"))
    assert base.rows("SELECT name, created_at, updated_at, revision FROM documents") == [
        ("Anna", "second 1", "second 2", 2)
    ]
    assert_hashes_are_right(base)


def test_whatever_a_reader_can_see_of_a_document_is_worth_a_revision(base: Base) -> None:
    base.apply(upsert(A))
    variants = [
        upsert(A, name="Other", document='{"name":"Ana"}'),
        upsert(A, document='{"name":"Ana","age":1}'),
        upsert(A, description="x"),
        upsert(A, tags=("x",)),
        upsert(A, text="other words"),
        upsert(A, references=(reference("x.md"),)),
        upsert(A, problems=(warning(A, "overlap"),)),
    ]
    for number, change in enumerate(variants, 2):
        assert base.apply(change).revision == number
        assert base.apply(change).changed is False
    assert_hashes_are_right(base)


def test_a_row_hash_tells_every_column_apart(base: Base) -> None:
    base.apply(upsert(A, description="d", tags=("t",)))
    (row,) = base.rows(f"SELECT {BARE_COLUMNS} FROM documents")
    hashes = {row_hash((*row[:at], "changed", *row[at + 1 :])) for at in range(len(row))}
    assert len(hashes | {row_hash(row)}) == len(row) + 1


@pytest.mark.parametrize("document", ["[1]", '"text"', "{", "NaN", '{"a": NaN}'])
def test_what_is_no_json_object_never_gets_into_the_table(base: Base, document: str) -> None:
    with pytest.raises(Exception, match="CHECK constraint failed"):
        base.apply(upsert(A, document=document))
    assert base.rows("SELECT * FROM documents") == []


def test_tags_and_references_follow_their_document(base: Base) -> None:
    base.apply(upsert(A, tags=("b", "a", "b"), references=(reference("x.md"), reference(None))))
    assert base.rows("SELECT tag FROM document_tags ORDER BY tag") == [("a",), ("b",)]
    assert base.rows("SELECT tags FROM documents") == [('["b", "a", "b"]',)]
    base.apply(upsert(A, tags=("c",)))
    assert base.rows("SELECT * FROM document_tags") == [("persona/a", "c")]
    assert base.rows("SELECT * FROM document_references") == []
    base.apply(upsert(A, tags=("c",), references=(reference("x.md"),)))
    base.apply(Delete(A))
    for table in ("documents", "files", "problems", "document_tags", "document_references", "documents_fts"):
        assert base.rows(f"SELECT * FROM {table}") == []


def test_deleting_what_never_had_a_document_is_no_change_of_documents(base: Base) -> None:
    base.apply(refuse(A))
    applied = base.apply(Delete(A))
    assert (applied.deleted, applied.changed, base.rows("SELECT * FROM changes")) == ([], True, [])
    assert base.apply(Delete("personas/never.json")).changed is False


def test_a_document_that_changes_its_type_goes_under_the_old_id_and_comes_under_the_new(base: Base) -> None:
    base.apply(upsert(A))
    base.apply(upsert(A, type="other"))
    assert base.rows("SELECT revision, op, id FROM changes ORDER BY seq")[1:] == [
        (2, "delete", "persona/a"),
        (2, "upsert", "other/a"),
    ]
    assert base.rows("SELECT id, created_at FROM documents") == [("other/a", "second 2")]


def test_a_file_takes_over_the_id_that_another_one_had_by_older_rules(base: Base) -> None:
    base.apply(upsert("old/a.json", tags=("old",)), upsert("old/b.json"))
    base.hold("old/a.json")
    applied = base.apply(upsert("new/a.json", tags=("new",)))
    assert applied.upserted == ["new/a.json"]
    assert base.rows("SELECT id, file_path, created_at FROM documents ORDER BY id") == [
        ("persona/a", "new/a.json", "second 1"),
        ("persona/b", "old/b.json", "second 1"),
    ]
    assert base.rows("SELECT tag FROM document_tags") == [("new",)]
    assert base.rows("SELECT count(*) FROM documents_fts") == [(2,)]
    assert (sorted(base.store.index([""])), base.rows("SELECT * FROM problems")) == (
        ["new/a.json", "old/b.json"],
        [],
    )


def test_two_files_may_exchange_their_ids_in_one_batch(base: Base) -> None:
    base.apply(upsert("one/x.json", name="One"), upsert("two/x.json", name="Two", type="other"))
    base.apply(upsert("one/x.json", name="One", type="other"), upsert("two/x.json", name="Two"))
    assert base.rows("SELECT id, name, file_path FROM documents ORDER BY id") == [
        ("other/x", "One", "one/x.json"),
        ("persona/x", "Two", "two/x.json"),
    ]
    assert base.rows("SELECT count(*) FROM documents_fts") == [(2,)]


def test_a_row_that_is_only_half_there_is_damage_and_not_written_over(base: Base) -> None:
    base.apply(upsert(A))
    base.connection.execute("DELETE FROM documents_fts")
    with pytest.raises(StoreUnavailable) as refused:
        base.apply(upsert(A, name="New"))
    assert refused.value.reason == "damaged"


# Search


def test_search_is_in_step_after_update_and_delete(base: Base) -> None:
    base.apply(upsert(A, text="calm patient"), upsert("personas/b.json", text="calm"))
    assert base.search("calm") == ["persona/a", "persona/b"]
    base.apply(upsert(A, text="angry"))
    assert (base.search("calm"), base.search("angry")) == (["persona/b"], ["persona/a"])
    base.apply(Delete("personas/b.json"))
    assert base.search("calm") == []


def test_search_is_in_step_after_vacuum(base: Base) -> None:
    base.apply(*(upsert(f"personas/{number}.json", text=f"word{number}") for number in range(10)))
    base.apply(*(Delete(f"personas/{number}.json") for number in range(0, 10, 2)))
    base.connection.execute("VACUUM")
    base.apply(upsert("personas/5.json", text="changed"), Delete("personas/7.json"))
    assert [base.search(f"word{number}") for number in (1, 3, 5, 7, 9)] == [
        ["persona/1"], ["persona/3"], [], [], ["persona/9"],
    ]  # fmt: skip
    assert base.search("changed") == ["persona/5"]
    base.connection.execute("INSERT INTO documents_fts (documents_fts) VALUES ('integrity-check')")


def test_search_does_not_care_about_accents_and_knows_name_and_description(base: Base) -> None:
    base.apply(upsert(A, name="Zoë", description="Café", text=""))
    assert base.search("zoe cafe") == ["persona/a"]


# Files and problems


def test_a_refused_file_keeps_its_last_good_document(base: Base) -> None:
    base.apply(upsert(A, name="Ana", size=7))
    applied = base.apply(refuse(A))
    assert (applied.refused, applied.changed) == (1, True)
    assert base.rows("SELECT name, revision FROM documents") == [("Ana", 1)]
    entry = base.store.index([""])[A]
    assert (entry.state, entry.good_size, entry.content_hash) == (
        FileState.BROKEN,
        7,
        "hash of what is broken",
    )
    assert base.apply(refuse(A)).changed is False


def test_a_refused_file_without_stamp_has_none(base: Base) -> None:
    base.apply(
        Refuse("personas/shut", "persona", FileState.UNREADABLE, (problem("personas/shut", "unreadable"),))
    )
    assert base.store.index([""])["personas/shut"].stamp is None


def test_a_mended_file_of_the_same_content_changes_its_status_only(base: Base) -> None:
    base.apply(upsert(A, name="Ana", text="calm"))
    base.apply(refuse(A))
    applied = base.apply(upsert(A, name="Ana", text="calm"))
    assert (applied.changed, applied.upserted, applied.cleared) == (True, [], [(A, "json-syntax")])
    assert base.rows("SELECT revision, updated_at FROM documents") == [(1, "second 1")]
    assert (base.search("calm"), base.status()) == (["persona/a"], [("persona/a", "ok", None, None)])


def test_a_touch_changes_the_stamp_and_nothing_else(base: Base) -> None:
    base.apply(upsert(A, size=10))
    base.apply(Touch(A, Stamp(11, 12, 10, 14, 15), racy=True))
    entry = base.store.index([""])[A]
    assert (entry.stamp, entry.racy, entry.good_size) == (Stamp(11, 12, 10, 14, 15), True, 10)


def test_since_survives_while_the_code_stays(base: Base) -> None:
    base.apply(refuse(A, problem(A, "one", line=1), problem(A, "two", line=2)))
    base.apply(refuse(A, problem(A, "two", line=9, message="elsewhere"), problem(A, "three", line=3)))
    assert base.rows("SELECT ordinal, code, line, since FROM problems ORDER BY ordinal") == [
        (0, "three", 3, "second 2"),
        (1, "two", 9, "second 1"),
    ]
    base.apply(upsert(A))
    base.apply(refuse(A, problem(A, "two")))
    assert base.rows("SELECT since FROM problems") == [("second 4",)]


def test_of_two_problems_with_one_code_the_older_gives_since(base: Base) -> None:
    base.apply(upsert(A, problems=(warning(A, "w", line=5),)))
    base.apply(
        upsert(A, problems=(warning(A, "w", line=5), warning(A, "v", line=1), warning(A, "w", line=2)))
    )
    assert base.rows("SELECT DISTINCT since FROM problems WHERE code = 'w'") == [("second 1",)]


def test_errors_come_before_warnings_and_both_in_order_of_place(base: Base) -> None:
    problems = (
        warning(A, "w1", line=1),
        problem(A, "e9", line=9, column=1),
        problem(A, "e9b", line=9, column=5),
        problem(A, "e2", line=2),
    )
    base.apply(refuse(A, *reversed(problems)))
    assert [row[0] for row in base.rows("SELECT code FROM problems ORDER BY ordinal")] == [
        "e2",
        "e9",
        "e9b",
        "w1",
    ]


def test_a_problem_comes_back_as_it_was_told(base: Base) -> None:
    told = problem(
        A,
        "x",
        line=3,
        column=4,
        hint="do this",
        json_path="$.a",
        notes=(Note("first here", 1, 2), Note("ä", 3, 4)),
    )
    base.apply(refuse(A, told))
    assert ProblemRows(base.connection).of(A) == [told]
    assert told.severity is Severity.ERROR


def test_what_appears_and_what_clears_is_told_once(base: Base) -> None:
    both = (problem(A, "one"), problem(A, "two"))
    assert base.apply(refuse(A, *both)).appeared == [*both]
    again = base.apply(refuse(A, problem(A, "two", line=7)))
    assert (again.appeared, again.cleared) == ([], [(A, "one")])
    assert base.apply(Delete(A)).cleared == [(A, "two")]


# Status


def test_every_state_of_a_document_says_since_when_and_why(base: Base) -> None:
    paths = {name: f"personas/{name}.json" for name in ("broken", "held", "ok", "unreadable", "warned")}
    base.apply(*map(upsert, paths.values()))
    base.apply(
        refuse(paths["broken"]),
        refuse(paths["unreadable"], problem(paths["unreadable"], "unreadable"), state=FileState.UNREADABLE),
        upsert(paths["warned"], problems=(warning(paths["warned"], "overlap"),)),
    )
    base.hold(paths["held"])
    assert base.status() == [
        ("persona/broken", "stale", "second 2", "json-syntax"),
        ("persona/held", "held", "second 3", "held"),
        ("persona/ok", "ok", None, None),
        ("persona/unreadable", "stale", "second 2", "unreadable"),
        ("persona/warned", "ok", None, None),
    ]


def test_beneath_a_missing_root_every_document_is_stale_for_its_sake(base: Base) -> None:
    base.apply(upsert(A), upsert("personas/broken.json"), upsert("others/a.json", type="other"))
    base.apply(refuse("personas/broken.json"))
    base.apply(refuse("personas", problem("personas", "root-missing"), state=FileState.UNREADABLE))
    assert base.status() == [
        ("other/a", "ok", None, None),
        ("persona/a", "stale", "second 3", "root-missing"),
        ("persona/broken", "stale", "second 2", "json-syntax"),
    ]
    base.apply(Delete("personas"))
    assert base.status()[1] == ("persona/a", "ok", None, None)


def test_a_held_document_stays_and_holding_it_again_is_no_news(base: Base) -> None:
    base.apply(upsert(A, problems=(warning(A, "overlap"),)))
    assert base.hold(A).held == 1
    assert base.rows("SELECT code FROM problems") == [("held",)]
    assert base.hold(A).changed is False
    assert base.hold(A, message="with others").changed is True
    assert base.status() == [("persona/a", "held", "second 2", "held")]


def test_a_row_that_was_changed_by_another_hand_does_not_match_its_hash(base: Base) -> None:
    base.apply(upsert(A))
    base.connection.execute("UPDATE documents SET name = 'Mallory'")
    with pytest.raises(AssertionError):
        assert_hashes_are_right(base)


def test_stamps_of_any_age_are_kept(base: Base) -> None:
    for mtime_ns in (-(2**63), 0, 2**63 - 1):
        base.apply(Delete(A), upsert(A, mtime_ns=mtime_ns))
        assert base.store.index([""])[A].stamp == stamp(mtime_ns)
    assert isinstance(base.connection, apsw.Connection)
