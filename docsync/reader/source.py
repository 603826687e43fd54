"""Chooses where an answer comes from: the database, or the files while the database does not answer."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from docsync.errors import NoDatabase
from docsync.reader.connection import DAMAGED, DatabaseFile
from docsync.reader.row import DATABASE, FILES, FallbackWarning
from docsync.reader.snapshot import Snapshot

T = TypeVar("T")
OnFallback = Callable[[NoDatabase], object]
"""Callback: gets the NoDatabase each time the files begin to answer."""


class SnapshotProvider(Protocol):
    """Gives snapshots. The state is fixed between `begin` and `end`. Every method may raise NoDatabase."""

    def begin(self) -> Snapshot: ...
    def end(self) -> None: ...
    def glance(self) -> Snapshot: ...
    def close(self) -> None: ...


class Fallback(SnapshotProvider, Protocol):
    """What stands in for the database. `again` gives another one, not read yet, for another thread."""

    @property
    def project(self) -> Path | None: ...
    def again(self) -> "Fallback": ...


class AnswerSource:
    """The database and the fallback to the files; at least one of them is given."""

    def __init__(
        self, database: DatabaseFile | None, fallback: Fallback | None, on_fallback: OnFallback | None
    ) -> None:
        self._database = database
        self._fallback = fallback
        self._on_fallback = on_fallback or _warn
        self._pinned: Snapshot | None = None
        self._last = DATABASE if database else FILES

    def again(self) -> "AnswerSource":
        """Another one that answers the same, not opened yet: for another thread."""
        database, fallback = self._database, self._fallback
        return AnswerSource(
            database.again() if database else None, fallback.again() if fallback else None, self._on_fallback
        )

    @property
    def name(self) -> str:
        """Where the last answer came from, or that of the pinned state: database or files."""
        return self._last if self._pinned is None else self._pinned.source

    @property
    def project(self) -> Path | None:
        """The project's folder, None where only its database is known."""
        holders = (one for one in (self._database, self._fallback) if one)
        return next((one.project for one in holders if one.project), None)

    @property
    def database(self) -> DatabaseFile:
        """The database. Raises NoDatabase where only files are read."""
        if self._database is None:
            raise NoDatabase(
                "reading from files as told (source is files): there is no feed of changes without a database"
            )
        return self._database

    def answer(self, query: Callable[[Snapshot], T], *, at_a_glance: bool = False) -> T:
        """The answer to *query* from one state; *at_a_glance* for a single statement. Raises NoDatabase."""
        if self._pinned is not None:
            return query(self._pinned)
        try:
            return self._ask_database(query, at_a_glance=at_a_glance)
        except NoDatabase as error:
            fallback = self._fall_back(error)
        return _answer(fallback, query, at_a_glance=at_a_glance)

    def in_one_state(self, ask: Callable[[], T]) -> T:
        """The result of *ask*, all of whose answers belong to one state. Raises NoDatabase.

        A database that fails before the end leaves no answer behind: *ask* is called again, and the files
        answer it.
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

    def answer_from_database(self, query: Callable[[Snapshot], T]) -> T:
        """The answer to *query* from the database only. Raises NoDatabase, also where files could answer."""
        if self._pinned is not None and self._pinned.source == DATABASE:
            return query(self._pinned)
        return self._ask_database(query, at_a_glance=False)

    def commits(self) -> tuple[int, int]:
        """Another value after every commit, and for another file at the path. Raises NoDatabase."""
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

    def stop_at(self, until: float) -> None:
        """Interrupt every statement of the database from then on; what files answer is not interrupted."""
        if self._database is not None:
            self._database.stop_at(until)

    def interrupt(self) -> None:
        """End the statement that the database runs, and every other one before `stop_at`. For any thread."""
        if self._database is not None:
            self._database.interrupt()

    def close(self) -> None:
        """Close whatever is open."""
        for holder in filter(None, (self._database, self._fallback)):
            holder.close()

    def _ask_database(self, query: Callable[[Snapshot], T], *, at_a_glance: bool) -> T:
        try:
            answer = self._ask_once(query, at_a_glance=at_a_glance)
        except NoDatabase as error:
            # The file was moved away under the connection, or swapped: the one that is there now may be
            # sound.
            if not isinstance(error.__cause__, DAMAGED):
                raise
            answer = self._ask_once(query, at_a_glance=at_a_glance)
        self._last = DATABASE
        return answer

    def _ask_once(self, query: Callable[[Snapshot], T], *, at_a_glance: bool) -> T:
        try:
            return _answer(self.database, query, at_a_glance=at_a_glance)
        except NoDatabase:
            if self._database is not None:
                self._database.close()
            raise

    def _fall_back(self, error: NoDatabase) -> SnapshotProvider:
        if self._fallback is None:
            raise error
        if self._database is not None:
            self._database.hurry()
        if self._last != FILES:
            self._last = FILES
            self._on_fallback(error)
        return self._fallback


def _answer(holder: SnapshotProvider, query: Callable[[Snapshot], T], *, at_a_glance: bool) -> T:
    if at_a_glance:
        return query(holder.glance())
    snapshot = holder.begin()
    try:
        return query(snapshot)
    finally:
        holder.end()


def _warn(error: NoDatabase) -> None:
    warnings.warn(FallbackWarning(f"answering from the files: {error}"), stacklevel=2)
