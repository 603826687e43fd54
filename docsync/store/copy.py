"""Copies a database, as it is in one moment, to a file that stands alone. Never changes the database."""

from pathlib import Path

import apsw

from docsync.store.connection import harden, writing
from docsync.store.database_files import make_file


def copy_out(connection: apsw.Connection, draft: Path) -> None:
    """Write what is behind *connection* to *draft*, which must not be there. Raises StoreUnavailable.

    Nobody else may read it.

    Not VACUUM INTO: it may number rows anew, and search rows are found by their number. In one step, because a copy in
    several begins anew with every commit beside it and may never end (measured).
    """
    make_file(draft)
    with writing():
        copy = apsw.Connection(str(draft))
        harden(copy)
        try:
            with copy.backup("main", connection, "main") as backup:
                backup.step(-1)
            # Without a log, one file is all there is to move, and any SQLite opens it where it may not write.
            copy.pragma("journal_mode", "delete")
        finally:
            copy.close(True)  # noqa: FBT003  # apsw takes it by position only
