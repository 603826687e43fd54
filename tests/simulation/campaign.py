"""Runs histories by the thousand until the time is over; shrinks what fails. Prints nothing by itself."""

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path

from tests.simulation.backend import Backend, MemoryBackend, SqliteFileBackend, SqliteMemoryBackend
from tests.simulation.generator import generate
from tests.simulation.mirrored_filesystem import FOR_PERMISSIONS
from tests.simulation.outcome import Outcome
from tests.simulation.shrink import shrunk
from tests.simulation.simulation import Simulation
from tests.simulation.step import History

# Dictionaries are three times as fast, and what only SQL gets wrong shows in few histories. Odd: every job has some.
_SQLITE_EVERY = 41

# Handed out at once: long enough that handing out costs nothing, short enough that a long run soon says what it found.
_SLICE = 200


@dataclass(frozen=True, slots=True)
class Stage:
    """An empty database, and an empty folder where the tree is to be real."""

    base: Backend
    folder: Path | None = None


@dataclass(slots=True)
class Failure:
    """A history that broke a promise, and the smallest one found that does so too."""

    seed: int
    message: str
    history: History

    def __str__(self) -> str:
        steps = "".join(f"        {step!r},\n" for step in self.history)
        return f"# seed {self.seed}: {self.message}\n    (\n{steps}    ),\n"


@dataclass(slots=True)
class Total:
    """What a campaign came to."""

    first_seed: int
    histories: int = 0
    steps: int = 0
    commits: int = 0
    crashes: int = 0
    refusals: int = 0
    seconds: float = 0
    failures: list[Failure] = field(default_factory=list)

    def add(self, history: History, outcome: Outcome) -> None:
        """One more history that kept every promise."""
        self.histories += 1
        self.steps += len(history)
        self.commits += outcome.commits
        self.crashes += outcome.crashes
        self.refusals += outcome.refusals

    def join(self, other: "Total") -> None:
        """A part of this campaign is over."""
        self.histories += other.histories
        self.steps += other.steps
        self.commits += other.commits
        self.crashes += other.crashes
        self.refusals += other.refusals
        self.failures += other.failures

    def __str__(self) -> str:
        rate = self.histories / self.seconds if self.seconds else 0
        return (
            f"seeds from {self.first_seed}: {self.histories} histories, {self.steps} steps, {self.commits} commits, "
            f"{self.crashes} crashes, {self.refusals} refusals, {len(self.failures)} failures "
            f"in {self.seconds:.1f} s ({rate:.0f} histories/s)"
        )


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run: the seeds from `seed` on, `runs` at the most, for `seconds` at the most."""

    seed: int
    seconds: float
    runs: int = 10**9
    on_disk: bool = False
    most_failures: int = 10**9
    shrink_seconds: float = 60
    """How long a history that fails is made smaller, at most."""


def failure_of(history: History, stage: Stage | None = None) -> str | None:
    """What goes wrong in *history*, None if nothing does. Whatever the daemon raises is wrong too."""
    stage = stage or Stage(MemoryBackend())
    try:
        Simulation(history, stage.base, stage.folder).run()
    except Exception as error:  # noqa: BLE001 - a daemon that dies of a file has broken a promise
        return f"{type(error).__name__}: {error}"
    return None


def campaigns(
    order: Order, jobs: int, tell: Callable[[Total, Total], object] = lambda part, total: None
) -> Total:
    """Run what is ordered in so many processes; *tell* gets each part as it ends, and the total so far."""
    begun = time.monotonic()
    total = Total(order.seed)
    slices = _slices(order, begun)
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        running = {pool.submit(campaign, part) for part in islice(slices, jobs)}
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for part in map(Future.result, ended):
                total.join(part)
                total.seconds = time.monotonic() - begun
                tell(part, total)
            running |= {pool.submit(campaign, part) for part in islice(slices, len(ended))}
    return total


def _slices(order: Order, begun: float) -> Iterator[Order]:
    for first in range(0, order.runs, _SLICE):
        left = begun + order.seconds - time.monotonic()
        if left <= 0:
            return
        yield replace(order, seed=order.seed + first, seconds=left, runs=min(_SLICE, order.runs - first))


def campaign(order: Order) -> Total:
    """Run what is ordered, in this process."""
    begun = time.monotonic()
    total = Total(order.seed)
    seeds = count(order.seed)
    while total.seconds < order.seconds and total.histories + len(total.failures) < order.runs:
        if len(total.failures) >= order.most_failures:
            break
        _run(next(seeds), total, order)
        total.seconds = time.monotonic() - begun
    return total


def _run(seed: int, total: Total, order: Order) -> None:
    history = generate(seed)
    if order.on_disk:
        history = tuple(step for step in history if step.verb not in FOR_PERMISSIONS)
    with stages(seed, on_disk=order.on_disk) as stage:
        first = stage()
        try:
            total.add(history, Simulation(history, first.base, first.folder).run())
        except Exception as error:  # noqa: BLE001
            small = shrunk(history, lambda candidate: failure_of(candidate, stage()), order.shrink_seconds)
            total.failures.append(Failure(seed, f"{type(error).__name__}: {error}", small))


@contextmanager
def stages(seed: int, *, on_disk: bool) -> Iterator[Callable[[], Stage]]:
    """Makes as many stages as are asked for, of the kind that *seed* takes place on."""
    if not on_disk:
        yield lambda: Stage(SqliteMemoryBackend() if seed % _SQLITE_EVERY == 0 else MemoryBackend())
        return
    with tempfile.TemporaryDirectory(prefix="docsync-simulation-") as name:
        folder = Path(name)
        yield lambda: Stage(SqliteFileBackend(folder), Path(tempfile.mkdtemp(dir=folder)))
