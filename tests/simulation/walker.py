"""The walker as a step that the scenario takes when its time has come: between any two, anything may happen."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence, Set
from pathlib import Path
from random import Random
from typing import Protocol

from docsync.change import FileReference
from docsync.errors import NoDatabase, StoreUnavailable
from docsync.model import AssetUse, Scan
from docsync.names import EVERYTHING
from docsync.scan import FileTree
from docsync.scan.tree_walk import TreeWalk
from docsync.store.survey_rows import START, Key, KnownPage, SurveyRows
from docsync.sync.batch.engine import Engine
from docsync.sync.batch.links import LinkTracker
from docsync.sync.delivery import Delivery, Failure, WalkOrder
from docsync.sync.rescan import survey_pass
from docsync.sync.rescan.ports import Sources
from docsync.sync.setup import Settings
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.loop import Loop
from tests.simulation.backend import Opened
from tests.simulation.clock import MS, SimulatedClock
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.fake_walk import WalkedTree
from tests.simulation.memory import Memory
from tests.simulation.memory_rows import MemoryRows

NEVER = 10**30
_MAX_ROWS = 3
_PACES_MS = (0.02, 0.3, 2, 20)


class NoWalker:
    """Nobody walks. `next_ns` is when the next step is to be taken."""

    next_ns = NEVER

    def step(self) -> None:
        """Go on until the next rest."""

    def hurry(self, pace_ms: float) -> None:
        """The next pass takes a step every *pace_ms*."""

    def find_again(self, engine: Engine, blind: Set[str]) -> Iterator[str]:
        """What a walk still finds when all is quiet."""
        yield from ()


class SimulatedWalker(NoWalker):
    """One pass after the other, each at its own pace; the same for the same history."""

    def __init__(
        self,
        sources: Sources,
        clock: SimulatedClock,
        deliver: Callable[[Delivery | Failure], None],
        on_delivery: Callable[[Delivery], None],
    ) -> None:
        """*on_delivery* is told of what is delivered, before that is done."""
        self._sources = sources
        self._clock = clock
        self._deliver = deliver
        self._on_delivery = on_delivery
        self._random = Random(1)
        self._pace_ns = 0
        self._wanted_pace_ns = 0
        self._order: WalkOrder | None = None
        self._work: Generator[None, None, Delivery] | None = None

    def hurry(self, pace_ms: float) -> None:
        """The next pass takes a step every *pace_ms*."""
        self._wanted_pace_ns = int(pace_ms * MS)

    def begin(self, order: WalkOrder) -> None:
        """Begin a pass, in the place of one that is under way."""
        self._order = order
        self._work = survey_pass.survey_beside(self._sources, order)
        self._pace_ns = self._wanted_pace_ns or int(self._random.choice(_PACES_MS) * MS)
        self._wanted_pace_ns = 0
        self.next_ns = self._clock.now_ns + self._pace_ns

    def cancel(self) -> None:
        """End the pass that is under way."""
        self._work, self.next_ns = None, NEVER

    def step(self) -> None:
        """Go on until the next rest."""
        assert self._work is not None
        assert self._order is not None
        try:
            next(self._work)
        except StopIteration as end:
            delivery: Delivery = end.value
            self._end(delivery)
        except (NoDatabase, StoreUnavailable):
            self._end(Failure(self._order.number))
        else:
            self.next_ns = self._clock.now_ns + self._pace_ns

    def find_again(self, engine: Engine, blind: Set[str]) -> Iterator[str]:
        """What a walk still finds when all is quiet: nothing but files that changed under the stamps they had.

        A file that is taken in and cannot be read has no stamp that proves anything.
        """
        for reads_all in (False, True):
            work = survey_pass.survey_beside(self._sources, engine.order_survey(0, reads_all=reads_all))
            delivery = _finish(work)
            expected = {use.asset for use in self._uses() if use.racy or reads_all}
            expected |= blind if reads_all else set()
            differs = {*delivery.scopes, *delivery.changed, *(one.entry.path for one in delivery.rereads)}
            # A folder in the place of another one is doubted as long as something in it cannot be seen.
            is_odd = delivery.roots_differ and not engine._roots.find_replaced()
            if differs - expected or is_odd:
                yield f"a walk finds {sorted(differs - expected)}, roots differ: {is_odd}"
            seen = LinkTracker(root.scope for root in self._sources.tree.roots().values())
            seen.mark_scanned([EVERYTHING], delivery.links)
            if (seen._steps, seen._inodes) != (engine.links._steps, engine.links._inodes):
                yield f"a walk finds other links than are known: {seen._steps}, {seen._inodes}"

    def _uses(self) -> Iterator[AssetUse]:
        """All files that are taken in."""
        after = START
        while page := self._sources.rows.page_uses(after, 100):
            after = page[-1][0]
            yield from (use for _, use in page)

    def _end(self, result: Delivery | Failure) -> None:
        self._work, self.next_ns = None, NEVER
        if isinstance(result, Delivery):
            self._on_delivery(result)
        self._deliver(result)


class PatientTree(FileTree):
    """A real tree, walked as long after the last step as if the time of the history had passed: stamps prove something."""

    def begin_walk(self) -> TreeWalk:
        time.sleep(0.025)
        return super().begin_walk()


class FewRows:
    """The rows of a database a few at a time: more can happen between two pages."""

    def __init__(self, rows: MemoryRows | SurveyRows) -> None:
        self._rows = rows
        self.find_entries, self.list_problems = rows.find_entries, rows.list_problems
        self.read_assets = rows.read_assets
        self.roots, self.warnings, self.twin_groups = rows.roots, rows.warnings, rows.twin_groups

    def page_paths(self, after: str, count: int) -> Sequence[str]:
        return self._rows.page_paths(after, min(count, _MAX_ROWS))

    def page_entries(self, after: str, count: int, scan: Scan) -> KnownPage | None:
        return self._rows.page_entries(after, min(count, _MAX_ROWS), scan)

    def page_links(self, after: Key, count: int) -> Sequence[tuple[Key, FileReference]]:
        return self._rows.page_links(after, min(count, _MAX_ROWS))

    def page_uses(self, after: Key, count: int) -> Sequence[tuple[Key, AssetUse]]:
        return self._rows.page_uses(after, min(count, _MAX_ROWS))


class Rushed(Protocol):
    """Who can be told that the time for a rescan has come: the scenario."""

    walker: NoWalker
    inbox: Inbox | None


def rush(scenario: Rushed, loop: Loop, pace_ms: float) -> None:
    """It is time for a rescan: a walk begins as soon as the daemon comes round."""
    scenario.walker.hurry(pace_ms)
    loop._rescans._at_ns = 0
    if scenario.inbox is not None:
        scenario.inbox.deliver(Failure(0))  # of no walk that anybody waits for: it only wakes the loop


def sources_of(
    opened: Opened, filesystem: FakeFilesystem, settings: Settings, folder: Path | None
) -> Sources:
    """What the walker reads: with eyes of its own, in the tree that is made up or in *folder*, and in the database."""
    writer = opened.writer
    rows = FewRows(MemoryRows(writer) if isinstance(writer, Memory) else SurveyRows(writer))
    if folder is not None:
        return Sources(PatientTree(folder, settings.collections, settings.max_file_bytes), rows)
    return Sources(WalkedTree(filesystem, settings.collections, settings.max_file_bytes), rows)


def _finish(work: Generator[None, None, Delivery]) -> Delivery:
    while True:
        try:
            next(work)
        except StopIteration as end:
            delivery: Delivery = end.value
            return delivery
