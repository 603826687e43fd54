"""The public names as a service uses them, each with the type that it must have: mypy checks it, a test runs it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, assert_type

from docsync import FallbackWarning, PersonaService, PromptTemplateService, Reader, Row, open_reader
from docsync.errors import NoDatabase, UsageError
from docsync.reader import (
    Answer,
    Change,
    Changes,
    Counts,
    Hit,
    Hits,
    Page,
    ReferenceRow,
    TagCount,
    Version,
)
from docsync.status import HeldDeletion, ListedProblem


def open_and_close(database: Path) -> None:
    reasons: list[NoDatabase] = []
    assert_type(open_reader(database=database), Reader).close()
    assert_type(
        open_reader(database=str(database), source="database", on_fallback=reasons.append), Reader
    ).close()
    with open_reader(database=database) as reader:
        assert_type(reader, Reader)
        assert_type(reader.source, str)


def read_one(reader: Reader) -> None:
    row = reader.get("persona/ana")
    assert_type(row, Row | None)
    if row is None:
        return
    assert_type(row.id, str)
    assert_type(row.document, dict[str, Any])
    assert_type(row.description, str | None)
    assert_type(row.tags, tuple[str, ...])
    assert_type(row.revision, int | None)
    assert_type(row.as_of, int | None)


def find(reader: Reader) -> None:
    page = reader.find(type="persona", tag="calm", where={"age": {"<=": 30}}, order="-name", limit=5)
    assert_type(page, Page)
    assert_type(page[0] if page else None, Row | None)
    assert_type(page[:2], Sequence[Row])
    assert_type([row.name for row in page], list[str])
    assert_type(page.cursor, str | None)
    assert_type(page.version, Version)
    assert_type(
        reader.find(where=[{"a": 1}, {"a": {"!=": 2}}], cursor=page.cursor, env="KEY", name="Ana"), Page
    )


def search(reader: Reader) -> None:
    hits = reader.search("ana", type="persona", limit=5, cursor=None)
    assert_type(hits, Hits)
    for hit in hits:
        assert_type(hit, Hit)
        assert_type(hit.row, Row)
        assert_type(hit.marks, tuple[tuple[int, int], ...])
        assert_type(hit.score, float)


def follow(reader: Reader) -> None:
    changes = reader.changes(limit=10)
    assert_type(changes, Changes)
    assert_type(changes[0], Change)
    assert_type(changes.cursor, str)
    assert_type(changes.start_over, bool)
    assert_type(reader.changes(changes.cursor), Changes)
    assert_type(reader.changes(changes[0].seq), Changes)
    assert_type(reader.watch(changes.cursor, timeout=0.0), Iterator[Changes])
    assert_type(reader.wait(0, 1.0), Version)
    assert_type(reader.cursor(), str)


def ask_for_facts(reader: Reader) -> None:
    assert_type(reader.tags("persona"), Answer[TagCount])
    assert_type(reader.count(), Counts)
    assert_type(reader.references("persona/ana"), Answer[ReferenceRow])
    assert_type(reader.problems(limit=1), Answer[ListedProblem])
    assert_type(reader.held(limit=1), Answer[HeldDeletion])
    assert_type(reader.tallies(), dict[str, dict[str, int]])
    assert_type(reader.version(), Version)
    assert_type(reader.epoch(), str | None)
    assert_type(reader.revision(), int | None)
    counts: Mapping[str, int] = reader.count()
    assert_type(reader.in_one_state(lambda: len(counts)), int)
    with reader.snapshot() as nothing:
        assert_type(nothing, None)


def use_services(reader: Reader) -> None:
    personas, prompts = PersonaService(reader), PromptTemplateService(reader, "prompt")
    assert_type(personas.all(limit=1), Page)
    assert_type(personas.by_id("ana"), Row | None)
    assert_type(personas.by_tag("calm"), Page)
    assert_type(personas.by_age_group("60+"), Page)
    assert_type(personas.find(where={"age": 30}), Page)
    assert_type(personas.search("ana"), Hits)
    assert_type(prompts.type, str)


def name_what_is_raised() -> None:
    kinds: list[type[Exception]] = [NoDatabase, UsageError]
    warning: type[UserWarning] = FallbackWarning
    assert [*kinds, warning]


def use_everything(database: Path) -> None:
    """Call all of it on a database that has the persona/ana."""
    open_and_close(database)
    name_what_is_raised()
    with open_reader(database=database) as reader:
        for use in (read_one, find, search, follow, ask_for_facts, use_services):
            use(reader)
