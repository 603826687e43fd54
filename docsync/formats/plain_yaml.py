"""Reads YAML of which there is nothing to say. Never judges: every other text is left to `yaml_reader`."""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import yaml
from yaml import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from docsync.formats.limits import LIMITS
from docsync.formats.plain_value import is_plain_number
from docsync.formats.yaml_character import may_hold_odd
from docsync.formats.yaml_comment import may_cut
from docsync.formats.yaml_scalar import FIRST_CHARACTERS, Scalar, check_plain_text, find_tag, scalar_of

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")
# Longer texts are not remembered, so that no hostile file is.
_MAX_REMEMBERED_CHARACTERS = 40

_NextEvent = Callable[[], Any]


class PlainYaml(NamedTuple):
    """A mapping of plain values, and the offset in the text at which it begins."""

    value: dict[str, object]
    at: int


class _NotPlainYaml(Exception):
    """There is something that a closer look must decide."""


def read_plain_yaml(text: str) -> PlainYaml | None:
    """The mapping that *text* holds; None for all that may be refused, warned of or repeated by an alias."""
    if "%TAG" in text or may_hold_odd(text) or may_cut(text):
        return None
    next_event: _NextEvent = islice(iter(_Loader(text).get_event, None), LIMITS.yaml_events).__next__
    try:
        next_event()  # the stream begins, and then the document
        next_event()
        event = next_event()
        begun: Any = event.start_mark
        if type(event) is not MappingStartEvent:
            return None
        value = _read_collection(event, next_event, LIMITS.max_depth)
        next_event()  # the document ends
        is_all = type(next_event()) is yaml.StreamEndEvent
    except (yaml.YAMLError, StopIteration, _NotPlainYaml):
        return None
    return PlainYaml(value, begun.index) if is_all else None


def _read_collection(event: Any, next_event: _NextEvent, levels: int) -> Any:
    kind = type(event)
    if kind is MappingStartEvent and levels and event.tag is None and event.anchor is None:
        return _read_mapping(next_event, levels - 1)
    if kind is SequenceStartEvent and levels and event.tag is None and event.anchor is None:
        return _read_list(next_event, levels - 1)
    raise _NotPlainYaml


def _read_mapping(next_event: _NextEvent, levels: int) -> dict[str, object]:
    found: dict[str, object] = {}
    while type(event := next_event()) is ScalarEvent:
        key, is_text = _read_scalar(event)
        if not is_text or key in found:
            raise _NotPlainYaml
        event = next_event()
        if type(event) is ScalarEvent:
            found[key] = _read_scalar(event)[0]
        else:
            found[key] = _read_collection(event, next_event, levels)
    if type(event) is not MappingEndEvent:
        raise _NotPlainYaml
    return found


def _read_list(next_event: _NextEvent, levels: int) -> list[object]:
    found: list[object] = []
    while type(event := next_event()) is not SequenceEndEvent:
        if type(event) is ScalarEvent:
            found.append(_read_scalar(event)[0])
        else:
            found.append(_read_collection(event, next_event, levels))
    return found


def _read_scalar(event: Any) -> tuple[Any, bool]:
    """The value of a scalar, and whether it is a text that YAML takes for nothing else."""
    text = event.value
    if event.tag is not None or event.anchor is not None:
        raise _NotPlainYaml
    if event.style == '"' and _NOT_STORABLE.search(text):
        raise _NotPlainYaml
    if not event.implicit[0] or text[:1] not in FIRST_CHARACTERS:
        return text, True
    return _resolve(text) if len(text) > _MAX_REMEMBERED_CHARACTERS else _remember(text)


def _resolve(text: str) -> tuple[Scalar, bool]:
    tag = find_tag(text)
    value, issue = (text, check_plain_text(text)) if tag is None else scalar_of(text, tag)
    if issue or (isinstance(value, int | float) and not is_plain_number(value)):
        raise _NotPlainYaml
    return value, tag is None


# The same few words and numbers come back in every file.
_remember = lru_cache(maxsize=4096)(_resolve)
