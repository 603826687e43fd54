"""Keeps the feed of changes to a length, a piece with every batch. Never begins or ends the transaction."""

import apsw

DEFAULT_KEEP_CHANGES = 1_000_000
"""How many changes are kept where nothing else is configured."""

_PIECE = 1_000


def prune(connection: apsw.Connection, keep: int, written: int) -> None:
    """Forget the oldest changes beyond the last *keep*: more than the *written* ones, but no more than a batch can bear.

    What is kept has no gaps: a reader whose place was forgotten sees it by the first that is left, and starts over.
    """
    connection.execute(
        "DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?1 "
        "AND seq < (SELECT min(seq) FROM changes) + ?2",
        (keep, 2 * written + _PIECE),
    )
