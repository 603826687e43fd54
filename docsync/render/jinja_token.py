"""Reads a Jinja template as tokens whose lines are characters, with each role's line made a tag of its own.

Where Jinja counts lines, these tokens hold the offset of their first character: so every node and every
error, also while rendering, knows its place exactly. The tags for role lines have names that nobody can
write.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError
from jinja2.lexer import Lexer, Token

from docsync.formats.prompty.dialect import Dialect
from docsync.formats.prompty.role import find_role_markers
from docsync.render.role_line import find_line

ROLE_TAG, DATA_ROLE_TAG = " role", " role from data"

# What may not be in the line of a role: only a value may, in an attribute.
_STATEMENTS = ("block_begin", "comment_begin", "raw_begin", "raw_end")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A token as the lexer gives it, with its place in the source."""

    start: int
    end: int
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class _Line:
    """The line of a role: what it takes away of the source, and the tokens in its place."""

    start: int
    end: int
    tokens: tuple[Token, ...]


def read_tokens(lexer: Lexer, source: str, dialect: Dialect, offset: int = 0) -> Iterator[Token]:
    """The tokens of *source*, which stands at *offset*; the line of a TemplateSyntaxError is one, too."""
    pieces = list(_read_pieces(lexer, source))
    lines = sorted(
        [*_find_role_lines(pieces, source, dialect), *_find_data_role_lines(lexer, pieces, source)],
        key=lambda line: line.start,
    )
    for token in _merge(lexer, pieces, lines):
        yield Token(token.lineno + offset, token.type, token.value) if offset else token


def _read_pieces(lexer: Lexer, source: str) -> Iterator[_Piece]:
    at = 0
    try:
        for _, kind, value in lexer.tokeniter(source, None):
            start = source.index(value, at)  # beyond white space that a tag has eaten
            at = start + len(value)
            yield _Piece(start, at, kind, value)
    except TemplateSyntaxError as error:
        message = re.sub(r" at \d+$", "", error.message or "")
        raise TemplateSyntaxError(message, at) from None


def _find_role_lines(pieces: list[_Piece], source: str, dialect: Dialect) -> Iterator[_Line]:
    if ":" not in source:
        return
    starts = [piece.start for piece in pieces]
    for marker in find_role_markers(source, dialect):
        if not marker.is_complete:
            continue
        line = source[marker.start : marker.end]
        start = marker.start + len(line) - len(line.lstrip())
        end = marker.start + len(line.rstrip())
        over = pieces[bisect_right(starts, start) - 1 : bisect_left(starts, end)]
        if not (over[0].kind == over[-1].kind == "data" and over[0].start <= start and end <= over[-1].end):
            continue
        if any(piece.kind in _STATEMENTS for piece in over):
            continue
        text = Token(start, "string", source[start:end])
        tokens = (*_open(start, ROLE_TAG), text, Token(start, "block_end", "%}"))
        yield _Line(max(marker.start, over[0].start), min(marker.end, over[-1].end), tokens)


def _find_data_role_lines(lexer: Lexer, pieces: list[_Piece], source: str) -> Iterator[_Line]:
    """Lines that hold nothing but a tag and a colon. Whether it is a role, who parses them finds out."""
    for at, piece in enumerate(pieces):
        if piece.kind != "variable_begin":
            continue
        last = next((n for n in range(at, len(pieces)) if pieces[n].kind == "variable_end"), at)
        end = pieces[last].end
        line = find_line(source, piece.start, end)
        if not line:
            continue
        inner = tuple(
            token for one in pieces[at + 1 : last] for token in lexer.wrap([(one.start, one.kind, one.value)])
        )
        start = max(line[0], pieces[at - 1].start if at and pieces[at - 1].kind == "data" else piece.start)
        written = (source[start : piece.start], source[end : line[1]])
        around = [Token(piece.start, "string", text) for text in written]
        tokens = (*_open(piece.start, DATA_ROLE_TAG), *around, *inner, Token(end, "block_end", "%}"))
        yield _Line(start, line[1], tokens)


def _open(at: int, tag: str) -> tuple[Token, Token]:
    return Token(at, "block_begin", "{%"), Token(at, "name", tag)


def _merge(lexer: Lexer, pieces: list[_Piece], lines: list[_Line]) -> Iterator[Token]:
    coming = iter(lines)
    line = next(coming, None)
    done = 0
    for piece in pieces:
        at = max(piece.start, done)
        while line and line.start < piece.end:
            if line.start > at:
                yield Token(at, "data", piece.value[at - piece.start : line.start - piece.start])
            yield from line.tokens
            at = done = line.end
            line = next(coming, None)
        if at == piece.start:
            yield from lexer.wrap([(piece.start, piece.kind, piece.value)])
        elif at < piece.end and piece.kind == "data":
            yield Token(at, "data", piece.value[at - piece.start :])
