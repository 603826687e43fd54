"""A Git directory in memory: its lock and its index. Answers as docsync.git.Git does; never touches a file."""

from docsync.git import GitDirectories, IndexStamp, IndexStamps
from tests.simulation.clock import SimulatedClock

_STALE_NS = 10_000_000_000


class FakeGit(GitDirectories):
    """Works between `begin` and `end`; a lock that is older than 10 s was left behind."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._locked_ns: int | None = None
        self._commands = 0
        self._begun_ns: list[int] = []
        self._ended_ns: list[int] = []

    def begin(self) -> None:
        """A command takes the lock."""
        self._locked_ns = self._clock.now_ns
        self._begun_ns.append(self._clock.now_ns)

    def end(self) -> None:
        """It writes the index and lets the lock go."""
        self._locked_ns = None
        self._commands += 1
        self._ended_ns.append(self._clock.now_ns)

    def indexes(self) -> IndexStamps:
        return frozenset({(".git", IndexStamp(self._commands, 1, 1))})

    def is_working(self) -> bool:
        return self._locked_ns is not None and self._clock.now_ns - self._locked_ns < _STALE_NS

    def worked_lately(self, within_ns: int) -> bool:
        """True when a command was begun or ended in the last *within_ns*."""
        return any(self._clock.now_ns - at < within_ns for at in (*self._begun_ns, *self._ended_ns))

    def holds(self) -> bool:
        """True while no batch may be committed: it works, and nothing began so long ago that the wait may be over."""
        ages = [self._clock.now_ns - at for at in self._begun_ns]
        return self.is_working() and not any(_STALE_NS * 0.9 < age < _STALE_NS * 6 for age in ages)
