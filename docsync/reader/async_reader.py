"""Every question of a Reader, awaited: threads of its own ask, and the event loop never waits for SQLite.

Has each public method of Reader with its parameters, but for those that only a thread can use. Never writes.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar, Unpack

from docsync.errors import NoDatabase, TimedOut
from docsync.reader.commit_bell import CommitBell
from docsync.reader.opening import make_source
from docsync.reader.reader import Reader
from docsync.reader.reader_threads import ReaderThreads
from docsync.reader.row import Row
from docsync.reader.source import OnFallback

if TYPE_CHECKING:
    from docsync.reader.answer import Answer, Changes, Counts, Hits, Page, ReferenceRow, TagCount, Version
    from docsync.reader.cached import CachedDocuments
    from docsync.reader.query.find import FindArguments
    from docsync.reader.query.search import Found, SearchQuery
    from docsync.reader.row import StoredRow
    from docsync.render.call import Call
    from docsync.status import HeldDeletion, ListedProblem

T = TypeVar("T")

_REPLACEMENT_SECONDS = 5.0
_RETRY_SECONDS = 0.02


class AsyncReader:
    """A Reader for asyncio; see there for what each method answers.

    Close it, or use it in an async with block. For any number of tasks of one event
    loop. A task that is cancelled ends its question and harms no other.
    """

    def __init__(
        self,
        project: Path | str | None = None,
        *,
        database: Path | str | None = None,
        source: str | None = None,
        on_fallback: OnFallback | None = None,
        size: int = 4,
    ) -> None:
        """As `open_reader`, but nothing is opened before it is asked. Raises ConfigError, UsageError.

        Args:
            on_fallback: is called in a thread.
            size: so many threads at most, with a reader each.
        """
        made = make_source(project, database=database, source=source, on_fallback=on_fallback)
        self._threads = ReaderThreads(made, size)

    async def __aenter__(self) -> Self:
        """Raises NoDatabase when nothing answers."""
        await self.version()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give everything back, once what is asked now is answered; what waits for its turn is refused."""
        await self._threads.close()

    @property
    def source(self) -> str:
        """Where the last answer came from: database or files."""
        return self._threads.source

    def snapshot(self) -> AbstractAsyncContextManager[None]:
        """Inside of this async with block every answer belongs to the same state.

        For the task that has it and those that it begins there. Keep it short: it keeps the log growing.
        """
        return self._threads.pin()

    async def in_one_state(self, ask: Callable[[Reader], T]) -> T:
        """The result of *ask*, all of whose answers belong to one state: a function that is given a Reader.

        It runs in a thread. When the database fails in the middle, it is called again, and the files answer.
        """
        return await self._threads.ask(lambda reader: reader.in_one_state(lambda: ask(reader)))

    async def get(self, id_: str) -> Row | None:
        """The document with this id, None if there is none."""
        return await self._threads.ask(lambda reader: reader.get(id_))

    async def get_stored(self, id_: str) -> "StoredRow | None":
        """As `get`, but the document is the JSON text that it is stored as."""
        return await self._threads.ask(lambda reader: reader.get_stored(id_))

    async def similar_ids(self, id_: str) -> list[str]:
        """The ids that may be meant by one that no document has."""
        return await self._threads.ask(lambda reader: reader.similar_ids(id_))

    async def render(
        self, id_: str, inputs: Mapping[str, object] | None = None, *, samples: bool = False
    ) -> "Call":
        """The prompt with this id for these inputs: see `Reader.render`. A thread runs the template."""
        return await self._threads.ask(lambda reader: reader.render(id_, inputs, samples=samples))

    async def find(self, **asked: "Unpack[FindArguments]") -> "Page":
        """The documents for which all of this holds, in order: see `Reader.find`."""
        return await self._threads.ask(lambda reader: reader.find(**asked))

    async def remarks(self, **asked: "Unpack[FindArguments]") -> tuple[str, ...]:
        """Why `find` of this finds nothing: see `Reader.remarks`."""
        return await self._threads.ask(lambda reader: reader.remarks(**asked))

    async def find_stored(self, *, whole: bool, **asked: "Unpack[FindArguments]") -> "Answer[StoredRow]":
        """As `find`, but each document is the JSON text that it is stored as; not *whole* it is left out."""
        return await self._threads.ask(lambda reader: reader.find_stored(whole=whole, **asked))

    async def search(
        self,
        text: str,
        *,
        type: str | None = None,  # noqa: A002  # the column's name
        limit: int = 20,
        cursor: str | None = None,
    ) -> "Hits":
        """The documents that have these words, best first: see `Reader.search`."""
        return await self._threads.ask(
            lambda reader: reader.search(text, type=type, limit=limit, cursor=cursor)
        )

    async def search_remarks(self, text: str) -> tuple[str, ...]:
        """Why a `search` for this finds nothing: see `Reader.search_remarks`."""
        return await self._threads.ask(lambda reader: reader.search_remarks(text))

    async def search_stored(self, query: "SearchQuery") -> "Answer[Found]":
        """As `search`, but without what the documents hold."""
        return await self._threads.ask(lambda reader: reader.search_stored(query))

    async def tags(
        self,
        type: str | None = None,  # noqa: A002  # the column's name
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> "Answer[TagCount]":
        """The tags and how many documents have them, most used first: all of them, or a page of *limit*."""
        return await self._threads.ask(lambda reader: reader.tags(type, limit=limit, cursor=cursor))

    async def count(self) -> "Counts":
        """How many documents each type has."""
        return await self._threads.ask(lambda reader: reader.count())

    async def references(self, id_: str) -> "Answer[ReferenceRow]":
        """What the document with this id points to, in the order in which it does."""
        return await self._threads.ask(lambda reader: reader.references(id_))

    async def problems(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> "Answer[ListedProblem]":
        """What is wrong with files, errors first."""
        return await self._threads.ask(lambda reader: reader.problems(limit=limit, cursor=cursor))

    async def held(self, *, limit: int | None = None, cursor: str | None = None) -> "Answer[HeldDeletion]":
        """The deletions that are held until a person releases them."""
        return await self._threads.ask(lambda reader: reader.held(limit=limit, cursor=cursor))

    async def tallies(self) -> dict[str, dict[str, int]]:
        """Per type, how many errors, warnings and held deletions there are."""
        return await self._threads.ask(lambda reader: reader.tallies())

    async def version(self) -> "Version":
        """The state that there is now: source, epoch and revision."""
        return await self._threads.ask(lambda reader: reader.version())

    async def epoch(self) -> str | None:
        """The random id of this database's life. None from files."""
        return await self._threads.ask(lambda reader: reader.epoch())

    async def revision(self) -> int | None:
        """The number of the last change. None from files."""
        return await self._threads.ask(lambda reader: reader.revision())

    async def cursor(self, *, before: int = 0) -> str:
        """The cursor of now, or the one that the last *before* changes come after: see `Reader.cursor`."""
        return await self._threads.ask(lambda reader: reader.cursor(before=before))

    async def cached(self, type: str) -> "CachedDocuments":  # noqa: A002  # the column's name
        """The documents of this type, in memory and kept equal: to read them nothing is awaited."""
        return await self._threads.ask(lambda reader: reader.cached(type))

    async def changes(self, since: str | int | None = None, *, limit: int = 1000) -> "Changes":
        """What changed since a cursor, or since a seq of this epoch: see `Reader.changes`."""
        return await self._threads.ask(lambda reader: reader.changes(since, limit=limit))

    async def watch(
        self, since: str | int | None = None, *, timeout: float | None = None
    ) -> "AsyncIterator[Changes]":
        """Changes as they come, for `async for`: see `Reader.watch`. Takes no thread while nothing comes."""
        if self._threads.is_pinned():
            raise RuntimeError("inside of a snapshot nothing ever changes: end it before you wait")
        with CommitBell(self._threads.template.again()) as bell:
            found = await self.changes(since)
            while True:
                if found or found.start_over:
                    yield found
                if not found.more and not await bell.wait(timeout):
                    return
                found = await self._change_patiently(found.cursor)

    async def wait(self, after: "int | Version", timeout: float) -> "Version":
        """The state of the database, once its revision is after that of *after*: see `Reader.wait`.

        Takes no thread while nothing comes.
        """
        deadline = time.monotonic() + timeout
        with CommitBell(self._threads.template.again()) as bell:
            known = await self._threads.ask(lambda reader: _name_state(reader, after))
            while True:
                try:
                    return await self._threads.ask(lambda reader: reader.wait(known, 0))
                except TimedOut:
                    if not await bell.wait(deadline - time.monotonic()):
                        raise TimedOut(
                            f"no revision after {known.revision} within {timeout:g} seconds"
                        ) from None

    async def _change_patiently(self, since: str) -> "Changes":
        """As `changes`; on NoDatabase it is tried again for 5 s, as a replacement takes a moment."""
        deadline = time.monotonic() + _REPLACEMENT_SECONDS
        while True:
            try:
                return await self.changes(since)
            except NoDatabase:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(_RETRY_SECONDS)


def _name_state(reader: Reader, after: "int | Version") -> "Version":
    """The state that *after* stands for: a number is a revision of the epoch that the database has now."""
    from docsync.reader.answer import Version

    if isinstance(after, Version):
        return after
    return replace(reader.wait(Version("none", None, None), 0), revision=after)
