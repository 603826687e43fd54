"""Atomic writes: a file is written beside its place and renamed.

Refuses places where a file would do harm.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from docsync.errors import UsageError
from docsync.names import strip_folder, to_printable
from docsync.permission import OWNER_ALONE, Access, access_of, create_file, grant, mode_of
from docsync.real_path import real_path

if TYPE_CHECKING:
    from docsync.cli.project import Project


def resolve_output(path: Path, project: "Project") -> Path:
    """Where to write for *path*: behind the links. Raises UsageError where a file would do harm."""
    place = Path(real_path(path))
    inner = strip_folder(real_path(project.root), str(place)) or ""
    owner = next((one for one in project.config.collections if one.matches(inner)), None)
    if owner is not None:
        raise UsageError(
            f"{to_printable(str(path))}: would become a document itself, a {owner.type}; choose another place"
        )
    if _belongs_to(project.database, place):
        raise UsageError(f"{to_printable(str(path))}: is the database; choose another place")
    if place.exists() and not place.is_file():
        raise UsageError(f"{to_printable(str(path))}: is not a regular file; choose another place")
    if not place.parent.is_dir():
        raise UsageError(f"{to_printable(str(path.parent))}: no such folder; make it first")
    return place


def _belongs_to(database: Path, place: Path) -> bool:
    """True for the database itself, under whatever name, and for the files that go with it."""
    real = Path(real_path(database))
    names = {database.name, real.name}
    beside = place.parent in (Path(real_path(database.parent)), real.parent)
    return place == real or (
        beside
        and any(place.name == name or place.name.startswith((f"{name}-", f"{name}.")) for name in names)
    )


def output_access(place: Path, project: "Project") -> Access:
    """Who may read what is written to *place*: who may read the database, and what is replaced there.

    Outside of the project only this user may, unless the mode of the database is configured.
    """
    known = access_of(project.database)
    is_inside = place.is_relative_to(real_path(project.root))
    if known is None or not (is_inside or project.config.database.mode):
        given = OWNER_ALONE
    else:
        given = Access(mode_of(known.bits).file_bits, None, known.gid)
    replaced = access_of(place)
    return given.narrow(replaced) if replaced else given


def write_whole(place: Path, access: Access, chunks: Iterable[str]) -> None:
    """Write *chunks* in UTF-8 to *place* atomically, for those of *access*.

    An old file stays until all chunks are written.
    """
    draft = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        descriptor = create_file(draft)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        grant(draft, access)
        draft.replace(place)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
