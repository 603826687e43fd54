"""Jinja templates, compiled once for each content and rendered for each call; every error with its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import TracebackType

from jinja2 import Template, TemplateNotFound, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError

from docsync.formats.prompty.dialect import Dialect
from docsync.formats.prompty.jinja_variable import jinja_variables
from docsync.formats.prompty.template_error import TemplateError
from docsync.render.error import RenderError
from docsync.render.jinja_environment import RoleEnvironment
from docsync.render.jinja_inspection import Inspection, inspect
from docsync.render.mark import private_characters
from docsync.render.state import MAX_KEPT_CHARACTERS, MAX_TEMPLATES, RENDERING
from docsync.render.text import Include, Text, TextPlace
from docsync.render.undefined import Absent
from docsync.render.value import ABSENT

_NOWHERE = 0


@dataclass(frozen=True, slots=True)
class JinjaText:
    """A text compiled by Jinja."""

    text: Text
    compiled: Template
    inspection: Inspection
    variables: frozenset[str] | None
    private: frozenset[str]

    @property
    def includes(self) -> tuple[Include, ...]:
        """The files that it names."""
        return self.inspection.includes

    @property
    def places(self) -> Mapping[str, int]:
        """The first place of each name."""
        return self.inspection.places

    @property
    def guarded(self) -> frozenset[str]:
        """The names whose absence it looks after."""
        return self.inspection.guarded

    def render(self, values: Mapping[str, object]) -> str:
        """The text with its marks. RenderError for whatever is raised on the way."""
        own = {name: Absent(name=name) if value is ABSENT else value for name, value in values.items()}
        context = self.compiled.new_context(own)
        try:
            return "".join(self.compiled.root_render_func(context))
        except RenderError:
            raise
        except Exception as error:  # a template may do anything that raises
            raise _place_of(error, self.text).error(_describe(error)) from error


def compile_jinja(text: Text, dialect: Dialect) -> JinjaText:
    """*text*, compiled; the same text is compiled once. RenderError with all that is wrong with it."""
    return (_compile_once if len(text.content) <= MAX_KEPT_CHARACTERS else _compile)(text, dialect)


def _compile(text: Text, dialect: Dialect) -> JinjaText:
    source = text.normalized
    environment = _environment(dialect)
    try:
        tree = environment._parse(source, text.path, None)  # noqa: SLF001 - Jinja's own hook for this
        inspection = inspect(tree, text)
        compiled = environment.template_class.from_code(
            environment, environment.compile(tree, text.path), environment.make_globals(None)
        )
    except RenderError:
        raise
    except TemplateSyntaxError as error:
        raise RenderError(text.mistake(error.message or "invalid template", error.lineno)) from error
    except TemplateError as error:
        raise RenderError(text.mistake(str(error), error.line)) from error
    except Exception as error:  # Python refuses some of the programs that Jinja makes
        raise RenderError(text.mistake(f"cannot be compiled: {_describe(error)}", _NOWHERE)) from error
    # A text within a tag may have them as escapes.
    written = [source, *(one.value for one in tree.find_all(nodes.Const) if isinstance(one.value, str))]
    private = frozenset(private_characters("".join(written)))
    return JinjaText(text, compiled, inspection, _variables(source), private)


_compile_once = lru_cache(MAX_TEMPLATES)(_compile)


@cache
def _environment(dialect: Dialect) -> RoleEnvironment:
    return RoleEnvironment(dialect)


def _variables(source: str) -> frozenset[str] | None:
    try:
        return frozenset(jinja_variables(source))
    except TemplateError:
        return None  # too large to be looked at: names that are missing are found while it is rendered


def _place_of(error: Exception, text: Text) -> TextPlace:
    """The innermost place in a template at which *error* was raised."""
    place = TextPlace(text, _NOWHERE)
    trace: TracebackType | None = error.__traceback__
    while trace:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None and template.name in RENDERING.get().templates:
            at = template.get_corresponding_lineno(trace.tb_lineno)
            place = TextPlace(RENDERING.get().templates[template.name].text, at)
        trace = trace.tb_next
    return place


def _describe(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"none of the files is there: {error.message or error.name}"
    if isinstance(error, RecursionError):
        return "goes too deep into itself"
    if isinstance(error, MemoryError):
        return "needs more memory than there is"
    if isinstance(error, UndefinedError | SecurityError):
        return error.message or str(error)
    return str(error) or type(error).__name__
