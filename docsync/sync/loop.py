"""The sync thread: waits for what is due, syncs it, answers requests, and tries again when the database refuses.

Owns the engine and with it the writer connection. Forgets nothing: what could not be applied is dirty again.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from docsync.coalesce import Batch, Dirty
from docsync.errors import StoreUnavailable
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.status import Done, LastBatch
from docsync.sync.engine import Engine, Report
from docsync.sync.inbox import Inbox
from docsync.sync.journal import Journal
from docsync.sync.load import iso
from docsync.sync.request import Ask, Request
from docsync.sync.vitals import Vitals

_RETRY_FIRST_NS = 50_000_000
_RETRY_MOST_NS = 5_000_000_000
_RESYNC_PAUSE_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often the loop acts by itself: `rescan_ns` between whole scans (±20 %); `resync` rebuilds the watches."""

    rescan_ns: int
    resync: Callable[[], None]


class Loop:
    """One sync after the other until the inbox is closed."""

    def __init__(self, engine: Engine, inbox: Inbox, rounds: Rounds, vitals: Vitals, journal: Journal) -> None:
        self._engine = engine
        self._inbox = inbox
        self._rounds = rounds
        self._vitals = vitals
        self._journal = journal
        self._open: list[Request] = []
        self._rescan_at_ns = 0
        self._retry_at_ns = 0
        self._retry_ns = _RETRY_FIRST_NS
        self._resync_at_ns = 0
        self._random = random.Random()  # noqa: S311  # spreads the load of many daemons; no secret

    def run(self) -> None:
        """Come round until the inbox is closed, then once more, for the good news that is already there."""
        while not self._inbox.closed:
            self._inbox.wait(self._next_ns(), for_paths=not self._retry_at_ns)
            self.step(time.monotonic_ns())
        self._answer_all("docsync is stopping")

    def _next_ns(self) -> int:
        """When the loop has something to do even if nobody says anything."""
        if self._retry_at_ns:
            return self._retry_at_ns
        due_ns = self._engine.next_due_ns()
        return self._rescan_at_ns if due_ns is None else min(due_ns, self._rescan_at_ns)

    def step(self, now_ns: int) -> None:
        """Do what is due at *now_ns*."""
        self._vitals.tick_ns = now_ns
        asked = self._inbox.requests()
        for request in asked:
            request.begun_ns = now_ns
        if now_ns < self._retry_at_ns and not self._inbox.closed:
            self._open += asked  # answered by the try that succeeds
            return
        if self._retry_at_ns:
            asked += [request for request in self._open if not request.answer.done()]
            self._open.clear()
        looks = [request for request in asked if request.ask is Ask.LOOK]
        batch = self._batch(looks, now_ns)
        try:
            if batch.dirty or self._engine.due(now_ns):
                self._sync(batch, looks, now_ns)
            for request in asked:
                if request.ask is Ask.RELEASE:
                    self._release(request)
        except StoreUnavailable as error:
            self._refused(error, batch, now_ns)
            self._open += [request for request in asked if request not in self._open and not request.answer.done()]
            return
        self._accepted()
        self._answer()

    def _batch(self, looks: list[Request], now_ns: int) -> Batch:
        """What is due, what is asked for, and everything when it is time for a rescan."""
        batch = self._inbox.take(now_ns, everything=bool(looks) or self._inbox.closed)
        dirty = dict(batch.dirty)
        if any(item.sign is Sign.LOST for item in dirty.values()):
            self._resync(dirty, now_ns)
        scopes = {scope for request in looks for scope in request.scopes}
        if now_ns >= self._rescan_at_ns and not self._inbox.closed:
            scopes.add(EVERYTHING)
        for scope in scopes:
            dirty.setdefault(scope, Dirty(now_ns, now_ns, Sign.FOLDER))
        return Batch(dirty, batch.resting)

    def _resync(self, dirty: dict[str, Dirty], now_ns: int) -> None:
        """Hints were lost: watch afresh, *then* scan. A second time within a second waits for the second to be over."""
        if now_ns < self._resync_at_ns:
            for path in [path for path, item in dirty.items() if item.sign is Sign.LOST]:
                self._inbox.put_back(Batch({path: dirty.pop(path)}), self._resync_at_ns)
            return
        self._resync_at_ns = now_ns + _RESYNC_PAUSE_NS
        self._rounds.resync()
        self._journal.resynced()

    def _sync(self, batch: Batch, looks: list[Request], now_ns: int) -> None:
        self._vitals.syncing = True
        begun = time.perf_counter()
        report = self._engine.sync(batch, now_ns, self._inbox.heard_ns)
        seconds = time.perf_counter() - begun
        applied = report.applied
        self._inbox.applied(applied.upserted, time.monotonic_ns())
        for path, at_ns in report.again.items():
            self._inbox.look_again(path, now_ns, at_ns)
        if EVERYTHING in batch.dirty:
            self._vitals.rescans += 1
            self._rescan_at_ns = now_ns + int(self._rounds.rescan_ns * self._random.uniform(0.8, 1.2))
        self._journal.batch(report, seconds)
        if applied.changed:
            counts = (len(applied.upserted), len(applied.deleted))
            self._vitals.last_batch = LastBatch(iso(time.time_ns()), applied.revision, *counts, round(seconds, 6))
        self._follow(report, looks)

    def _follow(self, report: Report, looks: list[Request]) -> None:
        """Let every open request know what happened, and new ones wait for what is undecided in their scope."""
        undecided = self._engine.undecided() | report.again.keys()
        for request in looks:
            request.waits_for = {path for path in undecided if request.concerns(path)}
        self._open += [request for request in looks if request not in self._open]
        for request in self._open:
            request.waits_for &= undecided
            request.upserted.update(filter(request.concerns, report.applied.upserted))
            request.deleted.update(filter(request.concerns, report.applied.deleted))

    def _release(self, request: Request) -> None:
        applied = self._engine.release(request.type)
        request.deleted.update(applied.deleted)
        self._journal.released(applied)
        self._open.append(request)

    def _refused(self, error: StoreUnavailable, batch: Batch, now_ns: int) -> None:
        """The database cannot be written: everything is dirty again, and the next try comes later each time."""
        self._inbox.put_back(batch, 0)
        if self._inbox.closed:
            return
        self._retry_at_ns = now_ns + self._retry_ns
        if self._vitals.blame(error.reason, str(error)):
            self._journal.unavailable(error)
        self._retry_ns = min(2 * self._retry_ns, _RETRY_MOST_NS)

    def _accepted(self) -> None:
        self._retry_at_ns = 0
        self._retry_ns = _RETRY_FIRST_NS
        if self._vitals.absolve("locked", "disk_full", "io_error"):
            self._journal.available()
        self._vitals.scanned = self._engine.scanned
        self._vitals.undecided = len(self._engine.undecided())
        self._vitals.syncing = False

    def _answer(self) -> None:
        ready = [request for request in self._open if not request.waits_for]
        self._open = [request for request in self._open if request.waits_for]
        for request in ready:
            if request.answer.set_running_or_notify_cancel():
                request.answer.set_result(self._done(request))

    def _done(self, request: Request) -> Done:
        seconds = (time.monotonic_ns() - request.begun_ns) / 1e9
        did = (tuple(sorted(request.upserted)), tuple(sorted(request.deleted)))
        now = self._engine.standing(request.scopes)
        return Done(now.epoch, now.revision, round(seconds, 6), *did, now.broken, now.held)

    def _answer_all(self, why: str) -> None:
        for request in [*self._open, *self._inbox.requests()]:
            if request.answer.set_running_or_notify_cancel():
                request.answer.set_exception(StoreUnavailable("stopping", why))
