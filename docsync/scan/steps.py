"""Which names decide where a symbolic link leads. Never opens a file."""

import os
from collections import deque
from posixpath import basename, dirname, join

from docsync.real_path import real_path

_MAX_LINKS = 40  # as many as Linux itself follows


def list_steps(location: str) -> tuple[str, ...]:
    """Every name on the way of the link at *location*, its own first and the first that is missing last.

    They are absolute, and no folder in them is a link.
    """
    here, todo, links = real_path(dirname(location)), deque([basename(location)]), 0
    names: dict[str, None] = {}
    while todo and links <= _MAX_LINKS:
        name = todo.popleft()
        if name in ("", ".", ".."):
            here = dirname(here) if name == ".." else here
            continue
        there = join(here, name)
        names[there] = None
        try:
            target = os.readlink(there)  # noqa: PTH115  # a Path would normalise the target
        except OSError:
            if not os.path.lexists(there):  # a str with surrogate escapes
                break
            here = there
            continue
        links += 1
        here = "/" if target.startswith("/") else here
        todo.extendleft(reversed(target.split("/")))
    return tuple(names)
