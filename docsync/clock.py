"""Time that is given: a monotonic clock for waits, a wall clock for what people read, CPU time. Never sleeps."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The clocks of a program, each as a function that returns nanoseconds.

    `monotonic_ns` only goes forward and is for durations; `wall_ns` counts from 1970 and may be set;
    `cpu_ns` is how long the calling thread has worked.
    """

    monotonic_ns: Callable[[], int] = time.monotonic_ns
    wall_ns: Callable[[], int] = time.time_ns
    cpu_ns: Callable[[], int] = time.thread_time_ns


SYSTEM = Clock()
"""The clocks of the machine."""


def is_past(text: str, now: str) -> bool:
    """True for a moment before *now* in the form of `iso`."""
    if not _ISO.fullmatch(text) or text > now:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def parse_iso(text: str) -> int:
    """Nanoseconds of the wall clock at *text*, as `iso` writes it. Raises ValueError for anything else."""
    return round((datetime.fromisoformat(text) - _EPOCH) / timedelta(milliseconds=1)) * 1_000_000


def iso(at_ns: int) -> str:
    """Wall clock nanoseconds as UTC, ISO 8601 with milliseconds: 2026-11-21T07:00:00.000Z."""
    seconds, milliseconds = divmod(at_ns // 1_000_000, 1000)
    return f"{_format_second(seconds)}.{milliseconds:03}Z"


# Files are often many that were written in the same second.
@lru_cache(maxsize=1024)
def _format_second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()
