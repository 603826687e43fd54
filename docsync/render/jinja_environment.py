"""Jinja as docsync renders it: sandboxed, strict, with marks where messages begin. Loads nothing itself."""

from collections.abc import Mapping, MutableMapping
from typing import Any, NoReturn, Protocol, cast

from jinja2 import Template, TemplateNotFound, nodes
from jinja2.environment import TemplateModule
from jinja2.ext import Extension
from jinja2.lexer import TokenStream
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from docsync.formats.prompty.dialect import Dialect
from docsync.formats.prompty.jinja_parser import BoundedParser
from docsync.formats.prompty.role import find_role_markers
from docsync.render.jinja_inspection import MARKS_NAME
from docsync.render.jinja_token import DATA_ROLE_TAG, ROLE_TAG, read_tokens
from docsync.render.mark import Role, Thread
from docsync.render.role_line import names_role, role_of
from docsync.render.state import RENDERING
from docsync.render.text import TextPlace, resolve_name
from docsync.render.undefined import Unknown


class JinjaMarks:
    """What a tree asks for a mark, by a key of constants and of values that are known when it is rendered."""

    def __getitem__(self, key: tuple[str, int, str, object, tuple[tuple[str, object], ...]]) -> str:
        path, at, kind, role, attributes = key
        rendering = RENDERING.get()
        place = TextPlace(rendering.templates[path].text, at)
        if kind == DATA_ROLE_TAG:
            if isinstance(role, Unknown):
                str(role)  # raises what is missing
            return rendering.marks.begin(role_of(role, place), place)
        if role == "thread":
            return rendering.marks.begin(Thread(rendering.thread), place)
        return rendering.marks.begin(Role(str(role), attributes), place)


_JINJA_MARKS = JinjaMarks()


class JinjaTemplate(Template):
    """A template whose module is made for each rendering: Jinja would keep one with marks of the first."""

    def get_corresponding_lineno(self, lineno: int) -> int:
        """The character of the template to which a line of its program belongs; Jinja counts from 1."""
        return next((at for at, line in reversed(self.debug_info) if line <= lineno), 0)

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002 - as Jinja's
        return self.make_module()

    def make_module(
        self,
        vars: dict[str, Any] | None = None,  # noqa: A002 - as Jinja's
        shared: bool = False,  # noqa: FBT001, FBT002 - as Jinja's
        locals: Mapping[str, Any] | None = None,  # noqa: A002 - as Jinja's
    ) -> TemplateModule:
        """What a template that imports this one gets. The text beside its macros goes to nobody."""
        with RENDERING.get().marks.mute():
            return super().make_module(vars, shared, locals)


class CompiledTemplate(Protocol):
    """A template of a rendering that Jinja has compiled."""

    @property
    def compiled(self) -> Template: ...


class RoleLines(Extension):
    """Makes marks of the tags that stand for the lines of roles."""

    tags = {ROLE_TAG, DATA_ROLE_TAG}  # noqa: RUF012 - as Jinja's

    def parse(self, parser: Parser) -> nodes.Node:
        """The mark of a role's line; for a line that is none, what was written there."""
        tag = next(parser.stream)
        return (
            self._role(parser, tag.lineno) if tag.value == ROLE_TAG else self._data_role(parser, tag.lineno)
        )

    def _role(self, parser: Parser, at: int) -> nodes.Node:
        line = parser.stream.expect("string").value
        (marker,) = find_role_markers(line, self._environment.dialect)
        attributes = [
            nodes.Tuple(
                [nodes.Const(name), self._attribute(value, at + max(line.find(str(value)), 0))], "load"
            )
            for name, value in marker.attributes.items()
        ]
        role = nodes.Const(marker.role)
        return _output_mark(parser, at, ROLE_TAG, role, nodes.Tuple(attributes, "load"))

    def _attribute(self, value: object, at: int) -> nodes.Expr:
        """What an attribute holds: rendered by itself, and never looked at again."""
        if not isinstance(value, str) or not ("{{" in value or "{%" in value or "{#" in value):
            return nodes.Const(value)
        parser = BoundedParser(self._environment, "")
        tokens = read_tokens(self._environment.lexer, value, self._environment.dialect, at)
        parser.stream = TokenStream(tokens, None, None)
        parts: list[nodes.Expr] = []
        for node in parser.subparse():
            if not isinstance(node, nodes.Output):
                parser.fail("the attribute of a role can hold values, and no other tag", at)
            parts += [
                nodes.Const(part.data) if isinstance(part, nodes.TemplateData) else part
                for part in node.nodes
            ]
        return nodes.Concat(parts, lineno=at)

    def _data_role(self, parser: Parser, at: int) -> nodes.Node:
        before, after = parser.stream.expect("string").value, parser.stream.expect("string").value
        expression = parser.parse_tuple(with_condexpr=True)
        in_loop = "for" in parser._tag_stack  # noqa: SLF001 - Jinja tells it nowhere else
        if names_role(_last_name(expression), in_loop=in_loop):
            return _output_mark(parser, at, DATA_ROLE_TAG, expression, nodes.Tuple([], "load"))
        text = [nodes.TemplateData(part, lineno=at) for part in (before, after)]
        return nodes.Output([text[0], expression, text[1]], lineno=at)

    @property
    def _environment(self) -> "RoleEnvironment":
        return cast(RoleEnvironment, self.environment)


class RoleEnvironment(ImmutableSandboxedEnvironment):
    """Jinja for prompts of one dialect. Its lines are characters of the text (`jinja_token`)."""

    template_class = JinjaTemplate

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        super().__init__(
            undefined=Unknown,
            optimized=False,
            keep_trailing_newline=True,
            autoescape=False,
            finalize=_finalize,
            extensions=[RoleLines],
        )

    @property
    def marks(self) -> JinjaMarks:
        """What every mark in a tree asks: an attribute that no name in a template reaches or hides."""
        return _JINJA_MARKS

    def _tokenize(
        self,
        source: str,
        name: str | None,
        filename: str | None = None,
        state: str | None = None,  # noqa: ARG002 - as Jinja's
    ) -> TokenStream:
        return TokenStream(read_tokens(self.lexer, source, self.dialect), name, filename)

    def _parse(
        self,
        source: str,
        name: str | None,
        filename: str | None,  # noqa: ARG002 - as Jinja's
    ) -> nodes.Template:
        return BoundedParser(self, source, name).parse()

    def join_path(self, template: str, parent: str) -> str:
        """The path of what the file *parent* calls *template*."""
        return resolve_name(template, parent)

    def _load_template(
        self,
        name: str,
        globals: MutableMapping[str, Any] | None,  # noqa: A002, ARG002 - as Jinja's
    ) -> Template:
        found = RENDERING.get().templates.get(name)
        if found is None:
            raise TemplateNotFound(name)
        return cast(CompiledTemplate, found).compiled

    def handle_exception(self, source: str | None = None) -> NoReturn:  # noqa: ARG002 - as Jinja's
        """Raise what is being handled, as it is: its place is read from the offsets."""
        raise


def _output_mark(parser: Parser, at: int, kind: str, role: nodes.Expr, attributes: nodes.Expr) -> nodes.Node:
    path = nodes.Const(parser.name or "")
    key = nodes.Tuple([path, nodes.Const(at), nodes.Const(kind), role, attributes], "load", lineno=at)
    marks = nodes.EnvironmentAttribute(MARKS_NAME, lineno=at)
    output = nodes.Output([nodes.Getitem(marks, key, "load", lineno=at)], lineno=at)
    return output.set_environment(parser.environment)


def _last_name(expression: nodes.Expr) -> str:
    match expression:
        case (
            nodes.Name(name=name) | nodes.Getattr(attr=name) | nodes.Getitem(arg=nodes.Const(value=str(name)))
        ):
            return name
    return ""


def _finalize(value: object) -> object:
    """What a value is when it is put out: null is empty, as in Mustache."""
    if value is None:
        value = ""
    text = value if isinstance(value, str) else str(value)
    RENDERING.get().marks.count_output(text)
    return text
