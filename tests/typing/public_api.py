"""The public names as a service uses them, each with the type that it must have: mypy checks it, a test runs it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, assert_type

from docsync import (
    AsyncReader,
    CachedDocuments,
    FallbackWarning,
    InputError,
    Mistake,
    NoDatabase,
    PersonaService,
    PromptTemplateService,
    Reader,
    ReaderPool,
    RenderError,
    Row,
    UsageError,
    open_reader,
    running,
)
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
    assert_type(row.to_dict(), dict[str, Any])


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


def read_from_a_cache(reader: Reader) -> None:
    with reader.cached("persona") as cache:
        assert_type(cache, CachedDocuments)
        assert_type(cache["persona/ana"], Row)
        assert_type(cache.get("persona/ana"), Row | None)
        assert_type(cache.get("persona/ana", 0), Row | int)
        assert_type(cache.rows, Mapping[str, Row])
        assert_type([(id_, row.name) for id_, row in cache.items()], list[tuple[str, str]])
        assert_type(cache.version, Version)
        assert_type(cache.error, NoDatabase | None)
        assert_type(cache.wait(0, 1.0), Version)


def read_in_threads(database: Path) -> None:
    with ReaderPool(database=database, size=2) as pool, pool.reader(timeout=1.0) as reader:
        assert_type(pool, ReaderPool)
        assert_type(reader, Reader)


async def read_asynchronously(database: Path) -> None:
    async with AsyncReader(database=database) as reader:
        assert_type(reader, AsyncReader)
        assert_type(await reader.get("persona/ana"), Row | None)
        assert_type(await reader.find(type="persona", where={"age": 30}, limit=1), Page)
        assert_type(await reader.search("ana"), Hits)
        assert_type(await reader.tags(), Answer[TagCount])
        assert_type(await reader.changes(limit=1), Changes)
        assert_type(await reader.in_one_state(lambda reader: reader.count()), Counts)
        assert_type(await reader.wait(0, 1.0), Version)
        assert_type(reader.watch(timeout=0.0), AsyncIterator[Changes])
        assert_type([len(changes) async for changes in reader.watch(timeout=0.0)], list[int])
        with await reader.cached("persona") as cache:
            assert_type(cache, CachedDocuments)
        async with reader.snapshot() as nothing:
            assert_type(nothing, None)


def keep_a_project(project: Path) -> None:
    with running(project, database=project / "own" / "docsync.db", timeout=60.0) as reader:
        assert_type(reader, Reader)


def name_what_is_raised() -> None:
    kinds: list[type[Exception]] = [NoDatabase, UsageError]
    warning: type[UserWarning] = FallbackWarning
    assert [*kinds, warning]
    error: RenderError = InputError(Mistake("has no input 'a'", "prompts/ask.prompty", input_name="a"))
    for mistake in error.mistakes:
        assert_type(mistake, Mistake)
        assert_type((mistake.message, str(mistake)), tuple[str, str])
        assert_type(
            (mistake.path, mistake.hint, mistake.input_name), tuple[str | None, str | None, str | None]
        )
        assert_type((mistake.line, mistake.column), tuple[int | None, int | None])


def use_everything(database: Path) -> None:
    """Call all of it on a database that has the persona/ana."""
    open_and_close(database)
    name_what_is_raised()
    with open_reader(database=database) as reader:
        for use in (read_one, find, search, follow, ask_for_facts, use_services):
            use(reader)
        read_from_a_cache(reader)
    read_in_threads(database)
    asyncio.run(read_asynchronously(database))
    keep_a_project(database.parent.parent)
