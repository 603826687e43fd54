"""Answers commands and the status, from any thread: what implements Commands in a running docsync."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import BoundedSemaphore, Lock

import apsw

import docsync
from docsync.clock import iso
from docsync.commands import Busy
from docsync.counters import Counters
from docsync.daemon.watch_supervisor import WatchSupervisor
from docsync.errors import NoDatabase, TimedOut
from docsync.model import RootState
from docsync.names import EVERYTHING, Collection, drop_covered
from docsync.reader import open_reader
from docsync.status import CollectionStatus, CommandResult, InspectionStatus, Latency, Reason, Status
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.request import Request, RequestKind
from docsync.sync.thread.thread_status import ThreadStatus

# One reload runs, one waits; a third would find nothing that the second does not.
_MAX_RELOADS = 2
_MAX_SCOPES = 500
_STALLED_NS = 5_000_000_000
# The loop ticks every second: readiness ends before a client has waited for five.
_LATE_NS = 4_000_000_000
# In a batch the sync thread says so for every file; the scan before and the commit after take longer than one
# file.
_STALLED_BATCH_NS = 60_000_000_000
_LOOK_NS = 1_000_000_000
# Reasons that need no action: the database still converges.
_PASSIVE = frozenset({"starting", "polling", "network_mount", "no_heartbeat", "http_off"})


@dataclass(frozen=True, slots=True)
class DaemonProfile:
    """What does not change while the daemon runs: the project, its paths and addresses.

    `config_file` is the file that the next start would read. `http` is None when TCP is off or its port was
    taken.
    """

    project: Path
    database: Path
    socket: Path
    collections: tuple[Collection, ...]
    config_file: Path
    started_at: str
    http: str | None
    wants_http: bool


@dataclass(frozen=True, slots=True)
class DaemonParts:
    """The running parts that commands and the status go to.

    `root_states` returns the state of each root by type, `inspection` how far the look for damage is.
    """

    inbox: Inbox
    state: ThreadStatus
    counters: Counters
    watch: WatchSupervisor
    root_states: Callable[[], dict[str, RootState]]
    inspection: Callable[[], InspectionStatus]


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counts from the database, read at `at_ns` (monotonic), after that many revisions since the start.

    `error` is why they could not be read, None if they could.
    """

    revision_count: int
    at_ns: int
    epoch: str = ""
    revision: int = 0
    documents: Mapping[str, int] = field(default_factory=dict)
    tallies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    error: str | None = None


class CommandHandler:
    """See commands.Commands."""

    def __init__(self, profile: DaemonProfile, parts: DaemonParts) -> None:
        self._profile = profile
        self._inbox = parts.inbox
        self._clock = parts.inbox.clock
        self._state = parts.state
        self._counters = parts.counters
        self._watch = parts.watch
        self._root_states = parts.root_states
        self._inspection = parts.inspection
        self._reloads = BoundedSemaphore(_MAX_RELOADS)
        self._config_stamp = self._stamp_of_config()
        self._lock = Lock()
        self._since: dict[tuple[str, str | None], str] = {}
        self._counted: _Counts | None = None

    def status(self) -> Status:
        """The state now.

        Never waits for the sync thread; a database that cannot be read is a reason, not an error.
        """
        profile = self._profile
        counted = self._count()
        reasons = self._reasons(counted)
        collections = tuple(self._collections(counted))
        held = sum(c.held for c in collections)
        pending, undecided = len(self._inbox), self._state.undecided
        return Status(
            version=docsync.__version__,
            pid=os.getpid(),
            project=str(profile.project),
            database=str(profile.database),
            socket=str(profile.socket),
            http=profile.http,
            started_at=profile.started_at,
            state=_state(reasons, held, busy=bool(pending or undecided or self._state.syncing)),
            ready=not any(reason.ends_readiness for reason in reasons),
            epoch=counted.epoch,
            revision=counted.revision,
            watcher=self._watch.source.name,
            documents=sum(c.documents for c in collections),
            errors=sum(c.errors for c in collections),
            warnings=sum(c.warnings for c in collections),
            held=held,
            pending=pending,
            undecided=undecided,
            rescans=self._state.rescans,
            restart_to_apply=self._stamp_of_config() != self._config_stamp,
            last_batch=self._state.last_batch,
            reasons=tuple(reasons),
            collections=collections,
            batches=self._counters.batches(),
            latency=Latency.of(*self._counters.recent()),
            inspection=self._inspection(),
        )

    def _reasons(self, counted: _Counts) -> list[Reason]:
        """All reasons for not being in order. A reason keeps its `since` while it lasts."""
        found = [*self._state.reasons, *self._find_reasons()]
        if counted.error is not None:
            found.append(Reason("database", counted.error, ""))
        # The status is for programs that may not learn the paths of this machine.
        found = [replace(one, message=one.message.replace(f"{self._profile.project}/", "")) for one in found]
        now = iso(self._clock.wall_ns())
        with self._lock:
            before, self._since = self._since, {}
            for reason in found:
                key = (reason.code, reason.path)
                self._since[key] = reason.since or before.get(key, now)
            return [replace(reason, since=self._since[reason.code, reason.path]) for reason in found]

    def _find_reasons(self) -> Iterator[Reason]:
        """The reasons that are computed on each call; `_reasons` fills in since when they hold."""
        if not self._state.scanned:
            yield Reason("starting", "the first scan is not finished", self._profile.started_at)
        if not self._ticks_within(_LATE_NS):
            yield Reason("sync_stalled", "the sync thread does not answer", "")
        source = self._watch.source
        if not source.alive() and not any(reason.code == "watcher_dead" for reason in self._state.reasons):
            yield Reason("watcher_dead", "the watcher's thread has ended; it is about to be opened anew", "")
        yield from (Reason(reason.code, reason.message, "", reason.path) for reason in source.reasons())
        if self._profile.wants_http and self._profile.http is None:
            yield Reason("http_off", "the admin port was taken at the start; HTTP is off until a restart", "")
        for type_, state in self._root_states().items():
            if state not in (RootState.OK, RootState.ABSENT):
                path = next(c.path for c in self._profile.collections if c.type == type_)
                message = f"the folder {path} is {state.value}; its documents are kept"
                yield Reason(f"root_{state.value}", message, "", path)

    def _count(self) -> _Counts:
        """The counts, read anew after a revision, and once a second to see that the database can be read."""
        known, now_ns, revisions = self._counted, self._clock.monotonic_ns(), self._counters.wait(-1, 0)
        if known is None or known.revision_count != revisions or now_ns - known.at_ns > _LOOK_NS:
            known = self._counted = self._read_counts(revisions, now_ns)
        return known

    def _read_counts(self, revisions: int, now_ns: int) -> _Counts:
        try:
            # The database that the daemon keeps, whatever [reader] says that services read.
            with open_reader(database=self._profile.database, source="database") as reader, reader.snapshot():
                version = (reader.epoch() or "", reader.revision() or 0)
                return _Counts(revisions, now_ns, *version, reader.count(), reader.tallies())
        except (NoDatabase, apsw.Error) as error:
            return _Counts(revisions, now_ns, error=str(error))

    def _collections(self, counted: _Counts) -> Iterator[CollectionStatus]:
        roots = self._root_states()
        for one in self._profile.collections:
            numbers = counted.tallies.get(one.type, {})
            state, documents = roots[one.type].value, counted.documents.get(one.type, 0)
            yield CollectionStatus(one.type, one.path, one.format, state, documents, **numbers)

    def ticks(self) -> bool:
        """True while the sync thread comes round, or gets on with its batch."""
        return self._ticks_within(_STALLED_NS)

    def _ticks_within(self, idle_ns: int) -> bool:
        max_ns = _STALLED_BATCH_NS if self._state.syncing else idle_ns
        return self._clock.monotonic_ns() - self._state.tick_ns < max_ns

    def wait_for_change(self, after: int, timeout: float) -> int:
        """The number of revisions made since the start."""
        return self._counters.wait(after, timeout)

    def reload(self, scopes: Sequence[str], timeout: float) -> CommandResult:
        """Read the files in *scopes* at once, whatever their stamps say."""
        return self._look(drop_covered(scopes or (EVERYTHING,)), timeout, rebuilds=False)

    def rebuild(self, timeout: float) -> CommandResult:
        """Build the database afresh, and look at everything."""
        return self._look([EVERYTHING], timeout, rebuilds=True)

    def _look(self, wanted: Sequence[str], timeout: float, *, rebuilds: bool) -> CommandResult:
        if not self._reloads.acquire(blocking=False):
            raise Busy("one reload runs and another one waits already; try again in a second")
        # Each scope is looked up in the tree and in the database; beyond so many, all there is costs less.
        looked = tuple(wanted) if len(wanted) <= _MAX_SCOPES else (EVERYTHING,)
        self._watch.prove()  # hints that are under way then belong to this look
        asked_ns = self._clock.monotonic_ns()
        request = Request(RequestKind.LOOK, looked, tuple(wanted), asked_ns=asked_ns, rebuilds=rebuilds)
        request.answer.add_done_callback(lambda _: self._reloads.release())
        return self._ask(request, timeout)

    def wait(self, paths: Sequence[str], timeout: float) -> CommandResult:
        """Return once the database holds all that was saved at *paths* and beneath before the call."""
        # Without a proof that all hints have arrived, scan the whole tree.
        rescan = not self._watch.prove()
        wanted, asked_ns = tuple(paths) or (EVERYTHING,), self._clock.monotonic_ns()
        request = Request(RequestKind.LOOK, tuple(paths), wanted, rescan=rescan, asked_ns=asked_ns)
        return self._ask(request, timeout)

    def release(self, type_: str | None, timeout: float) -> CommandResult:
        """Delete what is held."""
        request = Request(RequestKind.RELEASE, type=type_, asked_ns=self._clock.monotonic_ns())
        return self._ask(request, timeout)

    def _ask(self, request: Request, timeout: float) -> CommandResult:
        self._inbox.ask(request)
        answer: Future[CommandResult] = request.answer
        try:
            return answer.result(timeout)
        except FutureTimeout as error:
            raise TimedOut(
                f"not done after {timeout:g} seconds; the work goes on, see 'docsync status'"
            ) from error

    def stop(self) -> None:
        """Ask the daemon to stop, the way the system does."""
        os.kill(os.getpid(), signal.SIGTERM)

    def _stamp_of_config(self) -> tuple[int, int, int] | None:
        try:
            status = self._profile.config_file.stat()
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
