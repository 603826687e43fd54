"""Parses bytes into a document and problems, in any format. Never reads the tree, never raises for a file."""

from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import cast

from docsync.formats.format import Format
from docsync.formats.limits import LIMITS
from docsync.formats.source import FileRefused, decode_source
from docsync.formats.stand_in import find_stand_in
from docsync.model import Content, ParsedFile, Problem, Severity
from docsync.registry import FORMATS

__all__ = ["FORMATS", "Format", "get_format", "parse"]

# So many problems, or more, and a format may have stopped looking for others.
_COUNT_LIMIT = 1000


@cache
def get_format(name: str) -> Format:
    """The format of that name, imported when it is first asked for. Raises LookupError for any other name."""
    if name not in FORMATS:
        raise LookupError(f"no format is named {name!r}; there are {', '.join(FORMATS)}")
    return cast(Format, import_module(FORMATS[name]).FORMAT)


def parse(format_name: str, path: str, octets: bytes, *, allow_conflicts: bool = False) -> ParsedFile:
    """What the file at *path* says, within the limits. Never raises for what *octets* are."""
    reader = get_format(format_name)
    try:
        source = decode_source(path, octets, allow_conflicts=allow_conflicts)
        warning = find_stand_in(source)
        parsed = reader.parse(source)
        if warning:
            parsed = ParsedFile(parsed.content, (warning, *parsed.problems))
    except FileRefused as refused:
        parsed = ParsedFile(None, refused.problems)
    except Exception as error:  # noqa: BLE001 - a file that trips a bug of ours harms only itself
        parsed = ParsedFile(None, (_describe_bug(path, error),))
    return _apply_limits(path, parsed)


def _describe_bug(path: str, error: Exception) -> Problem:
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    file = frame.tb_frame.f_code.co_filename.rpartition("/")[2] if frame else "nowhere"
    where = f"{file}:{frame.tb_lineno if frame else 0}"
    message = f"docsync failed on this file: {type(error).__name__} at {where}"
    return Problem(path, "internal", message, hint="this is a bug in docsync; please report it with the file")


def _apply_limits(path: str, parsed: ParsedFile) -> ParsedFile:
    content, problems = parsed.content, parsed.problems
    tags = content.tags if content else ()
    if content and (len(tags) > LIMITS.tags or max(map(len, tags), default=0) > LIMITS.tag_characters):
        content, cut = _cut_tags(path, content)
        problems = (*problems, cut)
    if len(problems) > LIMITS.problems:
        problems = _cut_problems(path, problems)
    return parsed if problems is parsed.problems else ParsedFile(content, problems)


def _cut_tags(path: str, content: Content) -> tuple[Content, Problem]:
    # Cut tags may have become equal.
    tags = tuple(dict.fromkeys(tag[: LIMITS.tag_characters] for tag in content.tags[: LIMITS.tags]))
    message = f"more than {LIMITS.tags} tags, or one of more than {LIMITS.tag_characters} characters; the rest is dropped"
    return replace(content, tags=tags), Problem(path, "tags", message, Severity.WARNING)


def _cut_problems(path: str, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    # Errors first: what refuses the file must not be cut away by warnings.
    ordered = sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)
    kept = tuple(ordered[: LIMITS.problems])
    more = len(problems) - len(kept)
    at_least = "at least " if len(problems) >= _COUNT_LIMIT else ""
    message = f"and {at_least}{more} more problems in this file"
    return (*kept, Problem(path, "more", message, ordered[LIMITS.problems].severity))
