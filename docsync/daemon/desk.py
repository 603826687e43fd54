"""Answers what is asked of the daemon, from any thread: the only implementation of Commands in a running docsync."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore, Lock

import apsw

import docsync
from docsync.commands import Busy, TimedOut
from docsync.daemon.lookout import Lookout
from docsync.errors import NoDatabase
from docsync.model import RootState
from docsync.names import EVERYTHING, Collection
from docsync.reader import Reader
from docsync.status import CollectionStatus, Done, HeldDeletion, ListedProblem, Reason, Status
from docsync.sync.inbox import Inbox
from docsync.sync.load import iso
from docsync.sync.request import Ask, Request
from docsync.sync.vitals import Vitals

# One reload runs, one waits; a third would only find what the second finds.
_RELOADS = 2
_STALLED_NS = 5_000_000_000
# Reasons that are told but need nobody: everything still converges.
_PASSIVE = frozenset({"starting", "polling", "network_mount", "no_heartbeat", "http_off"})


@dataclass(frozen=True, slots=True)
class Premises:
    """What does not change while the daemon runs."""

    project: Path
    database: Path
    socket: Path
    collections: tuple[Collection, ...]
    config_file: Path | None
    started_at: str
    wants_http: bool


class Desk:
    """See commands.Commands."""

    def __init__(
        self,
        premises: Premises,
        inbox: Inbox,
        vitals: Vitals,
        lookout: Lookout,
        roots: Callable[[], dict[str, RootState]],
    ) -> None:
        self._premises = premises
        self._inbox = inbox
        self._vitals = vitals
        self._lookout = lookout
        self._roots = roots
        self._reloads = BoundedSemaphore(_RELOADS)
        self._config_stamp = self._stamp_of_config()
        self._lock = Lock()
        self._since: dict[tuple[str, str | None], str] = {}
        self.http: str | None = None

    def status(self) -> Status:
        """The state now. Never waits for the sync thread; a database that cannot be read is a reason, not an error."""
        premises = self._premises
        reasons = self._reasons()
        epoch, revision, collections = self._counted(reasons)
        held = sum(c.held for c in collections)
        pending, undecided = len(self._inbox), self._vitals.undecided
        return Status(
            version=docsync.__version__,
            pid=os.getpid(),
            project=str(premises.project),
            database=str(premises.database),
            socket=str(premises.socket),
            http=self.http,
            started_at=premises.started_at,
            state=_state(reasons, held, busy=bool(pending or undecided or self._vitals.syncing)),
            ready=not any(reason.ends_readiness for reason in reasons),
            epoch=epoch,
            revision=revision,
            watcher=self._lookout.source.name,
            documents=sum(c.documents for c in collections),
            errors=sum(c.errors for c in collections),
            warnings=sum(c.warnings for c in collections),
            held=held,
            pending=pending,
            undecided=undecided,
            rescans=self._vitals.rescans,
            restart_to_apply=self._stamp_of_config() != self._config_stamp,
            last_batch=self._vitals.last_batch,
            reasons=tuple(reasons),
            collections=collections,
        )

    def _reasons(self) -> list[Reason]:
        """All that is wrong, by whoever knows it; a reason keeps its `since` for as long as it lasts."""
        found = [*self._vitals.reasons, *self._seen_here()]
        now = iso(time.time_ns())
        with self._lock:
            before, self._since = self._since, {}
            for reason in found:
                key = (reason.code, reason.path)
                self._since[key] = reason.since or before.get(key, now)
            return [replace(reason, since=self._since[reason.code, reason.path]) for reason in found]

    def _seen_here(self) -> Iterator[Reason]:
        """The reasons that nobody keeps: they are looked up, and have no `since` yet."""
        if not self._vitals.scanned:
            yield Reason("starting", "the first scan is not finished", self._premises.started_at)
        if (
            self._vitals.scanned
            and time.monotonic_ns() - self._vitals.tick_ns > _STALLED_NS
            and not self._vitals.syncing
        ):
            yield Reason("sync_stalled", "the sync thread does not answer", "")
        source = self._lookout.source
        if not source.alive() and not any(reason.code == "watcher_dead" for reason in self._vitals.reasons):
            yield Reason("watcher_dead", "the watcher's thread has ended; it is about to be opened anew", "")
        yield from (Reason(reason.code, reason.message, "", reason.path) for reason in source.reasons())
        if self._premises.wants_http and self.http is None:
            yield Reason("http_off", "the admin port was taken at the start; HTTP is off until a restart", "")
        for type_, state in self._roots().items():
            if state in (RootState.MISSING, RootState.UNREADABLE):
                path = next(c.path for c in self._premises.collections if c.type == type_)
                yield Reason(
                    f"root_{state.value}", f"the folder {path} is {state.value}; its documents are kept", "", path
                )

    def _counted(self, reasons: list[Reason]) -> tuple[str, int, tuple[CollectionStatus, ...]]:
        """Epoch, revision and what the collections hold; a database that does not answer is one more reason."""
        try:
            with Reader(self._premises.database) as reader:
                counts, tallies, roots = reader.count(), reader.tallies(), self._roots()
                collections = tuple(
                    CollectionStatus(
                        c.type, c.path, c.format, roots[c.type].value, counts[c.type], **tallies.get(c.type, {})
                    )
                    for c in self._premises.collections
                )
                return reader.epoch, reader.revision, collections
        except (NoDatabase, apsw.Error) as error:
            reasons.append(Reason("database", str(error), iso(time.time_ns())))
            return "", 0, ()

    def problems(self) -> Sequence[ListedProblem]:
        """What is wrong with files now."""
        with Reader(self._premises.database) as reader:
            return reader.problems()

    def held(self) -> Sequence[HeldDeletion]:
        """The deletions that are kept back."""
        with Reader(self._premises.database) as reader:
            return reader.held()

    def reload(self, scopes: Sequence[str], timeout: float) -> Done:
        """Look at *scopes* at once."""
        if not self._reloads.acquire(blocking=False):
            raise Busy("one reload runs and another one waits already; try again in a second")
        wanted = tuple(scopes) or (EVERYTHING,)
        self._lookout.proves()  # hints that are under way then belong to this look
        request = Request(Ask.LOOK, wanted, wanted)
        request.answer.add_done_callback(lambda _: self._reloads.release())
        return self._asked(request, timeout)

    def wait(self, paths: Sequence[str], timeout: float) -> Done:
        """Return when all that was saved before the call is in the database, as far as *paths* are concerned."""
        # Where the watcher cannot prove that it has told everything, a look at the whole tree does.
        scopes = () if self._lookout.proves() else (EVERYTHING,)
        return self._asked(Request(Ask.LOOK, scopes, tuple(paths) or (EVERYTHING,)), timeout)

    def release(self, type_: str | None, timeout: float) -> Done:
        """Delete what is held."""
        return self._asked(Request(Ask.RELEASE, type=type_), timeout)

    def _asked(self, request: Request, timeout: float) -> Done:
        self._inbox.ask(request)
        answer: Future[Done] = request.answer
        try:
            return answer.result(timeout)
        except FutureTimeout as error:
            raise TimedOut(f"not done after {timeout:g} seconds; the work goes on, see 'docsync status'") from error

    def stop(self) -> None:
        """Ask the daemon to stop, the way the system does."""
        os.kill(os.getpid(), signal.SIGTERM)

    def _stamp_of_config(self) -> tuple[int, int, int] | None:
        path = self._premises.config_file
        if path is None:
            return None
        try:
            status = path.stat()
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size, status.st_ino)


def _state(reasons: Sequence[Reason], held: int, *, busy: bool) -> str:
    """One word for all: what needs a person comes before what passes by itself."""
    codes = {reason.code for reason in reasons}
    if codes - _PASSIVE:
        return "degraded"
    if "starting" in codes:
        return "starting"
    if held:
        return "held"
    return "syncing" if busy else "in_sync"
