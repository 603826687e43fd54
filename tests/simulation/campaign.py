"""Runs histories by the thousand until the time is over; shrinks what fails. Prints nothing by itself."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulation.generator import generate
from tests.simulation.shrink import shrunk
from tests.simulation.simulation import Outcome, Simulation
from tests.simulation.step import History


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

    def __str__(self) -> str:
        rate = self.histories / self.seconds if self.seconds else 0
        return (
            f"seeds from {self.first_seed}: {self.histories} histories, {self.steps} steps, {self.commits} commits, "
            f"{self.crashes} crashes, {self.refusals} refusals, {len(self.failures)} failures "
            f"in {self.seconds:.1f} s ({rate:.0f} histories/s)"
        )


def failure_of(history: History, path: Path | None = None) -> str | None:
    """What goes wrong in *history*, None if nothing does. Whatever the daemon raises is wrong too."""
    try:
        Simulation(history, path).run()
    except Exception as error:  # noqa: BLE001 - a daemon that dies of a file has broken a promise
        return f"{type(error).__name__}: {error}"
    return None


def campaign(seeds: Iterator[int], enough: Callable[[Total], bool], folder: Path | None = None) -> Total:
    """Run the history of each seed until that is *enough*, on databases in memory or in files beneath *folder*."""
    begun = time.monotonic()
    seed = next(seeds)
    total = Total(seed)
    while not enough(total):
        history = generate(seed)
        place = folder / str(seed) if folder else None
        try:
            total.add(history, Simulation(history, place / "docsync.db" if place else None).run())
        except Exception as error:  # noqa: BLE001
            total.failures.append(Failure(seed, f"{type(error).__name__}: {error}", shrunk(history, failure_of)))
        if place:
            shutil.rmtree(place)
        total.seconds = time.monotonic() - begun
        seed = next(seeds)
    return total
