"""The sync thread: waits for what is due, syncs it, answers requests; what cannot be done now is tried again.

Owns the engine and with it the writer connection. Forgets nothing: what could not be applied is dirty again.
"""

from docsync.change import ApplyResult
from docsync.counters import BatchResult, Trigger
from docsync.errors import Damaged, StoreReason, StoreUnavailable
from docsync.model import RootState
from docsync.names import EVERYTHING
from docsync.policy.batch import Batch
from docsync.sync.batch.batch_context import BatchOptions, BatchReport
from docsync.sync.batch.engine import Engine
from docsync.sync.thread.batch_metrics import BatchMetrics
from docsync.sync.thread.batch_source import BatchSource
from docsync.sync.thread.git_hold import LOOK_AGAIN_NS, BatchExtent, GitAtWork, GitHold
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.loop_tasks import LoopTasks
from docsync.sync.thread.observers import Observers
from docsync.sync.thread.outcome import BatchInterrupted, Retry, result_of
from docsync.sync.thread.pending_requests import PendingRequests
from docsync.sync.thread.request import Request
from docsync.sync.thread.rescans import Rescans

_TICK_NS = 1_000_000_000
_LAST_WORK_NS = 2_000_000_000


class Loop:
    """One sync after the other until the inbox is closed.

    `tick_ns` is how long it waits at most before it comes round again, on the clock of its inbox.
    """

    def __init__(
        self, engine: Engine, inbox: Inbox, git_hold: GitHold, tasks: LoopTasks, observers: Observers
    ) -> None:
        self._engine = engine
        self._inbox = inbox
        self._clock = inbox.clock
        self._git_hold = git_hold
        self._tasks = tasks
        self._status = observers.status
        self._log = observers.log
        self._metrics = BatchMetrics(observers.counters, observers.status, inbox.clock)
        self._pending = PendingRequests(inbox.clock, inbox.last_own_hint_ns, tasks.is_closed)
        self._recheck: set[str] = set()
        self._rescans = Rescans(tasks, inbox.clock, observers.log)
        self._source = BatchSource(inbox, tasks, self._rescans, self._metrics, observers.log)
        self._upkeep_at_ns = 0
        self._damage: Damaged | None = None
        self._retry = Retry()
        self._stop_by_ns = self._confirmed_ns = 0
        self.tick_ns = _TICK_NS

    def run(self) -> None:
        """Run until the inbox is closed; a last step then applies hints that came during the previous one."""
        while not self._inbox.closed:
            now_ns = self._clock.monotonic_ns()
            takes_paths = now_ns >= self._retry.not_before_ns and not self._rescans.awaits_first(self._engine)
            self._inbox.wait(self._next_ns(now_ns), for_paths=takes_paths)
            self.step(self._clock.monotonic_ns())
        self._finish()
        self._pending.add(self._inbox.requests())
        self._pending.give_up("docsync is stopping")

    def _finish(self) -> None:
        """Apply what was hinted while the last step was under way, a slice at a time while there is time."""
        now_ns = self._clock.monotonic_ns()
        self._stop_by_ns = self._stop_by_ns or now_ns + _LAST_WORK_NS
        self.step(now_ns)
        while self._inbox.has_backlog and self._retry.not_before_ns <= now_ns <= self._stop_by_ns:
            self.step(now_ns)
            now_ns = self._clock.monotonic_ns()

    def _next_ns(self, now_ns: int) -> int:
        """When the next timed work is due (monotonic nanoseconds): rescan, tick, grace period or upkeep."""
        if now_ns < self._retry.not_before_ns:
            return min(self._retry.not_before_ns, now_ns + self.tick_ns)
        if self._rescans.awaits_first(self._engine):
            return now_ns + self.tick_ns
        if self._inbox.has_backlog:
            return now_ns
        due_ns = self._engine.next_due_ns(self._inbox.dirty())
        times = (self._rescans.next_ns, now_ns + self.tick_ns, due_ns, self._upkeep_at_ns)
        return min(at_ns for at_ns in times if at_ns is not None)

    def root_states(self) -> dict[str, RootState]:
        """The state of each collection's folder, as of the last look."""
        return self._engine.root_states()

    def step(self, now_ns: int) -> None:
        """Do what is due at *now_ns*."""
        self._status.tick_ns = now_ns
        self._tasks.check_folder()
        self._attempt(now_ns)
        # After the work: it writes files of its own, and the thread that hears of them competes with a batch.
        self._tasks.check_watcher(now_ns)

    def _attempt(self, now_ns: int) -> None:
        self._pending.add(self._inbox.requests())
        if self._inbox.closed:
            self._rescans.stop()
        self._rescans.receive(self._inbox.deliveries())
        if now_ns < self._retry.not_before_ns and not self._inbox.closed:
            return
        try:
            self._repair_damage()
            self._rebuild_if_asked()
            self._work(now_ns)
        except StoreUnavailable as error:
            self._back_off(error, now_ns)
        except GitAtWork:
            self._retry.not_before_ns = now_ns + LOOK_AGAIN_NS
        except BatchInterrupted:
            self._log.log_interrupted()

    def _work(self, now_ns: int) -> None:
        looks = self._find_looks(now_ns)
        if self._rescans.awaits_first(self._engine):
            return
        if looks or self._is_due(now_ns):
            # Before paths are taken: while Git holds the batch, a checkout of thousands of paths costs nothing.
            extent = self._enter(now_ns)
            is_awaited = self._pending.waits_for_left
            batch = self._source.build(self._engine, now_ns, extent, looks, is_awaited=is_awaited)
            if batch.dirty or looks or self._rescans.part or self._engine.list_due(now_ns, batch.resting):
                self._take_in(batch, self._sync(batch, extent, now_ns), looks)
        else:
            self._git_hold.rest()
        for request in self._pending.releases():
            self._release(request, now_ns)
        self._mark_accepted()
        self._pending.answer(self._engine.read_state, self._engine.type_of)
        self._upkeep_at_ns = self._tasks.upkeep.tick(self._clock.monotonic_ns())

    def _find_looks(self, now_ns: int) -> list[Request]:
        """Look after walks; returns the looks that wait for none of them any more."""
        rescans, engine, asked = self._rescans, self._engine, self._pending.looks()
        rescans.open_delivery(engine)
        looks = [request for request in asked if not rescans.defers(request, engine)]
        if rescans.part is not None and rescans.part.is_empty and not looks:
            self._record_unchanged(now_ns)
        if not self._inbox.closed:
            rescans.begin(engine, now_ns, is_asked=len(looks) < len(asked))
        return looks

    def _record_unchanged(self, now_ns: int) -> None:
        """A walk delivered nothing: there is nothing to be decided, and no batch."""
        self._rescans.mark_decided(now_ns)
        self._metrics.trigger = Trigger.RESCAN if self._engine.scanned else Trigger.START
        self._engine.mark_walked()
        self._follow_links()
        self._metrics.record_rescan()
        unchanged = ApplyResult(self._engine.read_state(()).revision)
        self._log.log_batch(BatchReport(unchanged), 0.0)
        self._metrics.record_commit(unchanged, 0.0, self._engine.list_undecided() | self._recheck, now_ns)

    def _is_due(self, now_ns: int) -> bool:
        """True when there may be something to sync without a request."""
        due_ns = self._inbox.next_due_ns()
        is_rescan = self._rescans.part or self._rescans.wants_whole(self._engine, now_ns)
        is_owed = self._inbox.closed or is_rescan or self._pending.waits_for_left
        is_owed = is_owed or (due_ns is not None and due_ns <= now_ns)
        return bool(is_owed or self._engine.list_due(now_ns, self._inbox.dirty()))

    def _enter(self, now_ns: int) -> BatchExtent:
        try:
            return self._git_hold.enter(now_ns)
        except GitAtWork:
            self._metrics.trigger = Trigger.GIT
            self._metrics.record_failure(BatchResult.POSTPONED, 0.0)
            raise

    def _take_in(self, batch: Batch, report: BatchReport, looks: list[Request]) -> None:
        """After the commit of *batch*: update the pending requests with *report*."""
        # A path to be looked at again stays here until then, also through batches of other paths.
        self._recheck = (self._recheck - batch.dirty.keys() | report.again.keys()) & self._inbox.dirty()
        undecided = self._engine.list_undecided() | self._recheck
        deferred = report.deferred.keys()
        self._pending.mark_begun(looks, undecided, batch, deferred)
        self._pending.mark_committed(report.applied, undecided, batch, deferred)

    def _release(self, request: Request, now_ns: int) -> None:
        begun_ns = self._clock.monotonic_ns()
        self._metrics.trigger = Trigger.RELEASE
        applied = self._engine.release(request.type)
        undecided = self._engine.list_undecided() | self._recheck
        self._metrics.record_commit(applied, self._seconds_since(begun_ns), undecided, now_ns)
        self._log.log_released(applied)
        self._pending.mark_begun([request], set(), Batch())
        self._pending.mark_committed(applied, undecided, Batch())

    def _repair_damage(self) -> None:
        """Repair damage, if any. A repaired database has a new engine, so everything is scanned again."""
        if self._damage is None:
            self._tasks.upkeep.check()
            return
        self._rescans.stop()
        self._engine = self._tasks.upkeep.repair(self._damage, self._progress)
        self._damage = None

    def _rebuild_if_asked(self) -> None:
        """Build the database afresh for whoever asks for it, before the look that the same request wants."""
        asking = [request for request in self._pending.looks() if request.rebuilds]
        if asking:
            self._rescans.stop()
            self._engine = self._tasks.upkeep.rebuild("asked for", self._progress)
        for request in asking:
            request.rebuilds = False

    def _sync(self, batch: Batch, extent: BatchExtent, now_ns: int) -> BatchReport:
        """One batch, from its scan to the log. After an exception nothing has changed, its paths are dirty."""
        self._status.syncing = True
        begun_ns = self._clock.monotonic_ns()
        try:
            is_whole = extent is not BatchExtent.PLAIN
            options = BatchOptions(is_whole, self._confirm)
            report = self._engine.sync(batch, now_ns, self._inbox.last_hint_ns, self._progress, options)
        except (GitAtWork, StoreUnavailable, BatchInterrupted) as error:
            self._inbox.put_back(batch, 0)
            self._metrics.record_failure(result_of(error), self._seconds_since(begun_ns))
            raise
        finally:
            self._status.syncing = False
        self._git_hold.leave()
        seconds = self._seconds_since(begun_ns)
        worked = (self._confirmed_ns - begun_ns) / 1e9
        self._tasks.slices.mark(report.looked, worked, seconds - worked)
        applied = report.applied
        self._inbox.mark_applied(applied.upserted)
        for path, at_ns in report.again.items():
            self._inbox.look_again(path, now_ns, at_ns)
        for path, since_ns in report.deferred.items():
            self._inbox.defer(path, now_ns, since_ns)
        is_over = self._rescans.part is not None and self._rescans.mark_decided(now_ns)
        if is_over:
            self._engine.mark_walked()
        self._follow_links()
        if EVERYTHING in batch.dirty:
            self._rescans.mark_whole(now_ns)
        if is_over or EVERYTHING in batch.dirty:
            self._metrics.record_rescan()
        self._log.log_batch(report, seconds)
        undecided = self._engine.list_undecided() | report.again.keys()
        self._metrics.record_commit(applied, seconds, undecided, now_ns + int(seconds * 1e9))
        return report

    def _follow_links(self) -> None:
        """Let the watcher know which files have more names, if that is news."""
        if (files := self._engine.links.take_followed()) is not None:
            self._tasks.follow(files)

    def _confirm(self) -> None:
        """Called before the commit of each batch. Raises GitAtWork."""
        self._confirmed_ns = self._clock.monotonic_ns()
        self._git_hold.check(self._confirmed_ns)

    def _seconds_since(self, begun_ns: int) -> float:
        return (self._clock.monotonic_ns() - begun_ns) / 1e9

    def _progress(self, _done: int, _of: int) -> None:
        """Called for each file of a batch. Raises BatchInterrupted when a stop has waited for 2 s."""
        now_ns = self._status.tick_ns = self._clock.monotonic_ns()
        if self._inbox.closed:
            self._stop_by_ns = self._stop_by_ns or now_ns + _LAST_WORK_NS
            if now_ns > self._stop_by_ns:
                raise BatchInterrupted

    def _back_off(self, error: StoreUnavailable, now_ns: int) -> None:
        """The database cannot be written: the next try comes later each time."""
        if isinstance(error, Damaged):
            self._damage = error
        self._retry.postpone(now_ns)
        if self._status.raise_reason(error.reason, str(error)):
            self._log.log_unavailable(error)

    def _mark_accepted(self) -> None:
        self._retry.clear()
        if self._status.clear_reasons(*StoreReason):
            self._log.log_available()
        self._tasks.upkeep.accept()
        self._status.scanned = self._engine.scanned
        self._status.undecided = len(self._engine.list_undecided())
