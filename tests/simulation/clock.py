"""Simulated time: what sync is given for a clock. Moves only when the simulation says so."""

from docsync.clock import Clock

_START_NS = 1_000_000_000_000
_WALL_NS = 1_800_000_000_000_000_000
_MAX_LOOKS = 20_000
MS = 1_000_000


class Spinning(AssertionError):
    """The daemon comes round again and again although no time passes."""


class SimulatedClock:
    """Monotonic and wall time; `given` is the clock that sync gets.

    Every look at the monotonic one costs a microsecond, as every step of a real program does.
    """

    def __init__(self) -> None:
        self.now_ns = _START_NS
        self._looks = 0
        self.given = Clock(self.monotonic_ns, self.time_ns)

    def monotonic_ns(self) -> int:
        """The monotonic clock."""
        self._looks += 1
        if self._looks > _MAX_LOOKS:
            raise Spinning(f"the loop does not come to rest at {self.now_ns}")
        self.now_ns += 1_000
        return self.now_ns

    def time_ns(self) -> int:
        """The wall clock."""
        return self.now_ns + _WALL_NS

    def advance(self, at_ns: int) -> None:
        """It is *at_ns* now, unless that is over."""
        self.now_ns = max(self.now_ns, at_ns)
        self._looks = 0
