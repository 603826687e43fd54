"""Finds where in a template Jinja stopped, which tells only a line. Never renders, never judges."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import TokenStream

from docsync.formats.prompty.jinja_parser import LINE_END
from docsync.formats.prompty.template_error import TemplateError

_AT = re.compile(r" at (?P<at>\d+)\Z")
_OPENING = ("variable_begin", "block_begin")
_WITHIN = frozenset(("block", "call", "filter", "for", "if", "macro", "with", "autoescape"))
# What the lexer tells nobody of; the last is where it gave up.
_LEFT_OUT = frozenset(
    ("comment_begin", "comment", "comment_end", "whitespace", "linecomment", "raw_begin", "raw_end", "")
)


class _Lexeme(NamedTuple):
    """A part of a template as the lexer takes it: where it begins, its kind and its text."""

    at: int
    kind: str
    text: str


class ErrorPlace(NamedTuple):
    """Offsets in a template: of what is wrong, and of the tag that it is in."""

    at: int
    tag_at: int


def find_error_place(
    environment: Environment, template: str, message: str, stream: TokenStream
) -> ErrorPlace:
    """Where the parser or the lexer stopped with *message*, which had *stream* left to read; it is read."""
    text = LINE_END.sub("\n", template)
    pieces = [*_list_pieces(environment, text)]
    at = _find_stop(pieces, message, stream)
    tags = [piece.at for piece in pieces if piece.kind in _OPENING and piece.at <= at]
    tag_at = tags[-1] if tags else at
    return ErrorPlace(_offset_in(template, text, at), _offset_in(template, text, tag_at))


def _find_stop(pieces: list[_Lexeme], message: str, stream: TokenStream) -> int:
    if known := _AT.search(message):
        return int(known["at"])
    if message.startswith(("unexpected end of", "Unexpected end of", "unexpected 'end of template'")):
        return _find_open(pieces, is_within_tag=message.startswith("unexpected"))
    if message.startswith("Missing end of comment"):
        return max((piece.at for piece in pieces if piece.kind == "comment_begin"), default=0)
    unread, is_read_to_its_end = 0, True
    try:
        for _ in stream:
            unread += 1
    except (TemplateSyntaxError, TemplateError):  # there is more that is wrong behind it
        is_read_to_its_end = False
    taken = [piece for piece in pieces if piece.kind not in _LEFT_OUT]
    if is_read_to_its_end and pieces and not pieces[-1].kind:
        return pieces[-1].at
    # Counted from the end: how many were read is nowhere to be asked.
    return taken[-unread].at if 0 < unread <= len(taken) else 0


def _list_pieces(environment: Environment, text: str) -> Iterator[_Lexeme]:
    """The parts of *text* up to the end, or to what is none; blanks may be missing between them."""
    at = 0
    try:
        for _, kind, value in environment.lexer.tokeniter(text, None):
            at = max(text.find(value, at), at)
            yield _Lexeme(at, kind, value)
            at += len(value)
    except TemplateSyntaxError:
        yield _Lexeme(at + len(text[at:]) - len(text[at:].lstrip()), "", "")


def _find_open(pieces: list[_Lexeme], *, is_within_tag: bool) -> int:
    """The last tag that is never closed: with its own mark, or with the tag that ends it."""
    openings = [piece for piece in pieces if piece.kind in _OPENING]
    if is_within_tag and openings:
        return openings[-1].at
    open_tags: list[int] = []
    for piece, name in _list_statements(pieces):
        if name in _WITHIN:
            open_tags.append(piece.at)
        elif name.startswith("end") and name[3:] in _WITHIN and open_tags:
            open_tags.pop()
    return open_tags[-1] if open_tags else (openings[-1].at if openings else 0)


def _list_statements(pieces: list[_Lexeme]) -> Iterator[tuple[_Lexeme, str]]:
    """Each tag that begins a statement, and the name that it begins with."""
    for number, piece in enumerate(pieces):
        if piece.kind == "block_begin":
            names = (one.text for one in pieces[number + 1 : number + 3] if one.kind == "name")
            yield piece, next(names, "")


def _offset_in(template: str, text: str, at: int) -> int:
    """The offset in *template* of what is at *at* in *text*, which is it with other line ends."""
    line = text.count("\n", 0, at)
    column = at - (text.rfind("\n", 0, at) + 1)
    start = 0
    for _ in range(line):
        found = LINE_END.search(template, start)
        start = found.end() if found else start
    return min(start + column, len(template))
