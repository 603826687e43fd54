"""When everything is looked at again, and how: by a walk beside the sync thread, or in a batch of everything.

What a walk delivers is taken in parts: all that belongs together in the first one, then files that were
written in place, so that a save waits for few of them. Belongs to the sync thread. Never looks at the tree.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from docsync.clock import Clock
from docsync.model import Reread
from docsync.names import EVERYTHING
from docsync.policy.batch import Batch
from docsync.sync.batch.engine import Engine
from docsync.sync.delivery import Delivery, Failure
from docsync.sync.thread.loop_tasks import LoopTasks
from docsync.sync.thread.request import Request
from docsync.sync.thread.sync_log import SyncLog

# So much longer than its own work a walk pauses where hints are proved: one percent of a core.
_PAUSE_FACTOR = 100
# After so many walks of a tree that never held still all is looked at in a batch.
_MAX_UNSTEADY = 3
_UNSTEADY = "folders moved all the time while they were walked"
_OTHER_FOLDER = "a collection's folder is another one than before the start"
_MAX_PAUSE_NS = 600_000_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """Some of what a walk delivered: scopes, files that are equal under a new stamp, and what is to be read.

    `must_be_done`: also if all three are empty, since a collection's folder is not as it is recorded.
    """

    scopes: frozenset[str] = frozenset()
    rereads: tuple[Reread, ...] = ()
    asked: frozenset[str] = frozenset()
    must_be_done: bool = False

    @property
    def is_empty(self) -> bool:
        """True when nothing differs."""
        return not (self.scopes or self.rereads or self.must_be_done)

    def join(self, batch: Batch) -> Batch:
        """*batch* with this part of what was delivered."""
        return replace(batch, asked=batch.asked | self.asked, delivered=self.scopes, rereads=self.rereads)


@dataclass(slots=True)
class _Walk:
    """A walk that is under way, or delivered: then `parts` are still to be decided."""

    number: int
    begun_ns: int
    reads_all: bool
    parts: list[Part] = field(default_factory=list)
    is_still: bool = True
    cpu_ns: int = 0


class Rescans:
    """Keeps the time of the next look at everything, the walk that is under way, and what it delivered."""

    def __init__(self, tasks: LoopTasks, clock: Clock, log: SyncLog) -> None:
        self._tasks = tasks
        self._clock = clock
        self._log = log
        self._at_ns = 0
        self._numbers = 0
        self._walk: _Walk | None = None
        self._delivery: Delivery | None = None
        self._needs_batch = False
        self._unsteady = 0

    def stop(self) -> None:
        """The database is going to be another one, or there is no time: nothing that was found is wanted."""
        if self._tasks.walker is not None:
            self._tasks.walker.cancel()
        self._walk = self._delivery = None
        self._at_ns = 0

    @property
    def next_ns(self) -> int | None:
        """When the next look at everything is due; None while a walk is under way."""
        if self._walk is None:
            return self._at_ns
        return 0 if self._walk.parts or self._delivery is not None else None

    def begin(self, engine: Engine, now_ns: int, *, is_asked: bool) -> None:
        """Let a walk begin if it is time for one and none is under way, or if somebody asks for it.

        Whoever asks does not wait for a walk that believes stamps, unless that has brought what it found.
        """
        walker, walk = self._tasks.walker, self._walk
        is_in_the_way = walk is not None and (
            not is_asked or walk.reads_all or bool(walk.parts) or self._delivery is not None
        )
        if is_in_the_way or walker is None or not self._can_walk(engine):
            return
        if is_asked or now_ns >= self._at_ns:
            self._numbers += 1
            self._walk = _Walk(self._numbers, self._clock.monotonic_ns(), is_asked)
            walker.begin(engine.order_survey(self._numbers, reads_all=is_asked))

    def wants_whole(self, engine: Engine, now_ns: int) -> bool:
        """True when it is time for a look at everything that no walk can take."""
        return self._walk is None and now_ns >= self._at_ns and not self._can_walk(engine)

    def _can_walk(self, engine: Engine) -> bool:
        return self._tasks.walker is not None and not self._needs_batch and not engine.needs_whole

    def receive(self, results: Iterable[Delivery | Failure]) -> None:
        """Take what the walker brought, unless it is of a walk that is not wanted any more."""
        for result in results:
            if self._walk is None or result.number != self._walk.number:
                continue
            if isinstance(result, Failure):
                self._ask_for_batch(result.reason)
            else:
                self._delivery = result

    def _ask_for_batch(self, reason: str) -> None:
        """No walk will do."""
        self._log.log_walk_in_vain(reason)
        self._needs_batch, self._walk, self._at_ns = True, None, 0

    def awaits_first(self, engine: Engine) -> bool:
        """True while the first walk since the start is under way: before it no links are known."""
        return not engine.scanned and self._walk is not None and self.next_ns is None

    def open_delivery(self, engine: Engine) -> None:
        """Divide what was brought, if anything was, into parts to be decided."""
        delivery, walk = self._delivery, self._walk
        if delivery is None or walk is None:
            return
        if why := find_obstacle(delivery, reads_all=walk.reads_all, is_first=not engine.scanned):
            self._ask_for_batch(why)
        else:
            is_first, scopes = not engine.scanned, engine.open_delivery(delivery)
            walk.parts = (
                [_join(delivery, scopes)] if is_first else _divide(delivery, scopes, self._tasks.slices.paths)
            )
            walk.cpu_ns, walk.is_still = delivery.cpu_ns, delivery.is_still
        self._delivery = None

    @property
    def part(self) -> Part | None:
        """What is to be decided next of what was delivered; None when nothing was."""
        return self._walk.parts[0] if self._walk is not None and self._walk.parts else None

    @property
    def is_asked_for(self) -> bool:
        """True when the next part is of a walk that somebody asked for."""
        return self.part is not None and self._walk is not None and self._walk.reads_all

    @property
    def is_due_part(self) -> bool:
        """True when the next part is of a walk for which it was time."""
        return self.part is not None and not self.is_asked_for

    def mark_decided(self, now_ns: int) -> bool:
        """The part is decided; True if it was the last one of its walk."""
        walk = self._walk
        assert walk is not None
        walk.parts.pop(0)
        if walk.parts:
            return False
        self._walk = None
        self._schedule(now_ns, walk.cpu_ns)
        self._unsteady = 0 if walk.is_still else self._unsteady + 1
        if self._unsteady >= _MAX_UNSTEADY:
            self._ask_for_batch(_UNSTEADY)
        return True

    def mark_whole(self, now_ns: int) -> None:
        """A batch of everything was committed."""
        self._needs_batch, self._unsteady = False, 0
        if self._walk is None:
            self._schedule(now_ns, 0)

    def _schedule(self, now_ns: int, cpu_ns: int) -> None:
        pause_ns = int(self._tasks.rescan_ns * self._tasks.jitter.uniform(0.8, 1.2))
        if self._tasks.hears_all():
            pause_ns = max(pause_ns, min(_PAUSE_FACTOR * cpu_ns, _MAX_PAUSE_NS))
        self._at_ns = now_ns + pause_ns

    def defers(self, request: Request, engine: Engine) -> bool:
        """True while *request*, to read everything, waits for a walk that began after it was asked."""
        if not _is_for_walk(request) or not self._can_walk(engine):
            return False
        return not self.serves(request)

    def serves(self, request: Request) -> bool:
        """True when the next part is the last one of a walk that did what *request* asks for."""
        walk = self._walk
        if walk is None or len(walk.parts) != 1 or not walk.reads_all:
            return False
        return _is_for_walk(request) and walk.begun_ns >= request.asked_ns


def find_obstacle(delivery: Delivery, *, reads_all: bool, is_first: bool) -> str:
    """Why *delivery* is no look at everything, "" if it is one: of what moves it does not tell what is gone.

    Nobody has looked yet at a folder that is another one than before the start.
    """
    if (reads_all or is_first) and not delivery.is_still:
        return _UNSTEADY
    return _OTHER_FOLDER if is_first and delivery.roots_differ else ""


def _is_for_walk(request: Request) -> bool:
    return EVERYTHING in request.scopes and not request.rescan


def _join(delivery: Delivery, scopes: frozenset[str]) -> Part:
    """The first delivery, which is decided whole: nothing is saved meanwhile."""
    return Part(scopes, delivery.rereads, delivery.asked, delivery.roots_differ)


def _divide(delivery: Delivery, scopes: frozenset[str], most: int) -> list[Part]:
    """The parts of *delivery*, at least one: *scopes* together, and then *most* files at once."""
    changed, rereads = delivery.changed, delivery.rereads
    parts = [Part(scopes, (), delivery.asked - set(changed), delivery.roots_differ)]
    for start in range(0, len(changed), most):
        some = frozenset(changed[start : start + most])
        parts.append(Part(some, (), delivery.asked & some))
    parts += [Part(rereads=rereads[start : start + most]) for start in range(0, len(rereads), most)]
    return [part for part in parts if not part.is_empty] or [Part()]
