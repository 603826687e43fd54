"""Symbolic links of a file tree in memory, and where they lead. Never changes one."""

from collections import deque
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname

from docsync.model import Stamp

_MAX_LINKS = 40


@dataclass(frozen=True, slots=True)
class Symlink:
    """A link, and what it says: a path from its own folder on."""

    target: str
    stamp: Stamp


def follow(path: str, links: Mapping[str, Symlink], folders: Container[str]) -> str | None:
    """Where *path* leads: its last name need not be there. None for a loop, and where it leaves the project or *folders*."""
    here, todo, seen = "", path.split("/")[::-1], 0
    while todo:
        name = todo.pop()
        if name == "..":
            if not here:
                return None
            here = dirname(here)
            continue
        there = f"{here}/{name}" if here else name
        link = links.get(there)
        if link is not None:
            seen += 1
            if seen > _MAX_LINKS or link.target.startswith("/"):
                return None
            todo += link.target.split("/")[::-1]
        elif todo and there not in folders:
            return None
        else:
            here = there
    return here


def list_steps(path: str, links: Mapping[str, Symlink], can_see: Callable[[str], bool]) -> tuple[str, ...]:
    """Every name on the way of the link *path*, up to the first that nobody *can_see*; absolute out of the project."""
    here, todo, seen = dirname(path), deque([basename(path)]), 0
    names: dict[str, None] = {}
    while todo and seen <= _MAX_LINKS:
        name = todo.popleft()
        if name == "..":
            if not here:
                return (*names, *(f"/{left}" for left in todo))
            here = dirname(here)
            continue
        there = f"{here}/{name}" if here else name
        names[there] = None
        if not can_see(there):
            break
        link = links.get(there)
        if link is None:
            here = there
            continue
        seen += 1
        todo.extendleft(reversed(link.target.split("/")))
    return tuple(names)
