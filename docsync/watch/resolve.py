"""Resolves a path with its symlinks, and reports every (folder, name) that it depends on."""

import os
from collections import deque
from collections.abc import Callable

Visit = Callable[[str, str], None]
"""Called with a folder and a name in it *before* the name is looked up, so that no later change is missed."""

_MAX_LINKS = 40  # as many as Linux itself follows


def resolve(top: str, path: str, visit: Visit) -> str | None:
    """Where *path* below *top* really leads, None when a part of it is missing or cannot be looked at."""
    here = top
    todo = deque(path.split("/"))
    links = 0
    while todo:
        name = todo.popleft()
        if name in ("", "."):
            continue
        if name == "..":
            here = os.path.dirname(here)  # noqa: PTH120 - as below
            continue
        visit(here, name)
        there = os.path.join(here, name)  # noqa: PTH118 - a Path would be made for every part
        if (target := _link(there)) is None:
            if not os.path.isdir(there):  # noqa: PTH112 - as above
                return None
            here = there
        elif (links := links + 1) > _MAX_LINKS:
            return None
        else:
            here = "/" if target.startswith("/") else here
            todo.extendleft(reversed(target.split("/")))
    return here


def _link(path: str) -> str | None:
    """What the symlink *path* says; None when it is no symlink or cannot be read."""
    try:
        return os.readlink(path)  # noqa: PTH115 - a Path would normalise the target
    except OSError:
        return None
