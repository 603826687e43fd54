"""How many results may be asked for: from one on, by the same rule whoever asks. Never shortens an answer itself."""

from docsync.errors import UsageError

MIN_LIMIT = 1
"""The least that may be asked for. A question for nothing is a slip: its answer would read as "there is nothing"."""

MAX_PAGE = 1000
"""The most that one answer over HTTP may hold: the daemon has all of it in memory. Others who ask have no such bound."""

# No table has more rows, and SQLite takes no number that is much larger.
_MAX_ROWS = 2**62


def one_more(limit: int | None) -> int:
    """The number of rows to read in order to see whether something follows the first *limit*; -1 (all) for None.

    Raises UsageError for a limit below MIN_LIMIT.
    """
    if limit is None:
        return -1
    if limit < MIN_LIMIT:
        raise UsageError(f"limit must be {MIN_LIMIT} or more, got {limit}")
    return min(limit, _MAX_ROWS) + 1
