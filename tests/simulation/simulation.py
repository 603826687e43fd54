"""Runs one history: starts the real daemon parts on the made-up scenario, again after every crash, and judges them."""

import hashlib
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from docsync.clock import iso
from docsync.counters import Counters
from docsync.errors import StoreUnavailable
from docsync.model import Scan
from docsync.names import EVERYTHING
from docsync.policy.coalesce import Coalescer
from docsync.scan import FileTree
from docsync.scan.read import WriteState
from docsync.sync.batch.engine import Engine
from docsync.sync.ports import Tree
from docsync.sync.setup import EngineSources, Settings, assemble_engine
from docsync.sync.thread.git_hold import GitHold
from docsync.sync.thread.loop import Loop
from docsync.sync.thread.loop_tasks import LoopTasks
from docsync.sync.thread.observers import Observers
from docsync.sync.thread.request import RequestKind
from docsync.sync.thread.sync_log import SyncLog
from docsync.sync.thread.thread_status import ThreadStatus
from tests.simulation.asset_tree import AssetTree
from tests.simulation.backend import Backend, MemoryBackend, Opened, store_on
from tests.simulation.claims import Asked
from tests.simulation.clock import SimulatedClock
from tests.simulation.expectation import complaints, taken_complaints
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.fake_watcher import FakeWatcher
from tests.simulation.faults import Crash
from tests.simulation.fresh import quiet_complaints
from tests.simulation.mirrored_filesystem import MirroredFilesystem, WatchedTree
from tests.simulation.observer import Observer, Violation
from tests.simulation.oracle import Oracle, Sort, known_checks, known_fingerprints
from tests.simulation.outcome import Outcome
from tests.simulation.real_watcher import RealWatcher
from tests.simulation.scenario import Scenario
from tests.simulation.setup import VARIANTS
from tests.simulation.stand_ins import NoUpkeep, Silence, WatchedInbox
from tests.simulation.step import History, News
from tests.simulation.walker import NoWalker, SimulatedWalker, rush, sources_of

_BEAT_NS = 3_000_000_000
_RESCAN_NS = 60_000_000_000
# There is no watcher to be looked after: the daemon may doze, once all is over even for long.
_TICK_NS = 5_000_000_000
_LONG_TICK_NS = 40_000_000_000


class Simulation:
    """One history on one database."""

    def __init__(
        self,
        history: History,
        base: Backend | None = None,
        folder: Path | None = None,
        *,
        traced: bool = False,
    ) -> None:
        """The tree is made up, or real in the new *folder*.

        With *traced*, the outcome tells what a reader saw after every commit: two runs are the same or not.
        """
        self._backend = base or MemoryBackend()
        self._opened: Opened
        self._clock = SimulatedClock()
        self._filesystem = FakeFilesystem(self._clock, self._changing, self._changed)
        self._folder = folder
        self._watcher: RealWatcher | FakeWatcher
        self._next_check_ns = 0
        self._is_first_look = False
        self._mirror = MirroredFilesystem(self._filesystem, folder) if folder else None
        filesystem = self._mirror or self._filesystem
        self._scenario = Scenario(history, self._clock, filesystem, self._filesystem)
        filesystem.make_folder("personas")
        filesystem.make_folder("prompts")
        self._outcome = Outcome()
        self._trace = hashlib.sha256() if traced else None
        self._observer: Observer | None = None
        self._oracle: Oracle
        self._loop: Loop

    def run(self) -> Outcome:
        """Play the history to its end. Raises Violation where a promise is broken."""
        with ExitStack() as kept, ExitStack() as opened:
            if self._mirror is not None:
                kept.callback(self._mirror.close)
            while not self._scenario.over:
                self._live(opened)
        if self._trace is not None:
            self._outcome.trace = self._trace.hexdigest()
        return self._outcome

    def _live(self, opened: ExitStack) -> None:
        """One life of the daemon, from its start to a stop or a crash."""
        self._open(opened)
        self._scenario.roots = tuple(c.path for c in VARIANTS[self._scenario.variant].collections)
        with self._watching():
            try:
                if loop := self._start():
                    loop.run()
            except Crash:
                self._outcome.crashes += 1
        self._scenario.inbox, self._scenario.walker = None, NoWalker()
        self._scenario.requests.clear()

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """The hints of this life are those that the watcher that ships gives, where the tree is real."""
        if self._folder is None:
            self._watcher = fake = FakeWatcher(self._filesystem, self._scenario.roots)
            self._scenario.watch = lambda _, done: fake.take(done)
            yield
            return
        with RealWatcher(self._folder, self._scenario.roots) as real:
            self._watcher = real
            self._scenario.watch = lambda step, _: real.lose() if step.news is News.LOST else real.take()
            yield

    def _open(self, opened: ExitStack) -> None:
        if self._observer is not None and not self._backend.outlives:
            return
        opened.pop_all().close()
        self._opened = opened.enter_context(self._backend.open())
        if self._observer is None:
            self._observer = Observer(self._clock, self._opened.reader)
            self._connect(self._observer)
        self._observer.reader = self._opened.reader
        self._scenario.faults = self._opened.faults
        self._scenario.faults.committed, self._scenario.faults.failed = self._committed, self._failed

    def _connect(self, observer: Observer) -> None:
        scenario = self._scenario
        scenario.on_hint, scenario.on_unsure, scenario.on_move = (
            observer.hinted,
            observer.unsure,
            observer.roots_moved,
        )
        scenario.on_release = observer.releasing
        scenario.on_sleep, scenario.on_wake = self._asleep, observer.step
        observer.asks = lambda: {asked.request.kind for asked in scenario.requests}
        observer.git = scenario.git
        observer.inbox = lambda: scenario.inbox
        scenario.on_deadline, scenario.on_end = self._deadline, self._quiet

    def _start(self) -> Loop | None:
        """The daemon's parts, as the daemon puts them together; None if the database refuses to be opened."""
        scenario, observer = self._scenario, self._observer
        assert observer is not None
        settings = VARIANTS[scenario.variant]
        fake = AssetTree(self._filesystem, settings.collections, settings.max_file_bytes, scenario.pause)
        tree = self._real_tree(settings) or fake
        tree.scanned, tree.was_read = self._scanned, observer.read
        self._oracle = Oracle(self._filesystem, settings, fake)
        observer.born(self._oracle)
        # The scenario is the bell: it goes on while the daemon waits for that.
        coalescer = Coalescer(settings.timing, lambda path: path.endswith(".json"))
        inbox = WatchedInbox(coalescer, self._clock.given, scenario)
        inbox.taking, inbox.slicing = self._taking, scenario.stall
        try:
            engine = self._assemble(settings, tree)
        except StoreUnavailable:
            return None
        scenario.restarted()
        scenario.inbox = inbox
        tasks = LoopTasks(
            _RESCAN_NS,
            self._watcher.resync,
            self._check_watcher,
            NoUpkeep(),
            random.Random(1),
            lambda path: tree.write_state(path) is WriteState.CLOSED,
            lambda files: scenario.hear(self._watcher.follow(files)),
            walker=self._walker(settings, inbox),
            slices=scenario.slices,
        )
        git_hold = GitHold(lambda: scenario.git, scenario.prove)
        observers = Observers(ThreadStatus(self._clock.given), SyncLog(Silence()), Counters())
        self._loop = Loop(engine, inbox, git_hold, tasks, observers)
        self._loop.tick_ns = _TICK_NS
        scenario.on_rescan = partial(rush, self._scenario, self._loop)
        return self._loop

    def _walker(self, settings: Settings, inbox: WatchedInbox) -> SimulatedWalker:
        sources = sources_of(self._opened, self._filesystem, settings, self._folder)
        assert self._observer is not None
        walker = SimulatedWalker(sources, self._clock, inbox.deliver, self._observer.delivered)
        self._scenario.walker = walker
        return walker

    def _assemble(self, settings: Settings, tree: Tree) -> Engine:
        store = store_on(self._opened.writer, lambda: iso(self._clock.time_ns()), settings.keep_changes)
        sources = EngineSources(tree, store, known_checks(settings.rules()), known_fingerprints(settings))
        return assemble_engine(settings, sources, self._clock.given)

    def _real_tree(self, settings: Settings) -> WatchedTree | None:
        if self._folder is None:
            return None
        tree = FileTree(self._folder, settings.collections, settings.max_file_bytes)
        return WatchedTree(tree, self._scenario.pause)

    def _check_watcher(self, now_ns: int) -> None:
        if isinstance(self._watcher, RealWatcher) and now_ns >= self._next_check_ns:
            self._next_check_ns = now_ns + _BEAT_NS
            self._scenario.hear(self._watcher.check())

    # What is judged when

    def _taking(self, is_late: bool) -> None:
        assert self._observer is not None
        self._observer.taking(is_late=is_late)
        self._is_first_look = True

    def _scanned(self, scopes: list[str], seen: Scan) -> None:
        """The daemon looked at *scopes*: where files lead is known from the first look of a batch."""
        assert self._observer is not None
        self._observer.scanned(scopes, seen)
        if self._is_first_look:
            self._is_first_look = False
            self._scenario.claims.looked(seen.found)

    def _changing(self, path: str) -> None:
        if self._observer is not None:
            self._observer.changing(path)

    def _changed(self, path: str) -> None:
        self._scenario.claims.touch(path, self._clock.now_ns)
        if self._observer is not None:
            self._observer.changed(path)

    def _committed(self) -> None:
        assert self._observer is not None
        self._observer.committed()
        self._outcome.commits += 1
        if self._trace is not None:
            self._trace.update(f"{self._clock.now_ns} {self._observer.last.digest()}\n".encode())

    def _failed(self, fault: str) -> None:
        self._outcome.refusals += fault != "crash"
        self._scenario.refused(fault)
        if self._observer is not None:
            self._observer.refused()

    def _asleep(self) -> None:
        """The daemon has nothing to do: what it answered must be true."""
        assert self._observer is not None
        self._loop.tick_ns = _LONG_TICK_NS if self._scenario.rests(2 * _TICK_NS) else _TICK_NS
        for asked in [asked for asked in self._scenario.requests if asked.request.answer.done()]:
            request = asked.request
            self._scenario.requests.remove(asked)
            if request.kind is RequestKind.RELEASE:
                self._observer.releasing()
            if request.kind is RequestKind.LOOK and request.answer.exception() is None:
                self._answered(asked)

    def _answered(self, asked: Asked) -> None:
        """What is claimed of a look at a scope, or, without one, of all that anybody was told of."""
        request, claims = asked.request, self._scenario.claims
        scope, touched = request.paths[0], claims.touched_ns
        paths = [
            p
            for p in touched
            if claims.last_touched_ns(p) < asked.at_ns
            and (scope in (EVERYTHING, p) or p.startswith(scope + "/"))
        ]
        if self._scenario.moved_ns < asked.at_ns:
            looked = bool(request.scopes) or request.rescan
            claimed = [path for path in paths if claims.is_covered(path, asked.untold, looked=looked)]
            if request.scopes:
                claims.blind.difference_update(claimed)  # read whatever the stamps say
            self._judge(claimed, "answered, but")

    def _deadline(self, paths: list[str]) -> None:
        self._judge(paths, "after 12 s")

    def _judge(self, paths: list[str], when: str) -> None:
        assert self._observer is not None
        for path in paths:
            if self._oracle.at(path).sort is not Sort.SKIPPED and path not in self._scenario.claims.blind:
                for complaint in complaints(path, self._oracle, self._observer.last):
                    # That may take until the next rescan.
                    if "missing-reference" not in complaint and "unusable-reference" not in complaint:
                        raise Violation(f"{when} {complaint}")
                for complaint in taken_complaints(path, self._oracle, self._observer.last):
                    raise Violation(f"{when} {complaint}")

    def _quiet(self) -> None:
        """All is quiet and a rescan is over: the database must be what the tree says."""
        assert self._observer is not None
        blind = self._scenario.claims.blind
        found = [*quiet_complaints(self._oracle, self._observer.last, self._observer.reader, blind)]
        found += self._scenario.walker.find_again(self._loop._engine, blind)
        if found:
            raise Violation("when quiet: " + "; ".join(found))
