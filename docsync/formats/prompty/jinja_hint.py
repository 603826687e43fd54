"""Says what was meant by a template that Jinja cannot read, and how Jinja writes it. Never reads one."""

import re
from typing import NamedTuple

from docsync.formats.character import (
    BLANKS,
    DOUBLE_QUOTES,
    INVISIBLE,
    SINGLE_QUOTES,
    name_character,
)

_RAW = "write {% raw %} before it and {% endraw %} behind it, or a blank between the braces: { {"
_CHARACTER = re.compile(r"unexpected char (?P<shown>.+) at \d+\Z")
_UNKNOWN_TAG = re.compile(r"Encountered unknown tag '(?P<tag>\w+)'")
_OPEN_BLOCK = re.compile(r"block that needs to be closed is '(?P<tag>\w+)'")
_MISSING = re.compile(r"Unexpected end of template")
_JSON = re.compile(r"\{\{[-+]?\s*(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|\w+)\s*:(?!:)")
_EMPTY = re.compile(r"\{[{%][-+]?\s*[-+]?[}%]\}")
_TRIPLE = re.compile(r"\{\{\{\s*(?P<name>[A-Za-z_][\w.]*)\s*\}\}\}")
_DOLLAR = re.compile(r"\{\{[-+]?\s*\$(?P<brace>\{?)(?P<name>[A-Za-z_][\w.]*)(?P<close>\}?)\s*[-+]?\}\}")
_NAMED_DOLLAR = re.compile(r"\$\{?(?P<name>[A-Za-z_]\w*)")
_LIQUID = re.compile(
    r"\|\s*(?P<filter>[A-Za-z_]\w*)\s*:\s*(?P<argument>\"[^\"\r\n]*\"|'[^'\r\n]*'|[\w.]+)\s*[-+]?\}\}"
)
_HANDLEBARS = re.compile(r"\{\{\s*(?P<mark>[#/^>!&@])\s*(?P<word>\w*)")
_HANDLEBARS_WORDS = {
    "#if": "{% if … %}",
    "/if": "{% endif %}",
    "#unless": "{% if not … %}",
    "/unless": "{% endif %}",
    "#each": "{% for item in … %}",
    "/each": "{% endfor %}",
    "#with": "{% with … %}",
    "/with": "{% endwith %}",
}
_LIQUID_TAGS = {
    "assign": "{% set … = … %}",
    "capture": "{% set … %}",
    "endcapture": "{% endset %}",
    "comment": "{# … #}",
    "endcomment": "{# … #}",
    "unless": "{% if not … %}",
    "endunless": "{% endif %}",
    "elsif": "{% elif … %}",
    "elseif": "{% elif … %}",
    "render": "{% include … %}",
    "foreach": "{% for … in … %}",
    "each": "{% for … in … %}",
    "case": "{% if … %}",
    "switch": "{% if … %}",
}
_OPERATORS = {"&": "and", "?": "… if … else …", "!": "not"}


class Explained(NamedTuple):
    """What is wrong with a template, and what to write."""

    message: str
    hint: str | None = None


def explain_jinja(template: str, message: str, at: int, tag_at: int) -> Explained:
    """Jinja's *message* about what is at *at*, in the tag at *tag_at*, in words of what was meant."""
    tag = template[tag_at : tag_at + 300]
    if character := _CHARACTER.match(message):
        return _explain_character(template, at, tag, character["shown"])
    if unknown := _UNKNOWN_TAG.match(message):
        return Explained(message, _hint_for_tag(unknown["tag"], message))
    for explain in (_explain_missing, _explain_braces, _explain_liquid, _explain_operator):
        if explained := explain(template, message, at, tag):
            return explained
    return Explained(message)


def _explain_character(template: str, at: int, tag: str, shown: str) -> Explained:
    character = template[at : at + 1]
    if handlebars := _explain_handlebars(tag):
        return handlebars
    if character == "$":
        return Explained("Jinja has no $", _hint_for_dollar(template, at, tag))
    name = name_character(character) if character else shown
    if character in DOUBLE_QUOTES + SINGLE_QUOTES:
        plain = '"' if character in DOUBLE_QUOTES else "'"
        return Explained(f"{name} is no quotation mark of Jinja", f"use {plain}")
    if re.match(f"[{BLANKS}{INVISIBLE}]", character):
        return Explained(f"{name} is no space that Jinja knows", "replace it with a plain space or remove it")
    if character in "\"'":
        return Explained("quoted text is never closed", "add the closing quote")
    if word := _OPERATORS.get(character):
        return Explained(f"Jinja has no {template[at : at + 2].strip()}", f"write {word}")
    return Explained(
        f"unexpected {name if not character.isascii() else repr(character)}", _hint_for_json(tag)
    )


def _hint_for_dollar(template: str, at: int, tag: str) -> str:
    whole = _DOLLAR.match(tag)
    if whole:
        return f"write {{{{ {whole['name']} }}}}"
    named = _NAMED_DOLLAR.match(template, at)
    return f"write {named['name']}" if named else "remove it"


def _hint_for_tag(tag: str, message: str) -> str | None:
    if written := _LIQUID_TAGS.get(tag):
        return f"write {written}"
    open_block = _OPEN_BLOCK.search(message)
    if open_block:
        return f"close the tags in their order: {{% end{open_block['tag']} %}} comes first"
    if tag in ("else", "elif") or tag.startswith("end"):
        return f"no tag is open that {{% {tag} %}} belongs to: remove it"
    return "if it is text, write {% raw %} before it and {% endraw %} behind it"


def _hint_for_json(tag: str) -> str | None:
    return _RAW if _JSON.match(tag) else None


def _explain_handlebars(tag: str) -> Explained | None:
    found = _HANDLEBARS.match(tag)
    if found is None:
        return None
    sign = found["mark"] + found["word"]
    mustache = "or say that the body is Mustache: template: {format: mustache}"
    if found["mark"] == ">" and found["word"]:
        return Explained(f"{{{{{sign}}}}} is no Jinja", f"write {{% include '…' %}}, {mustache}")
    written = _HANDLEBARS_WORDS.get(sign)
    return Explained(
        f"{{{{{sign}}}}} is no Jinja", f"write {written}, {mustache}" if written else mustache[3:]
    )


def _explain_missing(_template: str, message: str, _at: int, tag: str) -> Explained | None:
    if open_block := _OPEN_BLOCK.search(message):
        name = open_block["tag"]
        return Explained(f"{{% {name} %}} is never closed", f"close it with {{% end{name} %}}")
    if message.startswith("Missing end of comment"):
        return Explained(
            "a comment is never closed", "close it with #}, or write {% raw %} around it if it is text"
        )
    if message.startswith(("unexpected end of template", "unexpected 'end of template'")):
        return Explained("a tag is never closed", f"close it with {'%}' if tag.startswith('{%') else '}}'}")
    return None


def _explain_braces(template: str, message: str, at: int, tag: str) -> Explained | None:
    if triple := _TRIPLE.match(tag):
        return Explained("Jinja has no {{{ }}}", f"write {{{{ {triple['name']} }}}}")
    if _JSON.match(tag):
        return Explained(message, _RAW)
    if _EMPTY.match(tag):
        return Explained("a tag without anything in it", f"write what belongs there; if it is text, {_RAW}")
    if handlebars := _explain_handlebars(tag):
        return handlebars
    if message == "unexpected '}'" and template.startswith("}", at):
        closing = "%}" if tag.startswith("{%") else "}}"
        return Explained(message, f"close the tag with {closing}")
    return None


def _explain_liquid(_template: str, message: str, _at: int, tag: str) -> Explained | None:
    liquid = _LIQUID.search(tag, 0, tag.find("}}") + 2)
    if liquid is None or "got ':'" not in message:
        return None
    return Explained("Jinja has no ':' behind a filter", f"write {liquid['filter']}({liquid['argument']})")


def _explain_operator(template: str, message: str, at: int, tag: str) -> Explained | None:
    if template.startswith("=", at) and "got '='" in message:
        return Explained(message, "compare with ==")
    if "||" in template[max(at - 1, 0) : at + 2] and "got '|'" in message:
        return Explained("Jinja has no ||", "write or")
    if "got 'if'" in message and re.match(r"\{%[-+]?\s*else\s+if\b", tag):
        return Explained("Jinja has no {% else if %}", "write {% elif … %}")
    if "got 'of'" in message:
        return Explained(message, "write in")
    return None
