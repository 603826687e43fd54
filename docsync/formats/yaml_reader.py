"""Reads YAML as plain JSON values, strictly. Never builds what the limits forbid and never recurses."""

import re
from collections.abc import Callable, Iterator
from typing import NoReturn, cast

import yaml

from docsync.formats.limits import LIMITS
from docsync.formats.plain_yaml import read_plain_yaml
from docsync.formats.source import FileRefused, ProblemDetails, SourceText
from docsync.formats.yaml_character import check_plain
from docsync.formats.yaml_comment import check_comment
from docsync.formats.yaml_error import explain_yaml_error
from docsync.formats.yaml_node import MERGE, NO_KEY, YamlNode, YamlValue, list_merge_parts, path_of, weight
from docsync.formats.yaml_quote import propose_quotes
from docsync.formats.yaml_scalar import (
    MERGE_TAG,
    TAG_PREFIX,
    ScalarIssue,
    check_plain_text,
    describe_unknown_tag,
    scalar_of,
    tag_of,
)
from docsync.model import Note, Problem, Severity

# libyaml hands out events one by one without recursion; only its composer crashes on deep nesting, and is not
# used.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# libyaml compares each tag directive with all before it.
_MAX_TAG_DIRECTIVES = 100
_LIST_TAGS = frozenset(("!", TAG_PREFIX + "seq"))
_MAPPING_TAGS = frozenset(("!", TAG_PREFIX + "map"))
_TOO_DEEP = "exceeded maximum nesting depth"
_NUL_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(\\(?:0|x00|u0000|U00000000))")
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def read_yaml(source: SourceText, start: int, end: int) -> YamlValue:
    """The document between two offsets of *source*, None without one. Raises FileRefused for bad YAML."""
    plain = read_plain_yaml(source.text[start:end])
    if plain is not None:
        return YamlValue(plain.value, is_absent=False, at=start + plain.at, problems=(), is_plain=True)
    return read_yaml_strictly(source, start, end)


def read_yaml_strictly(source: SourceText, start: int, end: int) -> YamlValue:
    """What `read_yaml` returns, and all that is to be said of it."""
    return _YamlBuilder(source, start, end).run()


class _YamlBuilder:
    def __init__(self, source: SourceText, start: int, end: int) -> None:
        self._source, self._start, self._end = source, start, end
        self._root = YamlNode([], start, is_open=True)
        self._stack = [self._root]
        self._anchors: dict[str, YamlNode] = {}
        self._first_anchor = start
        self._expanded = 0
        self._errors: list[Problem] = []
        self._warnings: list[Problem] = []

    def run(self) -> YamlValue:
        steps = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        try:
            for event in self._events():
                step = cast("Callable[[yaml.Event], None] | None", steps.get(type(event)))
                if step:
                    step(event)
        except yaml.YAMLError as error:
            if isinstance(error, yaml.MarkedYAMLError) and error.problem == _TOO_DEEP and error.problem_mark:
                self._refuse_scanned_depth(self._start + error.problem_mark.index)
            syntax = explain_yaml_error(self._source, self._start, self._end, error)
            raise FileRefused(syntax, *self._errors, *self._warnings) from None
        if self._errors:
            raise FileRefused(*self._errors, *self._warnings)
        roots = cast("list[object]", self._root.children)
        return YamlValue(roots[0] if roots else None, not roots, self._root.key_at, tuple(self._warnings))

    def _events(self) -> Iterator[yaml.Event]:
        text = self._source.text[self._start : self._end]
        if text.count("%TAG") > _MAX_TAG_DIRECTIVES:
            message = f"more than {_MAX_TAG_DIRECTIVES} tag directives"
            self._fail("too-large", message, self._start + text.index("%TAG"))
        loader = _Loader(text)
        room = LIMITS.yaml_events
        while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
            yield event
            room -= 1
            if room < 0:
                self._fail(
                    "too-large", f"more than {LIMITS.yaml_events} keys, values and items", self._offset(event)
                )

    def _offset(self, event: yaml.Event) -> int:
        return self._start + cast("yaml.Mark", event.start_mark).index

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        if self._root.children:
            self._fail("yaml-syntax", "a second YAML document starts here", self._offset(event))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        text = event.value
        at = self._offset(event)
        if event.style == '"' and _NOT_STORABLE.search(text):
            self._refuse_characters(event)
        if event.implicit[0] and not text.isascii():
            self._check_characters(text, at)
        tag = tag_of(event)
        if self._stack[-1].wants_key:
            self._key(event, tag, at)
            return
        value: object = text
        surprise = None
        if tag is not None:
            value, surprise = scalar_of(text, tag)
        elif event.implicit[0]:
            surprise = check_plain_text(text) if text[:2] == "0o" else None
            end = self._start + cast("yaml.Mark", event.end_mark).index
            if cut := check_comment(self._source.text, at, end, is_in_brackets=self._stack[-1].is_flow):
                self._report(cut.issue, cut.at)
        if surprise:
            self._report(surprise, at)
        node = YamlNode(value, at)
        node.size += weight(text)
        self._finish(node, event.anchor)

    def _check_characters(self, text: str, at: int) -> None:
        holder = self._stack[-1]
        found = check_plain(text, is_key=holder.wants_key, is_in_brackets=holder.is_flow)
        if found is not None:
            offset, issue = found
            # A text that goes over several lines is another one in the file.
            self._report(issue, at + offset if self._source.text.startswith(text, at) else at)

    def _key(self, event: yaml.ScalarEvent, tag: str | None, at: int) -> None:
        text = event.value
        if tag == MERGE_TAG:
            self._stack[-1].key = MERGE
            self._stack[-1].key_at = at
            return
        if event.anchor:
            self._anchor(event.anchor, YamlNode(text, at))
        if tag is not None:
            self._check_key(text, tag, at)
        self._set_key(text, at)

    def _check_key(self, text: str, tag: str, at: int) -> None:
        value, surprise = scalar_of(text, tag)
        if surprise and surprise.severity is Severity.ERROR:
            self._report(surprise, at)
        elif not isinstance(value, str) and not _is_crowded(self._warnings):
            self._warn("yaml-key", f'key {text} is not text for YAML; stored as "{text}"', at)

    def _set_key(self, key: str, at: int) -> None:
        mapping = self._stack[-1]
        earlier = mapping.places.get(key)
        if earlier is not None and not _is_crowded(self._warnings):
            note = self._source.note("the value that is replaced", earlier)
            message = f"duplicate key '{key}'; the value here replaces the one at {note.line}:{note.column}"
            self._warn("duplicate-key", message, at, note)
        mapping.places[key] = at
        mapping.key, mapping.key_at = key, at
        mapping.size += weight(key)

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        at = self._offset(event)
        if self._stack[-1].wants_key:
            self._refuse_key(at)
        if len(self._stack) > LIMITS.max_depth:
            self._refuse_depth(at)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if event.tag and event.tag not in (_MAPPING_TAGS if is_mapping else _LIST_TAGS):
            self._report(describe_unknown_tag(event.tag), at)
        node = YamlNode({} if is_mapping else [], at, is_open=True)
        node.is_flow = bool(event.flow_style)
        if event.anchor:
            self._anchor(event.anchor, node)
        self._stack.append(node)

    def _close(self, _event: yaml.Event) -> None:
        node = self._stack.pop()
        node.close()
        node.height += 1
        self._finish(node, None)

    def _alias(self, event: yaml.AliasEvent) -> None:
        at = self._offset(event)
        node = self._anchors.get(event.anchor or "")
        if node is None:
            meant = "if it is meant as text, " + propose_quotes(self._source.text, self._start, at)
            notes = (self._source.note(meant, at),)
            self._fail("yaml-syntax", f"found undefined alias '{event.anchor}'", at, notes=notes)
        if node.is_open:
            note = self._source.note("the alias is here", at)
            self._fail("yaml-recursive", "an alias refers to itself", node.at, notes=(note,))
        if self._stack[-1].wants_key:
            if not isinstance(node.children, str):
                self._refuse_key(at)
            self._set_key(node.children, at)
            return
        if len(self._stack) - 1 + node.height > LIMITS.max_depth:
            self._refuse_depth(at)
        self._expanded += node.size
        if self._expanded > LIMITS.alias_values:
            self._refuse_expansion(at)
        self._finish(node, None)

    def _anchor(self, name: str, node: YamlNode) -> None:
        if not self._anchors:
            self._first_anchor = node.at
        self._anchors[name] = node

    def _finish(self, node: YamlNode, anchor: str | None) -> None:
        if anchor:
            self._anchor(anchor, node)
        parent = self._stack[-1]
        parent.size += node.size
        if parent.key is MERGE:
            self._merge(parent, node)
            return
        parent.height = max(parent.height, node.height)
        if parent is self._root:
            parent.key_at = node.at
        parent.put(node.children)

    def _merge(self, parent: YamlNode, node: YamlNode) -> None:
        parts = list_merge_parts(node.children)
        if parts is None:
            self._fail("yaml-value", "'<<' takes a mapping or a list of mappings", parent.key_at)
        # What is merged lies no deeper than the mapping that takes it in.
        parent.height = max(parent.height, node.height - (2 if isinstance(node.children, list) else 1))
        parent.merged.extend(parts)
        parent.key = NO_KEY

    def _report(self, surprise: ScalarIssue, at: int) -> None:
        kept = self._errors if surprise.severity is Severity.ERROR else self._warnings
        if _is_crowded(kept):
            return
        path = path_of(self._stack[1:])
        message = f"{path}: {surprise.message}" if path else surprise.message
        details = ProblemDetails(severity=surprise.severity, hint=surprise.hint, json_path=path or None)
        kept.append(self._source.problem(surprise.code, message, at, **details))

    def _warn(self, code: str, message: str, at: int, *notes: Note) -> None:
        self._warnings.append(self._source.problem(code, message, at, severity=Severity.WARNING, notes=notes))

    def _refuse_key(self, at: int) -> NoReturn:
        hint = "write the key as plain text"
        if self._source.text.startswith("{", at):
            hint = 'a value that starts with {{ must be quoted: "{{ ... }}"'
        self._fail("yaml-key", "a mapping key must be plain text", at, hint=hint)

    def _refuse_depth(self, at: int) -> NoReturn:
        self._fail("too-deep", f"YAML is nested more than {LIMITS.max_depth} levels deep", at)

    def _refuse_scanned_depth(self, at: int) -> NoReturn:
        """libyaml 0.2.6 counts 1 000 levels ahead, before it returns the events of the first."""
        # The text up to there has more levels than are allowed.
        _YamlBuilder(self._source, self._start, at).run()
        self._refuse_depth(at)

    def _refuse_expansion(self, at: int) -> NoReturn:
        message = f"aliases expand to more than {LIMITS.alias_values} values"
        note = self._source.note("too many with this alias", at)
        hint = "remove the &anchor/*alias nesting"
        self._fail("too-large", message, self._first_anchor, hint=hint, notes=(note,))

    def _refuse_characters(self, event: yaml.ScalarEvent) -> NoReturn:
        at, end = self._offset(event), self._start + cast("yaml.Mark", event.end_mark).index
        escape = _NUL_ESCAPE.search(self._source.text, at, end)
        if escape:
            self._fail("nul", "NUL character", escape.start(1), hint="remove it")
        self._fail("yaml-syntax", "half of a surrogate pair", at, hint="write the character itself")

    def _fail(
        self, code: str, message: str, at: int, *, hint: str | None = None, notes: tuple[Note, ...] = ()
    ) -> NoReturn:
        last = self._source.problem(code, message, at, hint=hint, notes=notes)
        raise FileRefused(last, *self._errors, *self._warnings)


def _is_crowded(kept: list[Problem]) -> bool:
    # Thousands would cost more than the parse and only the first are shown: beyond these, one is only
    # counted.
    if len(kept) < 2 * LIMITS.problems:
        return False
    kept.append(kept[-1])
    return True
