"""Decides where an answer comes from: the database, or the files while it does not answer. Never answers by itself."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from docsync.errors import NoDatabase
from docsync.reader.connection import DAMAGED, DatabaseFile
from docsync.reader.row import DATABASE, FILES, FallbackWarning
from docsync.reader.snapshot import Snapshot

T = TypeVar("T")
OnFallback = Callable[[NoDatabase], object]
"""Is told why the files answer and not the database, each time that it begins to be so."""


class SnapshotProvider(Protocol):
    """What a state can be read from; all of it may raise NoDatabase. Between `begin` and `end` nothing moves."""

    def begin(self) -> Snapshot: ...
    def end(self) -> None: ...
    def glance(self) -> Snapshot: ...
    def close(self) -> None: ...


class AnswerSource:
    """A database and what stands in for it; at least one of the two."""

    def __init__(
        self, database: DatabaseFile | None, substitute: SnapshotProvider | None, told: OnFallback | None
    ) -> None:
        self._database = database
        self._substitute = substitute
        self._told = told or _warn
        self._pinned: Snapshot | None = None
        self._last = DATABASE if database else FILES

    @property
    def name(self) -> str:
        """Where answers come from: database or files."""
        return self._last if self._pinned is None else self._pinned.source

    @property
    def database(self) -> DatabaseFile:
        """The database. Raises NoDatabase where only files are read."""
        if self._database is None:
            raise NoDatabase(
                "reading from files as told (source is files): there is no feed of changes without a database"
            )
        return self._database

    def answer(self, question: Callable[[Snapshot], T], *, at_a_glance: bool = False) -> T:
        """The answer to *question*, all of it from one state; at a glance if it is one statement. Raises NoDatabase."""
        if self._pinned is not None:
            return question(self._pinned)
        try:
            return self._ask_database(question, at_a_glance=at_a_glance)
        except NoDatabase as error:
            substitute = self._fall_back(error)
        return _answer(substitute, question, at_a_glance=at_a_glance)

    def in_one_state(self, ask: Callable[[], T]) -> T:
        """The result of *ask*, all of whose answers belong to one state. Raises NoDatabase.

        A database that fails before the end leaves no answer behind: *ask* is called again, and the files answer it.
        """
        if self._pinned is not None:
            return ask()
        return self.answer(lambda snapshot: self._ask_pinned(ask, snapshot))

    def _ask_pinned(self, ask: Callable[[], T], snapshot: Snapshot) -> T:
        self._pinned = snapshot
        try:
            return ask()
        finally:
            self._pinned = None

    def answer_from_database(self, question: Callable[[Snapshot], T]) -> T:
        """The same, but never from files."""
        if self._pinned is not None and self._pinned.source == DATABASE:
            return question(self._pinned)
        return self._ask_database(question, at_a_glance=False)

    def commits(self) -> tuple[int, int]:
        """Moves when somebody has committed something, or another file lies at the path. Raises NoDatabase."""
        if self._pinned is not None:
            raise RuntimeError("inside of a snapshot nothing ever changes: end it before you wait")
        return self._ask_database(lambda _: self.database.commits(), at_a_glance=True)

    @contextmanager
    def pin(self) -> Iterator[None]:
        """Inside, every answer belongs to one state. Raises NoDatabase."""
        if self._pinned is not None:
            yield
            return
        holder: SnapshotProvider
        try:
            holder = self.database
            self._pinned = self._ask_database(lambda _: holder.begin(), at_a_glance=True)
        except NoDatabase as error:
            holder = self._fall_back(error)
            self._pinned = holder.begin()
        try:
            yield
        finally:
            self._pinned = None
            holder.end()

    def close(self) -> None:
        """Close whatever is open."""
        for holder in filter(None, (self._database, self._substitute)):
            holder.close()

    def _ask_database(self, question: Callable[[Snapshot], T], *, at_a_glance: bool) -> T:
        try:
            answer = self._ask_once(question, at_a_glance=at_a_glance)
        except NoDatabase as error:
            # The file was moved away under the connection, or swapped: the one that is there now may be sound.
            if not isinstance(error.__cause__, DAMAGED):
                raise
            answer = self._ask_once(question, at_a_glance=at_a_glance)
        self._last = DATABASE
        return answer

    def _ask_once(self, question: Callable[[Snapshot], T], *, at_a_glance: bool) -> T:
        try:
            return _answer(self.database, question, at_a_glance=at_a_glance)
        except NoDatabase:
            if self._database is not None:
                self._database.close()
            raise

    def _fall_back(self, error: NoDatabase) -> SnapshotProvider:
        if self._substitute is None:
            raise error
        if self._database is not None:
            self._database.hurry()
        if self._last != FILES:
            self._last = FILES
            self._told(error)
        return self._substitute


def _answer(holder: SnapshotProvider, question: Callable[[Snapshot], T], *, at_a_glance: bool) -> T:
    if at_a_glance:
        return question(holder.glance())
    snapshot = holder.begin()
    try:
        return question(snapshot)
    finally:
        holder.end()


def _warn(error: NoDatabase) -> None:
    warnings.warn(FallbackWarning(f"answering from the files: {error}"), stacklevel=2)
