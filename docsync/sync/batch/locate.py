"""Finds line and column of findings: of a dotted place, or of a word in the body. Never judges anything."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from docsync.formats import Format
from docsync.formats.limits import LIMITS
from docsync.formats.place import Place
from docsync.formats.source import ProblemDetails, SourceText
from docsync.lint.finding import Finding
from docsync.model import Problem
from docsync.names import truncate_place

_OPENING = re.compile(r"\{[{%]")
_CLOSINGS = {"{{": "}}", "{%": "%}"}


def locate(source: SourceText, format_: Format, body: str, findings: Sequence[Finding]) -> list[Problem]:
    """*findings* as problems of *source*, which *format_* has parsed and which ends in *body*."""
    wanted = {finding.at for finding in findings if finding.at is not None}
    places = format_.places(source, wanted) if wanted else {}
    body_at, tags = len(source.text) - len(body), list(islice(_tags(body), LIMITS.template_tags))
    offsets = []
    for finding in findings:
        in_body = _offset_in_body(finding, body, tags)
        offsets.append(_offset(finding, places) if in_body is None else body_at + in_body)
    return [_problem(source, finding, offset) for finding, offset in zip(findings, offsets, strict=True)]


def _offset_in_body(finding: Finding, body: str, tags: Sequence[tuple[int, int]]) -> int | None:
    """The offset in *body* that *finding* is about, None where it is about a value."""
    if finding.body_at is not None:
        return min(finding.body_at, len(body))
    return None if finding.body_text is None else _find_word(body, tags, finding.body_text)


def _find_word(body: str, tags: Sequence[tuple[int, int]], text: str) -> int:
    """Where *text* stands as a word of its own inside a tag, else where it stands at all."""
    word = re.compile(rf"(?<![\w.]){re.escape(text)}(?!\w)")
    for start, end in tags:
        if found := word.search(body, start, end):
            return found.start()
    return max(0, body.find(text))


def _offset(finding: Finding, places: Mapping[str, Place]) -> int | None:
    """The offset in the file of the key or the value that *finding* is about, None where it was not found."""
    place = places.get(finding.at or "")
    if place is None:
        return None
    return place.key if finding.on_key else place.value


def _tags(body: str) -> Iterator[tuple[int, int]]:
    """Where the inside of each template tag begins and ends."""
    at = 0
    while opening := _OPENING.search(body, at):
        at = body.find(_CLOSINGS[opening.group()], opening.end())
        if at == -1:
            return
        yield opening.end(), at


def _problem(source: SourceText, finding: Finding, offset: int | None) -> Problem:
    details = ProblemDetails(
        severity=finding.severity, hint=finding.hint, json_path=truncate_place(finding.at or "") or None
    )
    problem = source.problem(finding.code, finding.message, offset or 0, **details)
    return problem if offset is not None else replace(problem, line=None, column=None)
