"""The documents of one type in memory, kept equal to the database without being asked: see `CachedDocuments`.

A state is made whole and then put in the place of the one before: who reads has one of them, never two.
"""

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from dataclasses import replace
from threading import Condition
from types import MappingProxyType, TracebackType
from typing import Self, TypeVar, overload

from docsync.errors import NoDatabase, TimedOut
from docsync.reader.answer import Version
from docsync.reader.cached_state import CachedState, read_state
from docsync.reader.poller import POLLER
from docsync.reader.row import DATABASE, FILES, FallbackWarning, Row
from docsync.reader.source import AnswerSource

T = TypeVar("T")

_LOOK_SECONDS = 0.01  # a hundredth of a processor, nearly all of it for waking up
_LOOK_AT_FILES_SECONDS = 0.5
_LOOK_FOR_DATABASE_SECONDS = 0.1


class CachedDocuments(Mapping[str, Row]):
    """The rows of one type by their ids: see `Reader.cached`. A commit is in it a few milliseconds later.

    Every read is of one state. Several that must fit together go to `rows`, which is taken once and never
    changes. It is for any thread, takes no query, and needs neither the reader that made it nor a daemon:
    what was read last stays while the database does not answer, and `error` says so. While files answer
    (`source`) it looks at them twice a second. The child of a fork reads everything anew when it first asks.
    Close it, or use it in a with block; one that nobody has any more ends by itself.
    """

    def __init__(self, source: AnswerSource, type_: str) -> None:
        """*source* is what answers. Raises NoDatabase, UsageError for a type that no collection has."""
        self._template = source
        self._type = type_
        self._is_closed = False
        self._changed = Condition()
        self._begin()

    def _begin(self) -> None:
        self._source = self._template.again()
        self._commits: tuple[int, int] | None = None
        self._error: NoDatabase | None = None
        self._failure: Exception | None = None
        self._state: CachedState | None = None
        try:
            self._state = self._read()
        except BaseException:
            self._source.close()
            raise
        POLLER.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End: nothing is kept any more, and to read it is a RuntimeError."""
        self._is_closed = True
        POLLER.remove(self)
        with self._changed:
            self._state = None
            self._changed.notify_all()

    @overload
    def get(self, key: str, /) -> Row | None: ...
    @overload
    def get(self, key: str, default: Row | T, /) -> Row | T: ...
    def get(self, key: str, default: Row | T | None = None, /) -> Row | T | None:
        """The row with this id, *default* if there is none."""
        return (self._state or self._demand()).rows.get(key, default)

    def __getitem__(self, key: str) -> Row:
        return (self._state or self._demand()).rows[key]

    def __contains__(self, key: object) -> bool:
        return key in (self._state or self._demand()).rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def keys(self) -> KeysView[str]:
        """The ids, in order, of one state."""
        return self.rows.keys()

    def values(self) -> ValuesView[Row]:
        """The rows, in the order of their ids, of one state."""
        return self.rows.values()

    def items(self) -> ItemsView[str, Row]:
        """Ids and rows, in order, of one state."""
        return self.rows.items()

    @property
    def rows(self) -> Mapping[str, Row]:
        """All of this moment, in the order of ids. It never changes: take it once for what must fit."""
        return MappingProxyType(self._demand().rows)

    @property
    def version(self) -> Version:
        """The state that it is equal to: source, epoch and revision."""
        return self._demand().version

    @property
    def source(self) -> str:
        """Where the rows are from: database or files."""
        return self.version.source

    @property
    def epoch(self) -> str | None:
        """The epoch of the database. None from files."""
        return self.version.epoch

    @property
    def revision(self) -> int | None:
        """The revision of the database that it is equal to. None from files."""
        return self.version.revision

    @property
    def error(self) -> NoDatabase | None:
        """Why nothing answers now, so that the rows are those of before; None while something does."""
        self._demand()
        return self._error

    def wait(self, after: "int | Version", timeout: float) -> Version:
        """The state that it is equal to, once that is after the one of *after*: see `Reader.wait`.

        Raises TimedOut after *timeout* seconds.
        """
        now = self.version
        known = replace(now, revision=after) if isinstance(after, int) else after
        with self._changed:
            if not self._changed.wait_for(lambda: self.version.is_after(known), timeout):
                raise TimedOut(f"no revision after {known.revision} within {timeout:g} seconds")
            return self.version

    def __repr__(self) -> str:
        state = self._state
        told = "not in use" if state is None else f"{len(state.rows)} rows, {state.version}"
        return f"<CachedDocuments {self._type}: {told}>"

    def _demand(self) -> CachedState:
        """The state. Reads everything anew after a fork. Raises RuntimeError after the end."""
        state = self._state
        if state is not None:
            return state
        if self._is_closed:
            raise RuntimeError("this cache is closed")
        if self._failure is not None:
            raise RuntimeError(f"this cache is kept no longer: {self._failure!r}") from self._failure
        with self._changed:
            if self._state is None:
                self._begin()
            return self._demand()

    # From the thread of the poller

    def look(self, now: float) -> float:
        """See `Job`. What is wrong is kept for those who read."""
        try:
            return now + self._look()
        except Exception as error:  # noqa: BLE001  # raised again for whoever reads
            with self._changed:
                self._failure, self._state = error, None
                self._changed.notify_all()
            return float("inf")

    def let_go(self) -> None:
        """See `Job`."""
        self._source.close()

    def forget_parent(self) -> None:
        """See `Job`. Locks and connection may be in use there."""
        self._changed = Condition()
        self._state = None

    def _look(self) -> float:
        """Seconds until the next look."""
        commits = None
        try:
            commits = self._source.commits()
            if commits == self._commits and self._is_in_order():
                return _LOOK_SECONDS
            state = self._read()
        except NoDatabase as error:
            if commits is None:
                return self._look_without_database(error)
            return self._lack(error)
        self._commits = commits  # before what was read: a commit in between is news
        self._put(state)
        return _LOOK_SECONDS if state.version.source != FILES else _LOOK_AT_FILES_SECONDS

    def _is_in_order(self) -> bool:
        return self._error is None and self._state is not None and self._state.version.source == DATABASE

    def _look_without_database(self, error: NoDatabase) -> float:
        self._commits = None
        try:
            self._put(self._read())
        except NoDatabase:
            return self._lack(error)
        return _LOOK_AT_FILES_SECONDS

    def _lack(self, error: NoDatabase) -> float:
        with self._changed:
            self._error = error
            self._changed.notify_all()
        return _LOOK_FOR_DATABASE_SECONDS

    def _put(self, state: CachedState) -> None:
        if state is self._state and self._error is None:
            return
        with self._changed:
            if not self._is_closed:
                self._state, self._error = state, None
                self._changed.notify_all()

    def _read(self) -> CachedState:
        """The state now, which is the one before if nothing has changed. Raises NoDatabase."""
        before = self._state
        try:
            return self._source.answer(lambda snapshot: read_state(snapshot, self._type, before))
        except FallbackWarning:
            if before is None:
                raise
            # Warnings are errors here, and nobody is there to raise it to; `source` says that files answer.
            return self._source.answer(lambda snapshot: read_state(snapshot, self._type, before))
