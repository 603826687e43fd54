"""A writer's connection that fails when it is told to and tells when it has committed. Never changes a statement."""

from collections.abc import Callable, Iterable
from typing import Any

import apsw


class Crash(BaseException):
    """The daemon is gone, in the middle of whatever it did. Not an Exception: nothing may catch it."""


_FAULTS: dict[str, Callable[[], BaseException]] = {
    "crash": Crash,
    "locked": lambda: apsw.BusyError("simulated"),
    "full": lambda: apsw.FullError("simulated"),
}


class FaultyConnection(apsw.Connection):
    """Every statement that writes, BEGIN, and COMMIT before and after it is done, are places to fail."""

    committed: Callable[[], None]
    failed: Callable[[str], None]
    _armed: tuple[str, int] | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.committed = lambda: None
        self.failed = lambda _: None
        self._armed = None

    def arm(self, fault: str, count: int) -> None:
        """The *count*th place from now fails."""
        self._armed = (fault, count)

    def disarm(self) -> None:
        """Nothing fails any more."""
        self._armed = None

    def execute(self, statement: str, bindings: Any = None, **kwargs: Any) -> apsw.Cursor:  # type: ignore[override]
        if statement[:6] not in ("SELECT", "ROLLBA"):
            self._place(after=False)
        answer = super().execute(statement, bindings, **kwargs)
        if statement == "COMMIT":
            self.committed()
            self._place(after=True)
        return answer

    def executemany(self, statement: str, bindings: Iterable[Any], **kwargs: Any) -> apsw.Cursor:  # type: ignore[override]
        self._place(after=False)
        return super().executemany(statement, bindings, **kwargs)

    def _place(self, *, after: bool) -> None:
        if self._armed is None:
            return
        fault, count = self._armed
        if count > 1:
            self._armed = (fault, count - 1)
        elif fault == "crash" or not after:  # what is committed cannot be refused any more
            self._armed = None
            self.failed(fault)
            raise _FAULTS[fault]()
