"""The sync thread: waits for what is due, syncs it, answers requests, and tries again when it cannot be done now.

Owns the engine and with it the writer connection. Forgets nothing: what could not be applied is dirty again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol, assert_never

from docsync.counters import BatchResult, Counters, Trigger
from docsync.errors import Damaged, StoreReason, StoreUnavailable
from docsync.model import RootState, Sign
from docsync.names import EVERYTHING
from docsync.policy.coalesce import Batch, DirtyPath
from docsync.sync.batch.engine import BatchOptions, BatchReport, Engine, Progress
from docsync.sync.thread.batch_metrics import BatchMetrics
from docsync.sync.thread.git_hold import LOOK_AGAIN_NS, BatchExtent, GitAtWork, GitHold
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.pending_requests import PendingRequests
from docsync.sync.thread.request import Request
from docsync.sync.thread.sync_log import SyncLog
from docsync.sync.thread.thread_status import ThreadStatus

_TICK_NS = 1_000_000_000
_RETRY_FIRST_NS = 50_000_000
_MAX_RETRY_NS = 5_000_000_000
_RESYNC_PAUSE_NS = 1_000_000_000
_LAST_WORK_NS = 2_000_000_000


class BatchInterrupted(Exception):
    """The batch under way would take longer than a stop may: it is rolled back, and the next start does it."""


class UpkeepPort(Protocol):
    """What keeps the database sound: upkeep.DatabaseUpkeep. `check` and `tick` raise Damaged for what `repair` repairs."""

    def check(self) -> None: ...
    def doubt(self) -> None: ...
    def tick(self, now_ns: int) -> int: ...
    def repair(self, error: Damaged, progress: Progress | None = None) -> Engine: ...


@dataclass(frozen=True, slots=True)
class LoopTasks:
    """What the loop does by itself: `rescan_ns` between whole scans (±20 %); `resync` makes the watches anew after lost
    hints; `tick` is called about once a second with the time, to look after the watcher. `care` looks after the
    database before and after each batch. `jitter` spreads the rescans of many daemons.
    """

    rescan_ns: int
    resync: Callable[[], None]
    tick: Callable[[int], None]
    care: UpkeepPort
    jitter: Random = field(default_factory=Random)


class Loop:
    """One sync after the other until the inbox is closed.

    `tick_ns` is how long it waits at most before it comes round again, on the clock of its inbox.
    """

    def __init__(self, engine: Engine, inbox: Inbox, gate: GitHold, rounds: LoopTasks, told: "Observers") -> None:
        self._engine = engine
        self._inbox = inbox
        self._clock = inbox.clock
        self._gate = gate
        self._rounds = rounds
        self._vitals = told.vitals
        self._journal = told.journal
        self._record = BatchMetrics(told.counters, told.vitals, inbox.clock)
        self._waiting = PendingRequests(inbox.clock)
        self._again: set[str] = set()
        self._rescan_at_ns = 0
        self._care_at_ns = 0
        self._damage: Damaged | None = None
        self._not_before_ns = 0
        self._retry_ns = _RETRY_FIRST_NS
        self._resync_at_ns = 0
        self._stop_by_ns = 0
        self.tick_ns = _TICK_NS

    def run(self) -> None:
        """Come round until the inbox is closed, and once more: the last round takes the good news that is already there."""
        while not self._inbox.closed:
            now_ns = self._clock.monotonic_ns()
            self._inbox.wait(self._next_ns(now_ns), for_paths=now_ns >= self._not_before_ns)
            self.step(self._clock.monotonic_ns())
        self.step(self._clock.monotonic_ns())  # what was hinted while the step before was under way
        self._waiting.add(self._inbox.requests())
        self._waiting.give_up("docsync is stopping")

    def _next_ns(self, now_ns: int) -> int:
        """When the loop has something to do even if nobody says anything."""
        if now_ns < self._not_before_ns:
            return min(self._not_before_ns, now_ns + self.tick_ns)
        due_ns = self._engine.next_due_ns(self._inbox.dirty())
        times = (self._rescan_at_ns, now_ns + self.tick_ns, due_ns, self._care_at_ns)
        return min(at_ns for at_ns in times if at_ns is not None)

    def root_states(self) -> dict[str, RootState]:
        """What became of each collection's folder, as of the last look."""
        return self._engine.root_states()

    def step(self, now_ns: int) -> None:
        """Do what is due at *now_ns*."""
        self._vitals.tick_ns = now_ns
        self._rounds.tick(now_ns)
        self._waiting.add(self._inbox.requests())
        if now_ns < self._not_before_ns and not self._inbox.closed:
            return
        try:
            self._repair_damage()
            self._work(now_ns)
        except StoreUnavailable as error:
            self._back_off(error, now_ns)
        except GitAtWork:
            self._not_before_ns = now_ns + LOOK_AGAIN_NS
        except BatchInterrupted:
            self._journal.log_interrupted()

    def _work(self, now_ns: int) -> None:
        looks = self._waiting.looks()
        if looks or self._is_due(now_ns):
            # Asked before anything is taken: as long as Git holds it, a checkout of thousands of paths costs nothing.
            admitted = self._enter(now_ns)
            batch = self._build_batch(now_ns, admitted)
            if batch.dirty or looks or self._engine.list_due(now_ns, batch.resting):
                self._take_in(batch, self._sync(batch, admitted, now_ns), looks)
        else:
            self._gate.rest()
        for request in self._waiting.releases():
            self._release(request, now_ns)
        self._mark_accepted()
        self._waiting.answer(self._engine.read_state)
        self._care_at_ns = self._rounds.care.tick(self._clock.monotonic_ns())

    def _is_due(self, now_ns: int) -> bool:
        """True when there may be something to sync even if nobody asks for it."""
        due_ns = self._inbox.next_due_ns()
        if self._inbox.closed or now_ns >= self._rescan_at_ns or (due_ns is not None and due_ns <= now_ns):
            return True
        return bool(self._engine.list_due(now_ns, self._inbox.dirty()))

    def _enter(self, now_ns: int) -> BatchExtent:
        try:
            return self._gate.enter(now_ns)
        except GitAtWork:
            self._record.trigger = Trigger.GIT
            self._record.record_failure(BatchResult.POSTPONED, 0.0)
            raise

    def _take_in(self, batch: Batch, report: BatchReport, looks: list[Request]) -> None:
        """*batch* is committed: who waits for it hears what it did."""
        # A path that is to be looked at again stays in hand until it was, also through batches of other paths.
        self._again = (self._again - batch.dirty.keys() | report.again.keys()) & self._inbox.dirty()
        undecided = self._engine.list_undecided() | self._again
        self._waiting.mark_begun(looks, undecided)
        self._waiting.mark_committed(report.applied, undecided, self._inbox.last_own_hint_ns)

    def _release(self, request: Request, now_ns: int) -> None:
        begun_ns = self._clock.monotonic_ns()
        self._record.trigger = Trigger.RELEASE
        applied = self._engine.release(request.type)
        undecided = self._engine.list_undecided() | self._again
        self._record.record_commit(applied, self._seconds_since(begun_ns), undecided, now_ns)
        self._journal.log_released(applied)
        self._waiting.mark_begun([request], set())
        self._waiting.mark_committed(applied, undecided, self._inbox.last_own_hint_ns)

    def _repair_damage(self) -> None:
        """After damage there is another engine, which has seen nothing yet: everything is looked at again."""
        if self._damage is None:
            self._rounds.care.check()
            return
        self._engine = self._rounds.care.repair(self._damage, self._progress)
        self._damage = None
        self._rescan_at_ns = 0

    def _build_batch(self, now_ns: int, admitted: BatchExtent) -> Batch:
        """What is due, what is asked for, and everything when it is time for a rescan.

        After Git's work: all that is dirty, and all there is when hints may be missing.
        """
        looks = self._waiting.looks()
        hurried = bool(looks) or admitted is not BatchExtent.PLAIN
        batch = self._inbox.take(now_ns, everything=hurried or self._inbox.closed)
        dirty = dict(batch.dirty)
        if any(item.sign is Sign.LOST for item in dirty.values()):
            self._resync(dirty, now_ns, urgent=hurried)
        scopes = {scope for request in looks for scope in request.scopes} | (
            self._engine.list_unhinted() if looks else set()
        )
        if EVERYTHING in scopes:
            self._rounds.care.doubt()  # who asks for everything may have seen a row that is not what its file says
        rescan = now_ns >= self._rescan_at_ns and not self._inbox.closed
        if rescan or admitted is BatchExtent.EVERYTHING:
            scopes.add(EVERYTHING)
        self._record.record_hints(dirty)
        self._record.record_trigger(dirty, asked=bool(looks), rescan=rescan)
        if admitted is not BatchExtent.PLAIN:
            self._record.trigger = Trigger.GIT
        for scope in scopes:
            dirty.setdefault(scope, DirtyPath(now_ns, now_ns, Sign.FOLDER))
        return Batch(dirty, batch.resting, batch.rest_until_ns)

    def _resync(self, dirty: dict[str, DirtyPath], now_ns: int, *, urgent: bool) -> None:
        """Hints were lost: watch afresh, *then* scan. A second time within a second waits, unless someone waits for it."""
        if now_ns < self._resync_at_ns and not urgent:
            for path in [path for path, item in dirty.items() if item.sign is Sign.LOST]:
                self._inbox.put_back(Batch({path: dirty.pop(path)}), self._resync_at_ns)
            return
        self._resync_at_ns = now_ns + _RESYNC_PAUSE_NS
        self._rounds.resync()
        self._journal.log_resync()

    def _sync(self, batch: Batch, admitted: BatchExtent, now_ns: int) -> BatchReport:
        """One batch, from the gate to the log. Whatever it raises, nothing was changed and its paths are dirty again."""
        self._vitals.syncing = True
        begun_ns = self._clock.monotonic_ns()
        try:
            manner = BatchOptions(
                admitted is not BatchExtent.PLAIN, confirm=lambda: self._gate.check(self._clock.monotonic_ns())
            )
            report = self._engine.sync(batch, now_ns, self._inbox.last_hint_ns, self._progress, manner)
        except (GitAtWork, StoreUnavailable, BatchInterrupted) as error:
            self._inbox.put_back(batch, 0)
            self._record.record_failure(_result_of(error), self._seconds_since(begun_ns))
            raise
        finally:
            self._vitals.syncing = False
        self._gate.leave()
        seconds = self._seconds_since(begun_ns)
        applied = report.applied
        self._inbox.mark_applied(applied.upserted)
        for path, at_ns in report.again.items():
            self._inbox.look_again(path, now_ns, at_ns)
        if EVERYTHING in batch.dirty:
            self._record.record_rescan()
            self._rescan_at_ns = now_ns + int(self._rounds.rescan_ns * self._rounds.jitter.uniform(0.8, 1.2))
        self._journal.log_batch(report, seconds)
        waiting = self._engine.list_undecided() | report.again.keys()
        self._record.record_commit(applied, seconds, waiting, now_ns + int(seconds * 1e9))
        return report

    def _seconds_since(self, begun_ns: int) -> float:
        return (self._clock.monotonic_ns() - begun_ns) / 1e9

    def _progress(self, _done: int, _of: int) -> None:
        """Called for every file of a batch: a stop waits for a batch of seconds, not for one of minutes."""
        self._vitals.tick_ns = self._clock.monotonic_ns()
        if self._inbox.closed:
            self._stop_by_ns = self._stop_by_ns or self._clock.monotonic_ns() + _LAST_WORK_NS
            if self._clock.monotonic_ns() > self._stop_by_ns:
                raise BatchInterrupted

    def _back_off(self, error: StoreUnavailable, now_ns: int) -> None:
        """The database cannot be written: the next try comes later each time."""
        if isinstance(error, Damaged):
            self._damage = error
        self._not_before_ns = now_ns + self._retry_ns
        if self._vitals.raise_reason(error.reason, str(error)):
            self._journal.log_unavailable(error)
        self._retry_ns = min(2 * self._retry_ns, _MAX_RETRY_NS)

    def _mark_accepted(self) -> None:
        self._not_before_ns = 0
        self._retry_ns = _RETRY_FIRST_NS
        if self._vitals.clear_reasons(*StoreReason):
            self._journal.log_available()
        self._vitals.scanned = self._engine.scanned
        self._vitals.undecided = len(self._engine.list_undecided())


def _result_of(error: GitAtWork | StoreUnavailable | BatchInterrupted) -> BatchResult:
    match error:
        case GitAtWork():
            return BatchResult.POSTPONED
        case StoreUnavailable():
            return BatchResult.REFUSED
        case BatchInterrupted():
            return BatchResult.INTERRUPTED
        case _:
            assert_never(error)


@dataclass(frozen=True, slots=True)
class Observers:
    """Where the loop says what it does: for those who ask, for the log, and in numbers."""

    vitals: ThreadStatus
    journal: SyncLog
    counters: Counters = field(default_factory=Counters)
