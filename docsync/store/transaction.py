"""One transaction on a connection that writes: all of it or nothing. Never opens a connection."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE … COMMIT, or nothing at all; inside another one it is a part of that.

    Not apsw's own `with connection`: after SQLite has rolled back by itself that raises a second error which hides
    the first.
    """
    is_part = connection.in_transaction
    if is_part:
        yield
        return
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        if connection.in_transaction:  # the body may have rolled back what it only wanted to try
            connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
