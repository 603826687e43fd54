"""Which project a database is of, written beside it: two projects never share one. Opens no database."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from docsync.errors import NoDatabase
from docsync.names import to_printable
from docsync.permission import put_mark
from docsync.real_path import real_path
from docsync.regular_file import read_regular
from docsync.store.connection import NOT_A_LINK

if TYPE_CHECKING:
    from docsync.store.file_identity import FileIdentity

_SUFFIX = ".project"
_MAX_BYTES = 65536


def demand_place(database: Path, root: Path) -> None:
    """Raises NoDatabase where *database*, which is to be read, cannot be that of *root*, as it is another one's."""
    if database.is_symlink():
        raise NoDatabase(f"{database}: {NOT_A_LINK}")
    demand_project(database, root)


def demand_project(database: Path, root: Path) -> None:
    """Raises NoDatabase where *database* is that of another project than *root*, which is still there.

    A copy of it, with what lies beside it, is no other project's.
    """
    note = _read(database)
    # Whatever lies in that folder now, it is *root* itself and no other project. A reader, which must start
    # fast, seldom goes on from here: an identity takes ctypes.
    if note is None or note.get("folder") == real_path(root):
        return
    known = _parse(note)
    if known is None or known[1] == _look_at(root):
        return
    from docsync.store.life import LifeNotes

    folder, identity = known
    if _look_at(folder) == identity and LifeNotes(database).names(database):
        raise NoDatabase(
            f"{database}: is the database of another project, {to_printable(str(folder))}; "
            "set database.path to another file, or remove the link that leads there"
        )


def is_known(database: Path, root: Path) -> bool:
    """True when docsync has had a database of this very *root* at the path: no copy and no archive has that."""
    known = _read_known(database)
    return known is not None and known[1] == _look_at(root)


def note_project(database: Path, root: Path) -> None:
    """From now on *database* is that of *root*. Raises OSError."""
    identity = _look_at(root)
    if identity is not None and _read_known(database) != (Path(real_path(root)), identity):
        put_mark(_place(database), json.dumps({"folder": str(Path(real_path(root)))} | asdict(identity)))


def _place(database: Path) -> Path:
    return database.with_name(database.name + _SUFFIX)


def _look_at(root: Path) -> "FileIdentity | None":
    from docsync.store.file_identity import read_identity

    with suppress(OSError):
        return read_identity(Path(real_path(root)))
    return None


def _read(database: Path) -> dict[str, object] | None:
    """What the note says, None where there is none."""
    with suppress(OSError, ValueError, RecursionError):
        note = json.loads(read_regular(_place(database), _MAX_BYTES, follow_links=False).octets)
        return note if isinstance(note, dict) else None
    return None


def _parse(note: Mapping[str, object]) -> "tuple[Path, FileIdentity] | None":
    """The folder of the project and its identity, None where docsync has not written the note."""
    from docsync.store.file_identity import FileIdentity

    match note:
        case {"folder": str(folder), "device": int(device), "inode": int(inode), "born_ns": int(born_ns)}:
            return Path(folder), FileIdentity(device, inode, born_ns)
    return None


def _read_known(database: Path) -> "tuple[Path, FileIdentity] | None":
    note = _read(database)
    return _parse(note) if note else None
