"""Puts the lines of a start in order: what the threads do is told once docsync has said that it is started.

Loses no line: what is kept back is written when the start fails, too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, get_ident

from docsync.sync.thread.sync_log import Log


class OrderedLog:
    """A log that keeps lines of other threads than its own until it is opened."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._owner = get_ident()
        self._kept: list[tuple[str, str, dict[str, object]]] | None = []
        self._lock = Lock()

    def debug(self, event: str, **values: object) -> None:
        """As of a structlog logger."""
        self._write("debug", event, values)

    def info(self, event: str, **values: object) -> None:
        """As of a structlog logger."""
        self._write("info", event, values)

    def warning(self, event: str, **values: object) -> None:
        """As of a structlog logger."""
        self._write("warning", event, values)

    def error(self, event: str, **values: object) -> None:
        """As of a structlog logger."""
        self._write("error", event, values)

    def open(self) -> None:
        """Write what was kept, and everything from now on at once."""
        with self._lock:
            kept, self._kept = self._kept or [], None
            for level, event, values in kept:
                getattr(self._log, level)(event, **values)

    def _write(self, level: str, event: str, values: dict[str, object]) -> None:
        with self._lock:
            if self._kept is not None and get_ident() != self._owner:
                self._kept.append((level, event, values))
                return
            getattr(self._log, level)(event, **values)


@contextmanager
def in_order(log: Log) -> Iterator[OrderedLog]:
    """A log for a start, which is open at the latest when the block ends."""
    ordered = OrderedLog(log)
    try:
        yield ordered
    finally:
        ordered.open()
