"""Marks: how a template says where a message begins, in characters that no input has. Never reads a template.

A mark is drawn when it is put out, and never twice. After rendering the text must have each of them once and
in order: so a filter that cuts, repeats or moves what a macro gave is found out, and a text that an input
brings along can begin nothing.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from docsync.render.error import Mistake, RenderError
from docsync.render.message import MediaPart, Message
from docsync.render.text import TextPlace

MAX_BOUNDARIES = 5_000
"""So many messages, threads and images at most: the plane has room for twice as many marks."""

_LENGTH = 6
_NUMBERS = struct.Struct("48H")
# The private plane 16 without its two last code points, which are no characters.
_FIRST, _COUNT = 0x100000, 0xFFFE
_LEAD_BYTE = b"\xf4"
# What inputs and template may use of the plane, so that drawing ends soon.
_MAX_USED = 20_000


@dataclass(frozen=True, slots=True)
class Role:
    """A message begins: its role, and the attributes that its line has."""

    role: str
    attributes: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """The messages of a conversation stand here."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Boundary:
    """A mark that was put out. `outputs` is how many values had been put out before it."""

    mark: str
    what: Role | Thread | MediaPart
    place: TextPlace | None
    outputs: int


class Marks:
    """The marks of one rendering of the prompt at *path*; *used* are characters not to be drawn."""

    def __init__(self, used: set[str], path: str) -> None:
        if len(used) > _MAX_USED:
            message = (
                f"the inputs hold {len(used)} characters of the private plane 16; {_MAX_USED} may be there"
            )
            raise RenderError(Mistake(message, path))
        self._path = path
        self._used = used
        self._pool = ""  # characters that are drawn and not in a mark yet
        self._in_marks: set[str] = set()
        self.boundaries: list[Boundary] = []
        self.outputs = 0
        self._is_muted = False

    def begin(self, what: Role | Thread | MediaPart, place: TextPlace | None) -> str:
        """A new mark, to be put out now."""
        if self._is_muted:
            return self._draw()
        if len(self.boundaries) == MAX_BOUNDARIES:
            message = f"more than {MAX_BOUNDARIES} messages, threads and images"
            raise self.error(message, place)
        mark = self._draw()
        self.boundaries.append(Boundary(mark, what, place, self.outputs))
        return mark

    @contextmanager
    def mute(self) -> Iterator[None]:
        """Inside, marks begin nothing: their text goes to nobody, one that is found later is a mistake."""
        before, self._is_muted = self._is_muted, True
        try:
            yield
        finally:
            self._is_muted = before

    def error(self, message: str, place: TextPlace | None, hint: str | None = None) -> RenderError:
        """The error that something is wrong at *place*, or in the prompt where no place is known."""
        return place.error(message, hint) if place else RenderError(Mistake(message, self._path, hint=hint))

    def count_output(self, text: str) -> None:
        """Take note that *text* is put out, unless it is one with marks in it: those were counted before."""
        if not self.has_part_of_mark(text):
            self.outputs += 1

    def has_part_of_mark(self, text: str) -> bool:
        """True if a character of any mark is in *text*."""
        return has_private(text) and not self._in_marks.isdisjoint(text)

    def _draw(self) -> str:
        while len(self._pool) < _LENGTH:
            numbers = _NUMBERS.unpack(os.urandom(_NUMBERS.size))
            fresh = {chr(_FIRST + number) for number in numbers if number < _COUNT} - self._used
            self._used |= fresh
            self._pool += "".join(fresh)
        mark, self._pool = self._pool[:_LENGTH], self._pool[_LENGTH:]
        self._in_marks.update(mark)
        return mark


def has_private(text: str) -> bool:
    """True if *text* has a character of the private plane. A lone surrogate is none."""
    return not text.isascii() and _LEAD_BYTE in text.encode("utf-8", "surrogatepass")


def private_characters(text: str) -> set[str]:
    """The characters of the private plane in *text*."""
    return {character for character in text if character >= "\U00100000"} if has_private(text) else set()
