"""Translates libyaml's errors into problems with a hint. Never looks for errors itself."""

import re

from yaml import MarkedYAMLError, YAMLError
from yaml.reader import Reader

from docsync.formats.source import SourceText
from docsync.model import Problem

_NOT_PRINTABLE = Reader.NON_PRINTABLE
_EXPECTED = re.compile(
    r"(?:did not find expected|could not find expected|expected) (?P<what>[^,(]*(?:',' or '.')?)"
)
_QUOTED = "while scanning a quoted scalar"

# Part of what libyaml or PyYAML says -> what docsync says, and a hint.
_WORDS = (
    (
        "mapping values are not allowed",
        "unexpected ':' inside a value",
        'quote the value if it contains ": "',
    ),
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


def explain_yaml_error(source: SourceText, start: int, end: int, error: YAMLError) -> Problem:
    """The problem for an error in the part of *source* between two offsets."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return _explain_unprintable(source, start, end)
    at = min(start + error.problem_mark.index, len(source.text))
    opened = start + error.context_mark.index if error.context_mark else at
    problem, context = error.problem or "", error.context or ""
    if "cannot start any token" in problem:
        return _explain_bad_start(source, at)
    if context == _QUOTED and ("end of stream" in problem or "document indicator" in problem):
        return source.problem(
            "yaml-syntax", "quoted text is never closed", opened, hint="add the closing quote"
        )
    if "simple key" in context:
        return source.problem(
            "yaml-syntax", "expected ':' after this key", opened, hint="write it as `key: value`"
        )
    if "flow" in context and "',' or" in problem:
        return _explain_unclosed(source, at, opened, problem)
    return _translate_problem(source, at, problem)


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


def _explain_bad_start(source: SourceText, at: int) -> Problem:
    character = source.text[at : at + 1]
    if character == "\t":
        return source.problem("yaml-syntax", "tab used for indentation", at, hint="indent with spaces")
    rest = re.split(r"[\r\n]", source.text[at : at + 80], maxsplit=1)[0].rstrip()
    return source.problem(
        "yaml-syntax", f"'{character}' cannot start a value", at, hint=f'quote the value: "{rest}"'
    )


def _explain_unclosed(source: SourceText, at: int, opened: int, problem: str) -> Problem:
    kind, closing = ("list", "]") if "]" in problem else ("mapping", "}")
    note = source.note(f"{kind} opened here", opened)
    return source.problem("yaml-syntax", f"expected ',' or '{closing}'", at, notes=(note,))
