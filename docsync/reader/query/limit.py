"""How many results may be asked for: in Python, by a command, over HTTP. Never shortens an answer itself."""

from docsync.errors import UsageError

MIN_LIMIT = 1
"""The least that may be asked for: "0 documents" as the answer to 0 would read as if there were none."""

MAX_PAGE = 1000
"""The most that a page over HTTP may hold: the daemon has it in memory. Python and commands have no bound."""

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
