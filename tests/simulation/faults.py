"""Places where a database fails when it is told to. Never fails by itself."""

from collections.abc import Callable


class Crash(BaseException):
    """The daemon is gone, in the middle of whatever it did. Not an Exception: nothing may catch it."""


class Faults:
    """What is armed, and who is told of commits and failures. `make` gives the error that a fault is raised as."""

    def __init__(self, make: Callable[[str], BaseException]) -> None:
        self.committed: Callable[[], None] = lambda: None
        self.failed: Callable[[str], None] = lambda _: None
        self._make = make
        self._armed: tuple[str, int] | None = None

    def arm(self, fault: str, count: int) -> None:
        """The *count*th place from now fails: with `crash`, or in the way of a database that is `locked` or `full`."""
        self._armed = (fault, count)

    def disarm(self) -> None:
        """Nothing fails any more."""
        self._armed = None

    def place(self, *, after: bool = False) -> None:
        """A place to fail; *after* a commit only a crash is possible."""
        if self._armed is None:
            return
        fault, count = self._armed
        if count > 1:
            self._armed = (fault, count - 1)
        elif fault == "crash" or not after:  # what is committed cannot be refused any more
            self._armed = None
            self.failed(fault)
            raise Crash if fault == "crash" else self._make(fault)
