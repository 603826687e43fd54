"""Paths below the project's folder, scopes, and places in a document. Never looks at the disk."""

from collections.abc import Iterable, Set
from unicodedata import normalize

EVERYTHING = ""
"""The scope that covers the whole tree. Every other scope is a path *and everything beneath it*."""

MAX_PLACE_CHARACTERS = 300
"""The longest dotted place in a problem: only a hostile file has a longer one, in each of its values."""


def covers(scope: str, path: str) -> bool:
    """True when *path* is *scope* or lies beneath it."""
    return scope == EVERYTHING or path == scope or path.startswith(scope + "/")


def is_within(scopes: Set[str], path: str) -> bool:
    """True when one of *scopes* covers *path*; as quick for thousands of scopes as for one."""
    return path in scopes or not scopes.isdisjoint(ancestors(path))


def drop_covered(scopes: Iterable[str]) -> list[str]:
    """*scopes* sorted and without those that another one already covers."""
    kept: list[str] = []
    # "/" sorts before every other character here, so that a scope is followed directly by everything beneath
    # it.
    for scope in sorted(set(scopes), key=lambda path: path.replace("/", "\0")):
        if not kept or not covers(kept[-1], scope):
            kept.append(scope)
    return kept


def ancestors(path: str) -> list[str]:
    """The folders above *path*, nearest first, the project root ("") last."""
    above: list[str] = []
    while path:
        path = path.rpartition("/")[0]
        above.append(path)
    return above


def strip_folder(folder: str, path: str) -> str | None:
    """*path* relative to *folder*, or None when it does not lie beneath it."""
    if folder in (EVERYTHING, "."):
        return path or None
    return path[len(folder) + 1 :] if path.startswith(folder + "/") else None


def truncate_place(place: str) -> str:
    """*place*, dotted as `inputs[0].name`, cut after MAX_PLACE_CHARACTERS with a mark."""
    return place if len(place) <= MAX_PLACE_CHARACTERS else place[:MAX_PLACE_CHARACTERS] + "…"


def fold_path(path: str) -> str:
    """*path* in one case and one Unicode form: equal for two names that some file systems hold for one."""
    return path if path.isascii() and path.islower() else normalize("NFC", normalize("NFC", path).casefold())
