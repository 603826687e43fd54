"""Adds the next step to the error of a database that cannot be read. Mends nothing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from docsync.errors import NoDatabase
from docsync.store.connection import answering


@contextmanager
def advising(database: Path) -> Iterator[None]:
    """Raises NoDatabase, with the next step, where *database* cannot be read in the block."""
    try:
        with answering(database):
            yield
    except NoDatabase as error:
        if _is_denied(database):
            raise NoDatabase(
                f"{database}: permission denied; make it and its folder readable for this user"
            ) from error
        if isinstance(error.__cause__, apsw.NotADBError) and "docsync sync" not in str(error):
            raise NoDatabase(
                f"{error}; 'docsync sync' builds it anew from the files if it was docsync's"
            ) from error
        raise


def _is_denied(database: Path) -> bool:
    # Not opened to find out: closing it again would drop the locks that SQLite holds on it for this process.
    try:
        database.stat()
    except OSError as error:
        return isinstance(error, PermissionError)
    return not os.access(database, os.R_OK)
