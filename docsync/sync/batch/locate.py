"""Where findings stand in a file: line and column of a dotted place, or of a word in the body. Never judges anything."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from docsync.formats.json_place import json_places
from docsync.formats.limits import LIMITS
from docsync.formats.place import Place
from docsync.formats.source import ProblemDetails, SourceText, decode_source
from docsync.formats.yaml_front_matter import split_front_matter
from docsync.formats.yaml_place import yaml_places
from docsync.lint.finding import Finding
from docsync.model import Problem
from docsync.names import truncate_place

_OPENING = re.compile(r"\{[{%]")
_CLOSINGS = {"{{": "}}", "{%": "%}"}


def locate(path: str, format_name: str, octets: bytes, findings: Sequence[Finding]) -> list[Problem]:
    """*findings* as problems of the file at *path*, which its format could read."""
    source = decode_source(path, octets, allow_conflicts=True)
    body_at, body = _body(source, format_name)
    wanted = {finding.at for finding in findings if finding.at is not None}
    places = _places(source, format_name, body_at, wanted)
    tags = list(islice(_tags(body), LIMITS.template_tags))
    in_body = partial(_find_in_body, body, tags)
    offsets = [_offset(finding, places, body_at, in_body) for finding in findings]
    return [_problem(source, finding, offset) for finding, offset in zip(findings, offsets, strict=True)]


def _body(source: SourceText, format_name: str) -> tuple[int, str]:
    if format_name not in ("prompty", "markdown"):
        return 0, ""
    parts = split_front_matter(source)
    return parts.body_at, parts.body


def _places(source: SourceText, format_name: str, body_at: int, wanted: set[str]) -> Mapping[str, Place]:
    if not wanted:
        return {}
    match format_name:
        case "json":
            return json_places(source.text, wanted)
        case "yaml":
            return yaml_places(source.text, wanted)
        case "prompty" | "markdown" if body_at:
            return yaml_places(_front_matter(source.text[:body_at]), wanted)
        case _:  # tomllib tells no places
            return {}


def _front_matter(head: str) -> str:
    """*head* without its fences, every character where it was: a fence of '+++' is no YAML."""
    closing = head.rstrip()
    end = max(closing.rfind("\n"), closing.rfind("\r")) + 1
    opening = len(head) - len(head.lstrip())
    return f"{head[:opening]}   {head[opening + 3 : end]}"


def _offset(finding: Finding, places: Mapping[str, Place], body_at: int, in_body: Callable[[str], int]) -> int | None:
    if finding.body_text is not None:
        return body_at + in_body(finding.body_text)
    place = places.get(finding.at or "")
    if place is None:
        return None
    return place.key if finding.on_key else place.value


def _find_in_body(body: str, tags: Sequence[tuple[int, int]], text: str) -> int:
    """Where *text* stands as a word of its own inside a tag, else where it stands at all."""
    word = re.compile(rf"(?<![\w.]){re.escape(text)}(?!\w)")
    for start, end in tags:
        if found := word.search(body, start, end):
            return found.start()
    return max(0, body.find(text))


def _tags(body: str) -> Iterator[tuple[int, int]]:
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
