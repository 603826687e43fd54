"""The reading side's face: every question that can be asked, put to whatever answers. Never writes."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from threading import get_ident
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self, TypeVar, Unpack

from docsync.errors import TimedOut
from docsync.reader import documents, summary
from docsync.reader.commit_poll import CommitPoll, call_patiently
from docsync.reader.row import Row
from docsync.reader.snapshot import Snapshot
from docsync.reader.source import AnswerSource

if TYPE_CHECKING:
    from docsync.reader.answer import Answer, Changes, Counts, Hits, Page, ReferenceRow, TagCount, Version
    from docsync.reader.cached import CachedDocuments
    from docsync.reader.query.find import FindArguments
    from docsync.reader.query.search import Found, SearchQuery
    from docsync.reader.row import StoredRow
    from docsync.render.message import Message
    from docsync.render.text import Text
    from docsync.status import HeldDeletion, ListedProblem

T = TypeVar("T")

_FOREVER = float("inf")


class Reader:
    """Answers questions about documents. `open_reader` gives one; close it, or use it in a with block.

    It belongs to the thread that opened it and refuses others, and the child of a fork, with a RuntimeError.
    Each answer is one state of the database; `snapshot` makes it one for several. Every method may raise
    NoDatabase.
    """

    def __init__(self, source: AnswerSource) -> None:
        self._source = source
        self._owner: tuple[int, int | None] = (os.getpid(), get_ident())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give everything back. In the child of a fork this does nothing: the connection is the parent's."""
        if os.getpid() == self._owner[0]:
            self._source.close()

    def hand_over(self, thread: int | None) -> None:
        """From now on it belongs to this thread (`threading.get_ident`), or to none.

        For pools: no other thread may be using it.
        """
        self._owner = (self._owner[0], thread)

    @property
    def source(self) -> str:
        """Where the last answer came from: database or files."""
        return self._source.name

    def snapshot(self) -> AbstractContextManager[None]:
        """Inside of this with block every answer belongs to the same state.

        Keep it short: it keeps the log growing. A database that fails in the middle raises NoDatabase, also
        where files could answer: `in_one_state` asks those.
        """
        self._check()
        return self._source.pin()

    def in_one_state(self, ask: Callable[[], T]) -> T:
        """The result of *ask*, in which every answer of this reader belongs to the same state.

        When the database fails in the middle, *ask* is called again, and the files answer all of it.
        """
        self._check()
        return self._source.in_one_state(ask)

    def stop_at(self, until: float) -> None:
        """From that moment on (`time.monotonic`) the database does not answer: `apsw.InterruptError`."""
        self._source.stop_at(until)

    def interrupt(self) -> None:
        """End what the database is asked now, and all that is asked before the next `stop_at`.

        For any thread.
        """
        self._source.interrupt()

    def get(self, id_: str) -> Row | None:
        """The document with this id, None if there is none."""
        return self._answer(lambda snapshot: documents.read_document(snapshot, id_), at_a_glance=True)

    def get_stored(self, id_: str) -> "StoredRow | None":
        """As `get`, but the document is the JSON text that it is stored as."""
        return self._answer(lambda snapshot: documents.read_stored(snapshot, id_), at_a_glance=True)

    def similar_ids(self, id_: str) -> list[str]:
        """The ids that may be meant by one that no document has: three at most, the likeliest first."""
        return self._answer(lambda snapshot: documents.find_similar_ids(snapshot, id_))

    def render(
        self, id_: str, inputs: Mapping[str, object] | None = None, *, samples: bool = False
    ) -> "tuple[Message, ...]":
        """The messages of the prompt with this id, for these inputs.

        Values are JSON, rows, and bytes or URLs for images, files and sounds. With *samples* the prompt's own
        stand for what is not given. Raises RenderError with all that is wrong, NoSuchDocument.
        """
        from docsync.reader import prompt
        from docsync.render.render import render, takes_files

        row = self._answer(lambda snapshot: prompt.read_prompt(snapshot, id_), at_a_glance=True)
        texts: dict[str, Text] = {}
        if takes_files(row.document, row.file_path):
            row, texts = self._answer(lambda snapshot: prompt.read_prompt_with_texts(snapshot, id_))
        # Not while the state is held: a template may take its time.
        return render(row.document, inputs or {}, path=row.file_path, load=texts.get, samples=samples)

    def find(self, **asked: "Unpack[FindArguments]") -> "Page":
        """The documents for which all of this holds, in order. Raises UsageError for what cannot be asked.

        Args:
            type: their type, such as persona; a UsageError if no collection has it.
            tag: a tag that they have.
            name: their display name.
            env: an environment variable that they refer to.
            where: what their fields must be, such as {"demographics.ageGroup": "60+", "age": {"<=": 30}};
                "name" is a field of the JSON document, "@name" the column. A list of mappings may name a
                field more than once.
            order: a column, with "-" in front for descending; "id" if it is not given.
            limit: how many at most, from 1 on; fewer where they have more than 4 MiB. All of them if it is
                not given.
            cursor: that of the page before this one.
        """
        from docsync.reader.query import find

        query = find.FindQuery(**asked)
        return self._answer(lambda snapshot: find.find_page(snapshot, query))

    def find_stored(self, *, whole: bool, **asked: "Unpack[FindArguments]") -> "Answer[StoredRow]":
        """As `find`, but each document is the JSON text that it is stored as; not *whole* it is left out."""
        from docsync.reader.query import find

        query = find.FindQuery(**asked)
        return self._answer(lambda snapshot: find.find_stored(snapshot, query, whole=whole))

    def search(
        self,
        text: str,
        *,
        type: str | None = None,  # noqa: A002  # the column's name
        limit: int = 20,
        cursor: str | None = None,
    ) -> "Hits":
        """The documents that have these words, best first: in the name counts most, then in the description.

        All words must be there, capitals and accents do not matter. `calm*` is a beginning, `"calm voice"` a
        phrase, `a OR b` either of two, `-loud` must not be there. Where no whole word matches, parts of words
        do. Raises UsageError for a text that cannot be understood, and for a type that no collection has.
        """
        from docsync.reader.query.search import SearchQuery, search

        return self._answer(lambda snapshot: search(snapshot, SearchQuery(text, type, limit, cursor)))

    def search_stored(self, query: "SearchQuery") -> "Answer[Found]":
        """As `search`, but without what the documents hold."""
        from docsync.reader.query.search import search_stored

        return self._answer(lambda snapshot: search_stored(snapshot, query, whole=False))

    def tags(
        self,
        type: str | None = None,  # noqa: A002  # the column's name
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> "Answer[TagCount]":
        """The tags and how many documents have them, most used first: all of them, or a page of *limit*.

        Raises UsageError for a type that is none.
        """
        return self._answer(lambda snapshot: summary.tags(snapshot, type, limit, cursor))

    def count(self) -> "Counts":
        """How many documents each type has."""
        return self._answer(summary.count)

    def references(self, id_: str) -> "Answer[ReferenceRow]":
        """What the document with this id points to, in the order in which it does."""
        return self._answer(lambda snapshot: summary.references(snapshot, id_))

    def problems(self, *, limit: int | None = None, cursor: str | None = None) -> "Answer[ListedProblem]":
        """What is wrong with files, errors first; held deletions are not among it.

        All of it, or a page of *limit*.
        """
        from docsync.reader import problems

        return self._answer(lambda snapshot: problems.list_problems(snapshot, limit, cursor))

    def held(self, *, limit: int | None = None, cursor: str | None = None) -> "Answer[HeldDeletion]":
        """The deletions that are held until a person releases them. All of them, or a page of *limit*."""
        from docsync.reader import problems

        return self._answer(lambda snapshot: problems.list_held(snapshot, limit, cursor))

    def tallies(self) -> dict[str, dict[str, int]]:
        """Per type, how many errors, warnings and held deletions there are."""
        return self._answer(summary.tallies)

    def version(self) -> "Version":
        """The state that there is now: source, epoch and revision."""
        return self._answer(_version)

    def epoch(self) -> str | None:
        """The random id of this database's life; a rebuilt database has another one. None from files."""
        return self._answer(lambda snapshot: snapshot.epoch)

    def revision(self) -> int | None:
        """The number of the last change; with the epoch it names one state for ever. None from files."""
        return self._answer(lambda snapshot: snapshot.revision)

    def cursor(self) -> str:
        """The cursor of now: `changes` since then tells only what has not happened yet.

        Raises NoDatabase from files.
        """
        from docsync.reader import feed

        self._check()
        return self._source.answer_from_database(feed.cursor_of)

    def changes(self, since: str | int | None = None, *, limit: int = 1000) -> "Changes":
        """What changed since a cursor, or since a seq of this epoch.

        Raises NoDatabase from files, UsageError. Without *since*, or when what came after it is not kept any
        more, it begins with all that is there.
        """
        from docsync.reader import feed

        self._check()
        return self._source.answer_from_database(lambda snapshot: feed.changes(snapshot, since, limit))

    def watch(self, since: str | int | None = None, *, timeout: float | None = None) -> "Iterator[Changes]":
        """Changes as they come, each time all that are there; ends when none has come for *timeout* seconds.

        Raises NoDatabase, also when the database goes and does not come back within seconds.
        """
        self._check()
        poll = CommitPoll(self._source.commits)
        found = self.changes(since)
        while True:
            if found or found.start_over:
                yield found
            if not found.more and not poll.sleep(_FOREVER if timeout is None else time.monotonic() + timeout):
                return
            poll.remember()
            found = call_patiently(partial(self.changes, found.cursor))

    def wait(self, after: "int | Version", timeout: float) -> "Version":
        """The state of the database, once its revision is after that of *after*, or its epoch another one.

        *after* is the `version` of an answer; a number is a revision of the epoch that there is when it is
        called. Raises TimedOut after *timeout* seconds, NoDatabase.
        """
        self._check()
        deadline = time.monotonic() + timeout
        poll = CommitPoll(self._source.commits)
        now = call_patiently(self._now)
        known = replace(now, revision=after) if isinstance(after, int) else after
        while not now.is_after(known):
            if not poll.sleep(deadline):
                raise TimedOut(f"no revision after {known.revision} within {timeout:g} seconds")
            poll.remember()
            now = call_patiently(self._now)
        return now

    def cached(self, type: str) -> "CachedDocuments":  # noqa: A002  # the column's name
        """The documents of this type by their ids, in memory and kept equal to the database from now on.

        For any thread, also after this reader is closed. Raises UsageError for a type that no collection has.
        """
        from docsync.reader.cached import CachedDocuments

        return CachedDocuments(self._source.again(), type)

    def _now(self) -> "Version":
        return self._source.answer_from_database(_version)

    def _answer(self, query: Callable[[Snapshot], T], *, at_a_glance: bool = False) -> T:
        self._check()
        return self._source.answer(query, at_a_glance=at_a_glance)

    def _check(self) -> None:
        if (os.getpid(), get_ident()) != self._owner:
            self._refuse()

    def _refuse(self) -> NoReturn:
        if os.getpid() != self._owner[0]:
            raise RuntimeError("this Reader was opened before a fork; open one in each of the processes")
        if self._owner[1] is None:
            raise RuntimeError("this Reader was given back to its pool; take one for each with block")
        raise RuntimeError("this Reader belongs to another thread; open one in each, or use a ReaderPool")


def _version(snapshot: Snapshot) -> "Version":
    from docsync.reader.answer import Version

    return Version(snapshot.source, snapshot.epoch, snapshot.revision)
