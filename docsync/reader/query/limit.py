"""How many results may be asked for, and how large a page of them may become. Asks nothing itself."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from docsync.errors import UsageError

T = TypeVar("T")

MIN_LIMIT = 1
"""The least that may be asked for: "0 documents" as the answer to 0 would read as if there were none."""

MAX_PAGE = 1000
"""The most that a page over HTTP may hold: the daemon has it in memory. Python and commands have no bound."""

MAX_PAGE_BYTES = 4 * 1024 * 1024
"""Where a page ends early, with its cursor. It holds one result at least, however large that is."""

# No table has more rows, and SQLite takes no number that is much larger.
_MAX_ROWS = 2**62


def extend_limit(limit: int | None) -> int:
    """The number of rows to read in order to see whether any follow the first *limit*; -1 (all) for None.

    Raises UsageError for a limit below MIN_LIMIT.
    """
    if limit is None:
        return -1
    if limit < MIN_LIMIT:
        raise UsageError(f"limit must be {MIN_LIMIT} or more, got {limit}")
    return min(limit, _MAX_ROWS) + 1


def take_page(results: Iterable[T], limit: int | None, measure: Callable[[T], int]) -> tuple[list[T], bool]:
    """The first *limit* of *results*, fewer where they become too large, and whether there are more.

    *measure* gives the bytes of one. Without a limit it is all of them, however large.
    """
    if limit is None:
        return list(results), False
    taken: list[T] = []
    left = MAX_PAGE_BYTES
    for one in results:
        left -= measure(one)
        if len(taken) == limit or (taken and left < 0):
            return taken, True
        taken.append(one)
    return taken, False


def measure_text(text: str | None) -> int:
    """How many bytes *text* takes in an answer in ASCII: an escape is twice as long as what it stands for."""
    return 0 if not text else len(text) if text.isascii() else 2 * len(text.encode("utf-8", "surrogatepass"))
