"""Translates libyaml's errors into problems with a hint. Never looks for errors itself."""

import re
from dataclasses import dataclass

from yaml import MarkedYAMLError, YAMLError
from yaml.reader import Reader

from docsync.formats.source import SourceText
from docsync.formats.yaml_character import find_odd_cause
from docsync.formats.yaml_closed_quote import find_text_behind_quote
from docsync.formats.yaml_quote import propose_quotes
from docsync.model import Problem

_NOT_PRINTABLE = Reader.NON_PRINTABLE
_EXPECTED = re.compile(
    r"(?:did not find expected|could not find expected|expected) (?P<what>[^,(]*(?:',' or '.')?)"
)
_QUOTED = "while scanning a quoted scalar"
_BEHIND_QUOTE = "text behind a closed quote"
_CLOSE_COLON = re.compile(r"(?<![^\r\n])[A-Za-z_][\w-]*:(?=[^\s:/\\])")
# What a value begins that was meant for text.
_BEGUN = {
    "while scanning an alias": "'*' begins an alias, which needs a name",
    "while scanning an anchor": "'&' begins an anchor, which needs a name",
    "while scanning a block scalar": "the text of a block begins in the next line",
}
_COLON = "unexpected ':' inside a value"
# A key and the first character of its value, which is no quote and opens nothing.
_KEY_AND_VALUE = re.compile(
    r" *(?:[-?] +)*[^\s'\"#\[\]{},&*!|>%@`:-][^\r\n:]{0,200}:[ \t]+(?=[^\s'\"\[{|>&*!#])"
)
# Behind such a value: the end, or what is no more of it.
_NO_MORE = re.compile(r"(?>[^\r\n]*)(?:\r\n|[\r\n])?(?:\s*\Z| *(?:- |#|---|\.\.\.|[^\s:]+:(?:\s|\Z)))")

# Part of what libyaml or PyYAML says -> what docsync says, and a hint.
_WORDS = (
    ("mapping values are not allowed", _COLON, 'quote the value if it contains ": "'),
    ("violate", "tab used for indentation", "indent with spaces"),
    (
        "sequence entries are not allowed",
        "a list item is not allowed here",
        "check the indentation, or quote the value",
    ),
    ("keys are not allowed", "a key is not allowed here", "check the indentation"),
    ("expected key", "expected a key", "check the indentation of this line"),
    ("expected <block end>", "expected a key or a list item", "check the indentation of this line"),
    ("'-' indicator", "expected a list item that starts with '- '", "check the indentation of this line"),
    ("node content", "expected a value", None),
    ("document start", "unexpected text after the end of the YAML", None),
    ("undefined tag handle", "the tag's handle is not declared", "remove the tag"),
    ("unknown escape", "unknown escape after a backslash", "in \"…\" write a backslash as \\\\, or use '…'"),
    ("hexdecimal", "not a valid escape", "in \"…\" write a backslash as \\\\, or use '…'"),
    ("escape", "not a valid escape", "in \"…\" write a backslash as \\\\, or use '…'"),
)


@dataclass(frozen=True, slots=True)
class _Stop:
    """Where reading stopped: offsets of the YAML in `source`, of the place, and of what was opened before."""

    source: SourceText
    start: int
    end: int
    at: int
    opened: int

    def syntax(self, message: str, at: int, hint: str | None = None) -> Problem:
        return self.source.problem("yaml-syntax", message, at, hint=hint)

    def quotes(self, at: int) -> str:
        return propose_quotes(self.source.text, self.start, at)


def explain_yaml_error(source: SourceText, start: int, end: int, error: YAMLError) -> Problem:
    """The problem for an error in the part of *source* between two offsets."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return _explain_unprintable(source, start, end)
    at = min(start + error.problem_mark.index, len(source.text))
    opened = start + error.context_mark.index if error.context_mark else at
    stop = _Stop(source, start, end, at, opened)
    symptom = _explain_symptom(stop, error.problem or "", error.context or "")
    notes = (source.note(symptom.message, at),)
    if odd := find_odd_cause(source.text, start, end, at):
        return source.problem("yaml-syntax", odd.message, odd.at, hint=odd.hint, notes=notes)
    is_syntax = "expected" in (error.problem or "")
    if is_syntax and (behind := find_text_behind_quote(source.text, start, end, at)):
        kept = notes if behind.at != at else ()
        return source.problem("yaml-syntax", _BEHIND_QUOTE, behind.at, hint=behind.hint, notes=kept)
    return symptom


def explain_single_text(source: SourceText, start: int, end: int) -> Problem | None:
    """Why the YAML between two offsets is one text and no mapping; None where it may be meant so."""
    odd = find_odd_cause(source.text, start, end)
    if odd is not None:
        return source.problem("yaml-syntax", odd.message, odd.at, hint=odd.hint)
    close = _CLOSE_COLON.search(source.text, start, end)
    if close is None:
        return None
    hint = "write it as `key: value`"
    return source.problem("yaml-syntax", "a space is missing behind this ':'", close.end() - 1, hint=hint)


def _explain_symptom(stop: _Stop, problem: str, context: str) -> Problem:
    if "cannot start any token" in problem:
        return _explain_bad_start(stop)
    if context == _QUOTED and ("end of stream" in problem or "document indicator" in problem):
        return stop.syntax("quoted text is never closed", stop.opened, "add the closing quote")
    if "simple key" in context:
        return stop.syntax("expected ':' after this key", stop.opened, "write it as `key: value`")
    if "flow" in context and "',' or" in problem:
        return _explain_unclosed(stop, problem)
    if "mapping values are not allowed" in problem and (hint := _quote_value_around(stop)):
        return stop.syntax(_COLON, stop.at, hint)
    begun = _BEGUN.get(context)
    if begun:
        return stop.syntax(begun, stop.opened, stop.quotes(stop.opened))
    return _translate_problem(stop.source, stop.at, problem)


def _quote_value_around(stop: _Stop) -> str | None:
    """The hint to quote the value in whose line reading stopped; None where it may go on in the next one."""
    text = stop.source.text
    begin = (
        max(text.rfind("\n", stop.start, stop.at), text.rfind("\r", stop.start, stop.at), stop.start - 1) + 1
    )
    line = _KEY_AND_VALUE.match(text, begin, stop.at)
    if line is None or not _NO_MORE.match(text[: stop.end], stop.at):
        return None
    return stop.quotes(line.end())


def _translate_problem(source: SourceText, at: int, problem: str) -> Problem:
    code = "yaml-tag" if "undefined tag handle" in problem else "yaml-syntax"
    for part, message, hint in _WORDS:
        if part in problem:
            return source.problem(code, message, at, hint=hint)
    expected = _EXPECTED.match(problem)
    return source.problem(code, f"expected {expected['what'].strip()}" if expected else problem, at)


def _explain_unprintable(source: SourceText, start: int, end: int) -> Problem:
    found = _NOT_PRINTABLE.search(source.text, start, end)
    at = found.start() if found else start
    message = f"control character U+{ord(source.text[at]):04X} is not allowed"
    return source.problem("yaml-syntax", message, at, hint='remove it, or write it as an escape in "…"')


def _explain_bad_start(stop: _Stop) -> Problem:
    character = stop.source.text[stop.at : stop.at + 1]
    if character == "\t":
        return stop.syntax("tab used for indentation", stop.at, "indent with spaces")
    return stop.syntax(f"'{character}' cannot start a value", stop.at, stop.quotes(stop.at))


def _explain_unclosed(stop: _Stop, problem: str) -> Problem:
    kind, closing = ("list", "]") if "]" in problem else ("mapping", "}")
    note = stop.source.note(f"{kind} opened here", stop.opened)
    return stop.source.problem("yaml-syntax", f"expected ',' or '{closing}'", stop.at, notes=(note,))
