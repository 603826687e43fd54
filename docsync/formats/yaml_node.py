"""A YAML value, while it is built and when it is: what it holds, how much and how deep. Never reads text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from docsync.model import Problem
from docsync.names import truncate_place

NO_KEY = object()
MERGE = object()


@dataclass(frozen=True, slots=True)
class YamlValue:
    """The value of a YAML text at offset `at`, and warnings. A text of comments only `is_absent`.

    `is_plain` says that it holds nothing but plain values.
    """

    value: object
    is_absent: bool
    at: int
    problems: tuple[Problem, ...]
    is_plain: bool = field(default=False, compare=False)


class YamlNode:
    """A value under construction or behind an anchor.

    `size` counts what it holds, with itself; `height` how many levels of lists and mappings it is; `key` is
    the key whose value comes next, NO_KEY, or MERGE for `<<`; `merged` what `<<` brought, to be laid under
    its own keys; `is_flow` says that it is written in brackets or braces.
    """

    __slots__ = (
        "at",
        "children",
        "height",
        "is_flow",
        "is_open",
        "key",
        "key_at",
        "merged",
        "places",
        "size",
    )

    def __init__(self, children: object, at: int, *, is_open: bool = False) -> None:
        self.children = children
        self.at = at
        self.is_open = is_open
        self.is_flow = False
        self.size = 1
        self.height = 0
        self.key: object = NO_KEY
        self.key_at = at
        self.places: dict[str, int] = {}
        self.merged: list[dict[str, object]] = []

    @property
    def wants_key(self) -> bool:
        """True for a mapping whose next value is a key."""
        return self.key is NO_KEY and isinstance(self.children, dict)

    def put(self, value: object) -> None:
        """Takes a finished value: as the next item, or under the key that waits for one."""
        if isinstance(self.children, list):
            self.children.append(value)
        else:
            cast("dict[str, object]", self.children)[cast(str, self.key)] = value
            self.key = NO_KEY

    def close(self) -> None:
        """Finishes it: merged keys come first and give way to its own."""
        self.is_open = False
        if self.merged and isinstance(self.children, dict):
            own = dict(self.children)
            self.children.clear()
            for part in self.merged:
                self.children.update(part)
            self.children.update(own)


def weight(text: str) -> int:
    """What *text* adds to a size: more if it is long, as aliases can repeat it until memory is full."""
    return len(text) >> 6


def list_merge_parts(value: object) -> list[dict[str, object]] | None:
    """The mappings that `<<` brings, in the order of merging, or None where it names something else."""
    # Of a list the first mapping wins, so it is merged last.
    parts = list(reversed(value)) if isinstance(value, list) else [value]
    mappings = [cast("dict[str, object]", part) for part in parts if isinstance(part, dict)]
    return mappings if len(mappings) == len(parts) else None


def path_of(nodes: Sequence[YamlNode]) -> str:
    """The dotted place of the value that comes next in the innermost of *nodes*."""
    path = ""
    for node in nodes:
        if isinstance(node.children, list):
            path += f"[{len(node.children)}]"
        elif isinstance(node.key, str):
            path += f".{node.key}" if path else node.key
    return truncate_place(path)
