"""Proposes quotes for a value of YAML that read back as the very text. Never proposes a part of it."""

import re

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# A hint is cut when it is shown, and half a value is another one.
_MAX_CHARACTERS = 200
_LINE = re.compile(r"[^\r\n]*")
_NEXT_LINE = re.compile(r"(?>\r\n|\n|\r)(?>(?:[ \t]*(?>\r\n|\n|\r))*)(?P<indent> *)(?=[^\s#])")
_BEFORE_KEY = re.compile(r" *(?:[-?] +)*")
_KEY = re.compile(r"(?P<key>.*?):(?=[ \t]|\Z)")
_COMMENT = re.compile(r"(?:\A|(?<![ \t])[ \t]+)#.*\Z")
# What is no anchor, alias or tag of its own where something touches it.
_TOUCHING = re.compile(r"(?<![^\s,\[{])[&*!][^\s,\[\]{}]*\Z")
_ITEM = re.compile(r"(?P<item>[^,\[\]{}\r\n]*)[,\]}]")
_SCHEMATIC = "quote the value: put it between single quotes, and write each ' in it twice"
_LONG = "quote the value, up to the end of its last line"


def quote_yaml(text: str) -> str | None:
    """*text* in quotes; None where it would not be shown whole and as it is."""
    if len(text) > _MAX_CHARACTERS or not text.isprintable():
        return None
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def propose_quotes(text: str, start: int, at: int) -> str:
    """The hint to quote what begins at the offset *at* of *text*, in YAML that begins at *start*."""
    line = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    if touching := _TOUCHING.search(text, max(line, start), at):
        at = touching.start()
    rest = _LINE.match(text, at)
    assert rest is not None
    before = text[max(line, start) : at]
    if _is_in_brackets(text[start:at]):
        item = _ITEM.match(text, at)
        value = item["item"].rstrip() if item and not _KEY.match(item["item"]) else ""
        return _propose("value", value) if value else _SCHEMATIC
    is_first = _BEFORE_KEY.fullmatch(before) is not None
    if is_first and (key := _KEY.match(rest[0])):
        return _propose("key", key["key"].rstrip(" \t"))
    following = _NEXT_LINE.match(text, rest.end())
    margin = len(before) - len(before.lstrip(" ")) + (0 if is_first and not before.strip() else 1)
    if following and len(following["indent"]) >= margin and (margin or not is_first):
        return _LONG
    return _propose("value", _COMMENT.sub("", rest[0]).rstrip())


def _propose(what: str, text: str) -> str:
    quoted = quote_yaml(text)
    return _SCHEMATIC.replace("value", what) if quoted is None else f"quote the {what}: {quoted}"


def _is_in_brackets(before: str) -> bool:
    """True where *before* opens a list or mapping in brackets that it does not close."""
    depth = 0
    try:
        for token in yaml.scan(before, Loader=_Loader):
            if isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
                depth += 1
            elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken):
                depth -= 1
    except yaml.YAMLError:
        pass  # what comes before is not whole: it was cut where reading stopped
    return depth > 0
