"""Runs histories by the thousand until the time is over; shrinks what fails. Prints nothing by itself."""

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from tests.simulation.base import Base, Dicts, Sqlite, SqliteFile
from tests.simulation.generator import generate
from tests.simulation.mirror import FOR_PERMISSIONS
from tests.simulation.shrink import shrunk
from tests.simulation.simulation import Outcome, Simulation
from tests.simulation.step import History

# Dictionaries are three times as fast, and what only SQL gets wrong shows in few histories. Odd: every job has some.
_SQLITE_EVERY = 41


@dataclass(frozen=True, slots=True)
class Stage:
    """An empty database, and an empty folder where the tree is to be real."""

    base: Base
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
        """Another campaign was run at the same time."""
        self.first_seed = min(self.first_seed, other.first_seed)
        self.histories += other.histories
        self.steps += other.steps
        self.commits += other.commits
        self.crashes += other.crashes
        self.refusals += other.refusals
        self.seconds = max(self.seconds, other.seconds)
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
    """What is to be run: every `stride`th seed from `seed` on, `runs` at the most, for `seconds` at the most."""

    seed: int
    seconds: float
    runs: int = 10**9
    stride: int = 1
    on_disk: bool = False
    most_failures: int = 10**9


def failure_of(history: History, stage: Stage | None = None) -> str | None:
    """What goes wrong in *history*, None if nothing does. Whatever the daemon raises is wrong too."""
    stage = stage or Stage(Dicts())
    try:
        Simulation(history, stage.base, stage.folder).run()
    except Exception as error:  # noqa: BLE001 - a daemon that dies of a file has broken a promise
        return f"{type(error).__name__}: {error}"
    return None


def campaigns(order: Order, jobs: int) -> Total:
    """Run what is ordered in so many processes, and add up what they came to."""
    parts = [
        replace(order, seed=order.seed + job, stride=jobs, runs=len(range(job, order.runs, jobs)))
        for job in range(jobs)
    ]
    total = Total(order.seed)
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        for part in pool.map(campaign, parts):
            total.join(part)
    return total


def campaign(order: Order) -> Total:
    """Run what is ordered, in this process."""
    begun = time.monotonic()
    total = Total(order.seed)
    seeds = count(order.seed, order.stride)
    while total.seconds < order.seconds and total.histories + len(total.failures) < order.runs:
        if len(total.failures) >= order.most_failures:
            break
        _run(next(seeds), total, on_disk=order.on_disk)
        total.seconds = time.monotonic() - begun
    return total


def _run(seed: int, total: Total, *, on_disk: bool) -> None:
    history = generate(seed)
    if on_disk:
        history = tuple(step for step in history if step.verb not in FOR_PERMISSIONS)
    with _stages(seed, on_disk=on_disk) as stage:
        first = stage()
        try:
            total.add(history, Simulation(history, first.base, first.folder).run())
        except Exception as error:  # noqa: BLE001
            small = shrunk(history, lambda candidate: failure_of(candidate, stage()))
            total.failures.append(Failure(seed, f"{type(error).__name__}: {error}", small))


@contextmanager
def _stages(seed: int, *, on_disk: bool) -> Iterator[Callable[[], Stage]]:
    """Makes as many stages as are asked for, of the kind that *seed* takes place on."""
    if not on_disk:
        yield lambda: Stage(Sqlite() if seed % _SQLITE_EVERY == 0 else Dicts())
        return
    with tempfile.TemporaryDirectory(prefix="docsync-simulation-") as name:
        folder = Path(name)
        yield lambda: Stage(SqliteFile(folder), Path(tempfile.mkdtemp(dir=folder)))
