"""Where the names of a project lead: out of it, to which path in it, and how much of one can be stored."""

import os
from collections.abc import Mapping
from posixpath import join, normpath

from docsync.names import covers, is_hidden, is_presentable
from docsync.real_path import real_path


def place_name(name: str, places: Mapping[str, str]) -> str:
    """The path in the project of the absolute *name*; *places* are real folders with their own paths there."""
    above = max((real for real in places if covers(real, name)), key=len, default=None)
    return name if above is None else normpath(join(places[above], name[len(above) + 1 :]))


def leads_out(root: str, folder: str) -> bool:
    """True when a link in the path *folder* below *root* leads out of *root*."""
    place = root
    for part in folder.split("/"):
        place = join(place, part)
        if os.path.islink(place):  # noqa: PTH114  # a str: asked with every save
            break
    else:
        return False
    real = real_path(root)
    return os.path.commonpath([real, real_path(join(root, folder))]) != real


def is_reachable(location: str, inner: str) -> bool:
    """True when no folder on the way from the folder *location* to *inner* is hidden or a link.

    Such folders belong to no collection.
    """
    parts = inner.split("/")
    if any(map(is_hidden, parts)):
        return False
    for part in parts[:-1]:
        location = join(location, part)
        if os.path.islink(location):  # noqa: PTH114  # a str: this is the hot path of every save
            return False
    return True


def shorten_scope(scope: str) -> str:
    """*scope* up to the first name that cannot be stored: nothing beneath such a folder is looked at."""
    if is_presentable(scope):
        return scope
    parts = scope.split("/")
    first = next(number for number, part in enumerate(parts) if not is_presentable(part))
    return "/".join(parts[: first + 1])
