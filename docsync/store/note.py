"""Small files beside the database in which docsync tells its next start something. Never believes what one
says.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

from docsync.permission import create_file
from docsync.store.database_files import persist

_MAX_BYTES = 4096


def read_note(path: Path) -> str | None:
    """The text of the regular file *path*, None where there is none that docsync could have written."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # to open a pipe would wait for ever
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return os.read(descriptor, _MAX_BYTES).decode("ascii")
    except (OSError, UnicodeDecodeError):
        return None
    finally:
        os.close(descriptor)


def write_note(path: Path, text: str, *, lasting: bool) -> None:
    """Put *text* at *path* in one step; *lasting*: it outlives a power loss. Raises OSError.

    What was there is replaced and never written to: it may be a link.
    """
    draft = path.with_name(path.name + ".tmp")
    with suppress(FileNotFoundError):
        draft.unlink()
    descriptor = create_file(draft)
    try:
        os.write(descriptor, text.encode("ascii"))
        if lasting:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    draft.replace(path)
    if lasting:
        persist(path.parent)
