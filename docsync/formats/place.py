"""A place in a text, how people write it, and the ways that lead there. Never reads a text."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from docsync.names import MAX_PLACE_CHARACTERS, truncate_place

_STEP = re.compile(r"[.\[]")


class Place(NamedTuple):
    """Where a key and its value begin, as offsets; both are the same for what has no key."""

    key: int
    value: int


def ways_to(wanted: Iterable[str]) -> frozenset[str]:
    """All dotted prefixes of *wanted*: a search descends nowhere else. Truncated places have none."""
    findable = [path for path in wanted if len(path) <= MAX_PLACE_CHARACTERS]
    return frozenset(path[: step.start()] for path in findable for step in _STEP.finditer(path)) | {""}


def format_place(path: Iterable[str | int]) -> str:
    """*path* as people write it, `inputs[0].name`, up to the length of a place."""
    whole = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
    return truncate_place(whole)
