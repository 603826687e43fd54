"""Before a stored row is compared, or anything of it is carried over, it is proved to be what was written."""

import json
from collections.abc import Callable
from dataclasses import replace

import apsw
import pytest

from docsync.errors import Damaged
from docsync.store.columns import BARE_COLUMNS, COLUMNS
from docsync.store.document_rows import row_hash
from tests.helpers.project import PERSONAS, PROMPTS, Project

# What a disk may make of a column, in the form that it has.
TAMPERED = {
    "revision": 0,
    "document": '{"name": "forged"}',
    "tags": '["forged"]',
    "assets": '{"prompts/rules.md": "forged"}',
    "created_at": "2001-01-01T00:00:00.000Z",
}
WAYS: dict[str, Callable[[Project], object]] = {
    "an edit": lambda project: project.persona("personas/ana.json", name="Anna"),
    "an edit back and forth": lambda project: project.write("personas/ana.json", ANA + " "),
    "a broken save": lambda project: project.write("personas/ana.json", "{"),
    "a deletion": lambda project: (project.root / "personas/ana.json").unlink(),
}
ANA = '{"name": "Ana", "tags": ["calm"]}'


@pytest.fixture
def ana(project: Project) -> Project:
    project.write("personas/ana.json", ANA)
    project.persona("personas/bob.json")
    project.settle()
    project.later(1000)
    return project


def tamper(project: Project, column: str, id_: str = "persona/ana") -> None:
    """Let a column hold what nobody wrote, as a disk would: no trigger, key or check stands in the way of one."""
    value = TAMPERED.get(column, "forged")
    project.connection.pragma("foreign_keys", False)
    project.connection.execute(f"UPDATE documents SET {column} = ? WHERE id = ?", (value, id_))
    project.connection.pragma("foreign_keys", True)


def all_rows(project: Project) -> list[tuple[object, ...]]:
    return project.query("SELECT * FROM documents ORDER BY rowid")


def wrong_rows(connection: apsw.Connection) -> int:
    rows = connection.execute(f"SELECT {BARE_COLUMNS}, row_hash FROM documents").fetchall()
    return sum(row_hash(row[:-1]) != row[-1] for row in rows)


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("id", "file_path")])
@pytest.mark.parametrize("way", WAYS)
def test_a_batch_that_meets_a_damaged_row_changes_nothing_and_says_so(
    ana: Project, way: str, column: str
) -> None:
    tamper(ana, column)
    before = all_rows(ana)
    assert wrong_rows(ana.connection) == 1
    WAYS[way](ana)
    with pytest.raises(Damaged, match="is not what was written"):
        ana.settle()
    assert all_rows(ana) == before


@pytest.mark.parametrize("way", WAYS)
def test_a_sound_row_is_no_hindrance(ana: Project, way: str) -> None:
    WAYS[way](ana)
    ana.settle()
    assert wrong_rows(ana.connection) == 0


def test_the_other_rows_of_a_batch_are_not_asked_for(ana: Project) -> None:
    tamper(ana, "created_at")
    ana.persona("personas/bob.json", name="Bobby")
    ana.persona("personas/new.json")
    ana.settle()
    assert ana.names() == {
        "personas/ana.json": "Ana",
        "personas/bob.json": "Bobby",
        "personas/new.json": "new",
    }


def test_a_held_deletion_keeps_no_damaged_row(ana: Project) -> None:
    tamper(ana, "created_at")
    for name in ("ana", "bob"):
        (ana.root / f"personas/{name}.json").unlink()
    with pytest.raises(Damaged, match="is not what was written"):
        ana.settle()
    assert set(ana.states().values()) == {"ok"}


def test_who_takes_over_an_id_does_not_take_over_a_damaged_age(ana: Project) -> None:
    tamper(ana, "created_at")
    ana.write("other/ana.json", ANA)
    other = replace(PERSONAS, path="other")
    ana.start(collections=(other, PROMPTS))
    with pytest.raises(Damaged, match="is not what was written"):
        ana.settle()


def test_a_text_that_a_prompt_keeps_of_a_file_that_is_gone_is_not_taken_from_a_damaged_row(
    project: Project,
) -> None:
    project.write("prompts/rules.md", "be kind")
    project.write("prompts/q.prompty", "---\nname: Q\n---\nsystem:\n{% include 'rules.md' %}\n")
    project.settle()
    ((kept,),) = project.query("SELECT assets FROM documents")
    assert json.loads(kept) == {"prompts/rules.md": "be kind"}
    tamper(project, "assets", "prompt_template/q")
    (project.root / "prompts/rules.md").unlink()
    project.later(1000)
    with pytest.raises(Damaged, match="is not what was written"):
        project.settle()
