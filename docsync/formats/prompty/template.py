"""The template part of a prompt and the variables of its body. Never renders; bad syntax is a warning."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from docsync.formats.limits import LIMITS
from docsync.formats.prompty.mustache_variable import mustache_variables
from docsync.formats.prompty.plain_variable import find_plain_variables
from docsync.formats.prompty.shape import JsonObject, mapping, rename_keys
from docsync.formats.prompty.template_error import TOO_LARGE, TemplateError

JINJA, MUSTACHE = "jinja2", "mustache"

_JINJA_LIKE = (JINJA, "nunjucks")
# Characters from the first tag to the last: Jinja takes its time also for what is between tags.
_MAX_SPAN = 262_144
_LINE_END = re.compile(r"\r\n|\n|\r")
_OPENING = re.compile(r"\{[{%#]")
_CLOSINGS = {"{{": "}}", "{%": "%}", "{#": "#}"}
# Without a word on the template, these are Mustache: Jinja has no such tags.
_LOOKS_LIKE_MUSTACHE = re.compile(r"\{\{[#/]")


def is_jinja(kind: object) -> bool:
    """True for the languages that Jinja reads."""
    return kind in _JINJA_LIKE


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of a body, sorted; None where they are unknown, with a warning if that has a reason.

    `at` is the offset in the body of what the warning is about.
    """

    names: list[str] | None
    code: str = ""
    message: str = ""
    at: int = 0
    hint: str | None = None


@dataclass(slots=True)
class _Span:
    """The part of a body that holds all of its tags."""

    start: int
    end: int = 0
    is_beyond_limits: bool = False

    def measure(self, body: str) -> None:
        """Finds the end, tag by tag, and gives up at the limits."""
        tags = inside = 0
        self.end = self.start
        while opening := _OPENING.search(body, self.end):
            closing = body.find(_CLOSINGS[opening.group()], opening.end())
            self.end = len(body) if closing == -1 else closing + 2
            tags += 1
            inside += self.end - opening.start()
            if (
                tags > LIMITS.template_tags
                or inside > LIMITS.template_bytes
                or self.end - self.start > _MAX_SPAN
            ):
                self.is_beyond_limits = True
                return
        # A closing mark may stand in a text inside its tag: then the tag ends later.
        self.end = max(self.end, *(body.rfind(mark) + 2 for mark in _CLOSINGS.values()))
        self.is_beyond_limits = self.end - self.start > _MAX_SPAN


def normalize_template(front_matter: JsonObject, body: str) -> JsonObject:
    """`template` as v2 would write it."""
    written = front_matter.get("template")
    if isinstance(written, str):
        return _template({"kind": written}, {"kind": "prompty"}, {})
    if not isinstance(written, dict):
        kind = MUSTACHE if written is None and _LOOKS_LIKE_MUSTACHE.search(body) else JINJA
        return _template({"kind": kind}, {"kind": "prompty"}, {})
    template = rename_keys(written, {"type": "format"})
    rest = {key: value for key, value in template.items() if key not in ("format", "parser")}
    return _template(_kind(template.get("format"), JINJA), _kind(template.get("parser"), "prompty"), rest)


def variables_of(body: str, template: JsonObject) -> Variables:
    """The variables that *body* wants when it is rendered as *template* says."""
    kind = mapping(template["format"]).get("kind")
    plain = find_plain_variables(body) if kind != MUSTACHE else None
    return _search_variables(body, kind) if plain is None else Variables(plain)


def _search_variables(body: str, kind: object) -> Variables:
    first = _OPENING.search(body)
    if first is None:
        return Variables([])
    span = _Span(first.start())
    span.measure(body)
    if span.is_beyond_limits:
        message = f"more than {LIMITS.template_tags} template tags, {LIMITS.template_bytes} bytes inside, or too far apart"
        return Variables(None, TOO_LARGE, message, span.start)
    try:
        # Mustache may change its own marks, so that its last tag is anywhere.
        end = len(body) if kind == MUSTACHE else span.end
        return Variables(sorted(_search(kind)(body[span.start : end])))
    except TemplateError as error:
        # Of a language we do not know nothing can be said to be wrong.
        known = kind == MUSTACHE or is_jinja(kind)
        if not known:
            return Variables(None)
        at = _find_line(body, span.start, error.line) if error.at is None else span.start + error.at
        return Variables(None, error.code, str(error), at, error.hint)


def _search(kind: object) -> Callable[[str], set[str]]:
    if kind == MUSTACHE:
        return mustache_variables
    # Imported here: Jinja takes longer to load than most prompts to read.
    from docsync.formats.prompty.jinja_variable import jinja_variables

    return jinja_variables


def _template(form: JsonObject, parser: JsonObject, rest: JsonObject) -> JsonObject:
    return {"format": form, "parser": parser, **rest}


def _kind(written: object, default: str) -> JsonObject:
    if isinstance(written, dict):
        return {"kind": default, **written}
    return {"kind": written if isinstance(written, str) and written else default}


def _find_line(body: str, start: int, line: int) -> int:
    """Where the line with the number *line* begins, of those that are counted from the offset *start*."""
    ends = islice(_LINE_END.finditer(body, start), line - 1)
    return max((end.end() for end in ends), default=start)
