"""Runs one history: starts the real daemon parts on the made-up world, again after every crash, and judges them."""

import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import cast

import apsw

from docsync.counters import Counters
from docsync.errors import Damaged, StoreUnavailable
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.policy.coalesce import Batch, Coalescer
from docsync.scan import FileTree
from docsync.sync import setup as setup_module
from docsync.sync.batch import load as load_module
from docsync.sync.batch.engine import Engine, Progress
from docsync.sync.setup import build_engine
from docsync.sync.thread import loop as loop_module
from docsync.sync.thread import pending_requests as waiting_module
from docsync.sync.thread import thread_status as vitals_module
from docsync.sync.thread.git_hold import GitHold
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.loop import Loop, LoopTasks, Observers
from docsync.sync.thread.request import RequestKind
from docsync.sync.thread.sync_log import SyncLog
from docsync.sync.thread.thread_status import ThreadStatus
from tests.simulation.base import Base, Dicts, Opened, store_on
from tests.simulation.clock import Clock
from tests.simulation.expectation import complaints, whole_complaints
from tests.simulation.faults import Crash
from tests.simulation.ground import Ground
from tests.simulation.mirror import Mirror, WatchedTree
from tests.simulation.setup import VARIANTS, FakeSettings, with_tree
from tests.simulation.step import History
from tests.simulation.tree import FakeTree
from tests.simulation.truth import KnownReview, Sort, Truth, known_parse
from tests.simulation.witness import Violation, Witness
from tests.simulation.world import World

_RESCAN_NS = 60_000_000_000
# There is no watcher to be looked after: the daemon may doze, once all is over even for long.
_TICK_NS = 5_000_000_000
_LONG_TICK_NS = 40_000_000_000


class Silence:
    """A log that keeps nothing."""

    def debug(self, event: str, **values: object) -> None: ...
    def info(self, event: str, **values: object) -> None: ...
    def warning(self, event: str, **values: object) -> None: ...
    def error(self, event: str, **values: object) -> None: ...


class WatchedInbox(Inbox):
    """An inbox that says when a batch is taken from it."""

    taking: Callable[[], None]

    def take(self, now_ns: int, *, everything: bool) -> Batch:
        self.taking()
        return super().take(now_ns, everything=everything)


class Soundness:
    """A database that nobody damages."""

    def check(self) -> None: ...

    def doubt(self) -> None: ...

    def tick(self, now_ns: int) -> int:
        return now_ns + 10**15

    def repair(self, error: Damaged, progress: Progress | None = None) -> Engine:
        raise Violation(f"taken for damaged: {error}")


@dataclass(slots=True)
class Outcome:
    """What a run came to: `trace` is the same for the same history."""

    commits: int = 0
    crashes: int = 0
    refusals: int = 0
    trace: str = ""


_fingerprint = lru_cache(setup_module.fingerprint)


@contextmanager
def _instead(clock: Clock) -> Iterator[None]:
    """What stands in for parts of the real modules while a history runs. Not `patch`, which takes half a millisecond."""
    replaced: list[tuple[ModuleType, str, object]] = [
        *((module, "time", clock) for module in (loop_module, setup_module, vitals_module, waiting_module)),
        (loop_module, "_TICK_NS", _TICK_NS),
        (setup_module, "SqliteStore", store_on),
        (setup_module, "parse", known_parse),
        (setup_module, "fingerprint", _fingerprint),
        (load_module, "Review", KnownReview),
    ]
    before = [getattr(module, name) for module, name, _ in replaced]
    for module, name, value in replaced:
        setattr(module, name, value)
    try:
        yield
    finally:
        for (module, name, _), value in zip(replaced, before, strict=True):
            setattr(module, name, value)


class Simulation:
    """One history on one database."""

    def __init__(
        self, history: History, base: Base | None = None, folder: Path | None = None, *, traced: bool = False
    ) -> None:
        """The tree is made up, or real in the new *folder*.

        With *traced*, the outcome tells what a reader saw after every commit: two runs are the same or not.
        """
        self._base = base or Dicts()
        self._opened: Opened
        self._clock = Clock()
        self._ground = Ground(self._clock, self._changing, self._changed)
        self._folder = folder
        land = Mirror(self._ground, folder) if folder else self._ground
        self._world = World(history, self._clock, land)
        land.make_folder("personas")
        land.make_folder("prompts")
        self._outcome = Outcome()
        self._trace = hashlib.sha256() if traced else None
        self._witness: Witness | None = None
        self._truth: Truth

    def run(self) -> Outcome:
        """Play the history to its end. Raises Violation where a promise is broken."""
        with _instead(self._clock), ExitStack() as opened:
            while not self._world.over:
                self._live(opened)
        if self._trace is not None:
            self._outcome.trace = self._trace.hexdigest()
        return self._outcome

    def _live(self, opened: ExitStack) -> None:
        """One life of the daemon, from its start to a stop or a crash."""
        self._open(opened)
        try:
            if loop := self._start():
                loop.run()
        except Crash:
            self._outcome.crashes += 1
        self._world.inbox = None
        self._world.requests.clear()

    def _open(self, opened: ExitStack) -> None:
        if self._witness is not None and not self._base.outlives:
            return
        opened.pop_all().close()
        self._opened = opened.enter_context(self._base.open())
        if self._witness is None:
            self._witness = Witness(self._clock, self._opened.reader)
            self._connect(self._witness)
        self._witness.reader = self._opened.reader
        self._world.faults = self._opened.faults
        self._world.faults.committed, self._world.faults.failed = self._committed, self._failed

    def _connect(self, witness: Witness) -> None:
        world = self._world
        world.on_hint, world.on_unsure, world.on_move = witness.hinted, witness.unsure, witness.roots_moved
        world.on_release = witness.releasing
        world.on_sleep, world.on_wake = self._asleep, witness.step
        witness.asks = lambda: {request.ask for request, _ in world.requests}
        witness.git = world.git
        witness.stopping = lambda: world.inbox is not None and world.inbox.closed
        world.on_deadline, world.on_end = self._deadline, self._quiet

    def _start(self) -> Loop | None:
        """The daemon's parts, as the daemon puts them together; None if the database refuses to be opened."""
        world, witness = self._world, self._witness
        assert witness is not None
        settings = VARIANTS[world.variant]
        fake = FakeTree(self._ground, settings.collections, settings.max_file_bytes, world.pause)
        tree = self._real_tree(settings) or fake
        tree.scanned, tree.was_read = witness.scanned, witness.read
        self._truth = Truth(self._ground, settings, fake)
        witness.born(self._truth)
        inbox = WatchedInbox(Coalescer(settings.timing, lambda path: path.endswith(".json")), self._clock.monotonic_ns)
        inbox.taking = witness.taking
        inbox._bell = world  # type: ignore[assignment]  # whoever waits for the bell lets the world go on
        try:
            writer = cast("apsw.Connection", self._opened.writer)  # only handed on, to `store_on`
            engine = build_engine(with_tree(settings, tree), writer, self._clock.monotonic_ns)
        except StoreUnavailable:
            return None
        world.restarted()
        world.inbox = inbox
        rounds = LoopTasks(_RESCAN_NS, self._resync, lambda _: None, Soundness())
        loop = Loop(
            engine,
            inbox,
            GitHold(lambda: world.git, world.prove),
            rounds,
            Observers(ThreadStatus(), SyncLog(Silence()), Counters()),
        )
        loop._random = random.Random(1)
        return loop

    def _real_tree(self, settings: FakeSettings) -> WatchedTree | None:
        if self._folder is None:
            return None
        tree = FileTree(self._folder, settings.collections, settings.max_file_bytes)
        return WatchedTree(tree, self._world.pause)

    def _resync(self) -> None:
        """The watches are made anew: nothing to do for a watcher that never breaks."""

    # What is judged when

    def _changing(self, path: str) -> None:
        self._world.touched_ns[path] = self._clock.now_ns
        if self._witness is not None:
            self._witness.changing(path)

    def _changed(self, path: str) -> None:
        if self._witness is not None:
            self._witness.changed(path)

    def _committed(self) -> None:
        assert self._witness is not None
        self._witness.committed()
        self._outcome.commits += 1
        if self._trace is not None:
            self._trace.update(f"{self._clock.now_ns} {self._witness.last.digest()}\n".encode())

    def _failed(self, fault: str) -> None:
        self._outcome.refusals += fault != "crash"
        self._world.refused(fault)

    def _asleep(self) -> None:
        """The daemon has nothing to do: what it answered must be true."""
        assert self._witness is not None
        loop_module._TICK_NS = _LONG_TICK_NS if self._world.rests(2 * _TICK_NS) else _TICK_NS
        for request, asked_ns in [item for item in self._world.requests if item[0].answer.done()]:
            self._world.requests.remove((request, asked_ns))
            if request.ask is RequestKind.RELEASE:
                self._witness.releasing()
            if request.ask is RequestKind.LOOK and request.answer.exception() is None:
                self._answered(request.concern[0], asked_ns)

    def _answered(self, scope: str, asked_ns: int) -> None:
        assert self._witness is not None
        touched = self._world.touched_ns
        paths = [
            p for p in touched if touched[p] < asked_ns and (scope in (EVERYTHING, p) or p.startswith(scope + "/"))
        ]
        if self._world.moved_ns < asked_ns:
            closed = [path for path in paths if self._witness.sign_of(path) != Sign.OPEN.value]
            self._judge(closed, "answered, but")

    def _deadline(self, paths: list[str]) -> None:
        self._judge(paths, "after 12 s")

    def _judge(self, paths: list[str], when: str) -> None:
        assert self._witness is not None
        for path in paths:
            if self._truth.at(path).sort is not Sort.PIPE:
                for complaint in complaints(path, self._truth, self._witness.last):
                    if "missing-reference" not in complaint:  # that may take until the next rescan
                        raise Violation(f"{when} {complaint}")

    def _quiet(self) -> None:
        """All is quiet and a rescan is over: the database must be what the tree says."""
        assert self._witness is not None
        found = [*whole_complaints(self._truth, self._witness.last)]
        rows = self._witness.last.rows.values()
        if sorted(self._witness.reader.ids_with("common")) != sorted(row.id for row in rows):
            found.append("the search does not find every document")
        if found:
            raise Violation("when quiet: " + "; ".join(found))
