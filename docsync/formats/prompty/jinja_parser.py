"""Parses a Jinja template within limits that do not depend on who asks. Never renders and never compiles."""

import re
from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.parser import Parser

from docsync.formats.prompty.template_error import TOO_LARGE, TemplateError

LINE_END = re.compile(r"\r\n|\n|\r")
# 32 KiB of ordinary tags hold half as many; at Jinja's pace these take 100 ms.
_MAX_TOKENS = 12_000
# Frames of the interpreter's stack, about. Jinja itself would stop at Python's limit, sooner the deeper its
# caller is, and the same file would be read differently here and there.
_MAX_FRAMES = 500
_STATEMENT_FRAMES, _EXPRESSION_FRAMES, _SIGN_FRAMES = 6, 13, 2


class _TokenLimit(Extension):
    """Limits the tokens of a template. Counts real tokens: what strings hold does not count."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for count, token in enumerate(stream):
            if count == _MAX_TOKENS:
                raise TemplateError(
                    f"more than {_MAX_TOKENS} words and signs inside tags", token.lineno, TOO_LARGE
                )
            yield token


_ENVIRONMENT = Environment(autoescape=False, extensions=[_TokenLimit])  # noqa: S701 - never renders
GLOBAL_NAMES = frozenset(_ENVIRONMENT.globals)


def parse_jinja(template: str) -> nodes.Template:
    """The tree of *template*; TemplateError if there is none."""
    stream = TokenStream(iter(()), None, None)
    try:
        parser = BoundedParser(_ENVIRONMENT, template)
        stream = parser.stream
        return parser.parse()
    except TemplateSyntaxError as error:
        raise _describe_syntax(template, error.message or "invalid template", stream) from None
    except ValueError:
        # Jinja reads numbers as Python does, which refuses very long ones.
        raise TemplateError("a number is too long", 1) from None


def _describe_syntax(template: str, message: str, stream: TokenStream) -> TemplateError:
    # Imported here: what is wrong with a template is asked of few.
    from docsync.formats.prompty.jinja_hint import explain_jinja
    from docsync.formats.prompty.jinja_place import find_error_place

    place = find_error_place(_ENVIRONMENT, template, message, stream)
    said = explain_jinja(template, message, place.at, place.tag_at)
    line = len(LINE_END.findall(template, 0, place.at)) + 1
    return TemplateError(said.message, line, at=place.at, hint=said.hint)


class BoundedParser(Parser):
    """Counts how deep it is in everything that may hold itself; TemplateError where that is too deep."""

    def __init__(self, environment: Environment, source: str, name: str | None = None) -> None:
        super().__init__(environment, source, name)
        self._frames = 0

    def _enter(self, frames: int) -> None:
        self._frames += frames
        if self._frames > _MAX_FRAMES:
            raise TemplateError("nested too deeply", self.stream.current.lineno, TOO_LARGE)

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        self._enter(_STATEMENT_FRAMES)
        found = super().parse_statement()
        self._frames -= _STATEMENT_FRAMES
        return found

    def parse_expression(self, with_condexpr: bool = True) -> nodes.Expr:  # noqa: FBT001, FBT002 - as Jinja's
        self._enter(_EXPRESSION_FRAMES)
        found = super().parse_expression(with_condexpr)
        self._frames -= _EXPRESSION_FRAMES
        return found

    def parse_condexpr(self) -> nodes.Expr:
        self._enter(_SIGN_FRAMES)
        found = super().parse_condexpr()
        self._frames -= _SIGN_FRAMES
        return found

    def parse_not(self) -> nodes.Expr:
        self._enter(_SIGN_FRAMES)
        found = super().parse_not()
        self._frames -= _SIGN_FRAMES
        return found

    def parse_unary(self, with_filter: bool = True) -> nodes.Expr:  # noqa: FBT001, FBT002 - as Jinja's
        self._enter(_SIGN_FRAMES)
        found = super().parse_unary(with_filter)
        self._frames -= _SIGN_FRAMES
        return found
