"""A file that is there whole or not at all: written beside its place and renamed. Refuses places that are not for it."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from docsync.errors import UsageError
from docsync.names import below, shown

if TYPE_CHECKING:
    from docsync.cli.project import Project


def place_for(path: Path, project: "Project") -> Path:
    """Where to write for *path*: behind the links. Raises UsageError where a file would do harm."""
    place = Path(os.path.realpath(path))
    inner = below(os.path.realpath(project.root), str(place)) or ""
    owner = next((one for one in project.config.collections if one.matches(inner)), None)
    if owner is not None:
        raise UsageError(f"{shown(str(path))}: would become a document itself, a {owner.type}; choose another place")
    if place.name.startswith(project.database.name) and place.parent == Path(os.path.realpath(project.database.parent)):
        raise UsageError(f"{shown(str(path))}: is the database; choose another place")
    if place.exists() and not place.is_file():
        raise UsageError(f"{shown(str(path))}: is not a regular file; choose another place")
    if not place.parent.is_dir():
        raise UsageError(f"{shown(str(path.parent))}: no such folder; make it first")
    return place


def write_whole(place: Path, chunks: Iterable[str]) -> None:
    """Make *place* a file that holds *chunks* in UTF-8. What was there stays until all of them are written."""
    draft = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        with draft.open("x", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
