"""The reading side's face: every question that can be asked, put to whatever answers. Never writes."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from threading import get_ident
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self, TypeVar, Unpack

from docsync.reader import documents, standing
from docsync.reader.pulse import Pulse, patiently
from docsync.reader.row import Row
from docsync.reader.snapshot import Snapshot
from docsync.reader.source import Source

if TYPE_CHECKING:
    from docsync.reader.answer import Changes, Hits, Page, ReferenceRow, TagCount
    from docsync.reader.find import Asked
    from docsync.status import HeldDeletion, ListedProblem

T = TypeVar("T")

_EVER = float("inf")


class Reader:
    """Answers questions about documents. `open_reader` gives one; close it, or use it in a with block.

    It belongs to the thread that opened it and refuses others, and the child of a fork, with a RuntimeError. Each
    answer is one state of the database; `snapshot` makes it one for several. Every method may raise NoDatabase.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._home = (os.getpid(), get_ident())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give everything back. In the child of a fork this does nothing: the connection is the parent's."""
        if os.getpid() == self._home[0]:
            self._source.close()

    @property
    def source(self) -> str:
        """Where the last answer came from: database or files."""
        return self._source.name

    def snapshot(self) -> AbstractContextManager[None]:
        """Inside of this with block every answer belongs to the same state. Keep it short: it keeps the log growing."""
        self._check()
        return self._source.pinned()

    def stop_at(self, until: float) -> None:
        """From that moment on (`time.monotonic`) the database does not answer: `apsw.InterruptError`. For any thread."""
        self._source.database.stop_at(until)

    def get(self, id_: str) -> Row | None:
        """The document with this id, None if there is none."""
        return self._answer(lambda snapshot: documents.one(snapshot, id_), at_a_glance=True)

    def find(self, **asked: "Unpack[Asked]") -> "Page":
        """The documents for which all of this holds, in order. Raises UsageError for what cannot be asked.

        Args:
            type: their type, such as persona.
            tag: a tag that they have.
            name: their display name.
            env: an environment variable that they refer to.
            where: what their fields must be, such as {"demographics.ageGroup": "60+", "age": {"<=": 30}}.
            order: a column, with "-" in front for descending; "id" if it is not given.
            limit: how many at most; all of them if it is not given.
            cursor: that of the page before this one.
        """
        from docsync.reader import find  # what every single use pays for is kept small: `docsync get` starts in no time

        question = find.Question(**asked)
        return self._answer(lambda snapshot: find.found(snapshot, question))

    def search(
        self,
        text: str,
        *,
        type: str | None = None,  # noqa: A002  # the column's name
        limit: int = 20,
        cursor: str | None = None,
    ) -> "Hits":
        """The documents that have these words, best first: in the name counts most, then in the description.

        All words must be there, capitals and accents do not matter. `calm*` is a beginning, `"calm voice"` a phrase,
        `a OR b` either of two, `-loud` must not be there. Where no whole word matches, parts of words do. Raises
        UsageError for a text that cannot be understood.
        """
        from docsync.reader.search import Search, search

        return self._answer(lambda snapshot: search(snapshot, Search(text, type, limit, cursor)))

    def tags(self, type: str | None = None) -> "list[TagCount]":  # noqa: A002  # the column's name
        """The tags and how many documents have them, most used first."""
        return self._answer(lambda snapshot: standing.tags(snapshot, type))

    def count(self) -> dict[str, int]:
        """How many documents each type has."""
        return self._answer(standing.count)

    def references(self, id_: str) -> "list[ReferenceRow]":
        """What the document with this id points to, in the order in which it does."""
        return self._answer(lambda snapshot: standing.references(snapshot, id_))

    def problems(self) -> "list[ListedProblem]":
        """What is wrong with files, errors first; held deletions are not among it."""
        return self._answer(standing.problems)

    def held(self) -> "list[HeldDeletion]":
        """The deletions that are kept back until a person releases them."""
        return self._answer(standing.held)

    def tallies(self) -> dict[str, dict[str, int]]:
        """Per type, how many errors, warnings and held deletions there are."""
        return self._answer(standing.tallies)

    def epoch(self) -> str | None:
        """The random id of this database's life; a rebuilt database has another one. None from files."""
        return self._answer(lambda snapshot: snapshot.epoch)

    def revision(self) -> int | None:
        """The number of the last change; with the epoch it names one state for ever. None from files."""
        return self._answer(lambda snapshot: snapshot.revision)

    def cursor(self) -> str:
        """The cursor of now: `changes` since then tells only what has not happened yet. Raises NoDatabase from files."""
        from docsync.reader import feed

        self._check()
        return self._source.answer_from_database(feed.cursor_of)

    def changes(self, since: str | int | None = None, *, limit: int = 1000) -> "Changes":
        """What changed since a cursor, or since a seq of this epoch. Raises NoDatabase from files, UsageError.

        Without *since*, or when what came after it is not kept any more, it begins with all that is there.
        """
        from docsync.reader import feed

        self._check()
        return self._source.answer_from_database(lambda snapshot: feed.changes(snapshot, since, limit))

    def watch(self, since: str | int | None = None, *, timeout: float | None = None) -> "Iterator[Changes]":
        """Changes as they come, each time all that are there; ends when none has come for *timeout* seconds.

        Raises NoDatabase, also when the database goes and does not come back within seconds.
        """
        self._check()
        pulse = Pulse(self._source.version)
        found = self.changes(since)
        while True:
            if found or found.start_over:
                yield found
            if not found.more and not pulse.sleep(_EVER if timeout is None else time.monotonic() + timeout):
                return
            pulse.remember()
            found = patiently(partial(self.changes, found.cursor))

    def wait(self, after: int, timeout: float) -> int:
        """The revision, once it is greater than *after*. Raises TimedOut after *timeout* seconds, NoDatabase."""
        self._check()
        deadline = time.monotonic() + timeout
        pulse = Pulse(self._source.version)
        while (revision := patiently(self._revision)) <= after:
            if not pulse.sleep(deadline):
                from docsync.commands import TimedOut

                raise TimedOut(f"no revision after {after} within {timeout:g} seconds")
            pulse.remember()
        return revision

    def _revision(self) -> int:
        revision = self._source.answer_from_database(lambda snapshot: snapshot.revision)
        assert revision is not None  # a database has one
        return revision

    def _answer(self, question: Callable[[Snapshot], T], *, at_a_glance: bool = False) -> T:
        self._check()
        return self._source.answer(question, at_a_glance=at_a_glance)

    def _check(self) -> None:
        if (os.getpid(), get_ident()) != self._home:
            self._refuse()

    def _refuse(self) -> NoReturn:
        if os.getpid() != self._home[0]:
            raise RuntimeError("this Reader was opened before a fork; open one in each of the processes")
        raise RuntimeError("this Reader belongs to another thread; open one in each thread")
