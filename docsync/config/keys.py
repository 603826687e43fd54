"""The keys of docsync.toml: the default of each and what it may hold. Reads no values."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from docsync.names import expand_braces, find_closest, is_presentable, stands_for_more
from docsync.permission import Mode
from docsync.registry import FORMATS, list_ignorable_codes

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "collections": ("type", "path", "include", "format"),
    "clients": ("name", "token_hash"),
}
"""The keys that every item of a list of tables must have. The first one tells the items apart."""

Validator = Callable[[object], str | None]
"""Says what a value should have been, or None when it will do."""

# Longer waits and larger sizes overflow the timers and buffers of the platform.
_MAX_NUMBER = 2**31 - 1
_TYPE = r"[a-z][a-z0-9_]*"
# Fewer paths than a condition may name (reader/field.py): an index is only for fields with plain names.
_DOTTED_WORDS = r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*"
_HASH = r"[0-9a-f]{64}"
# Nested or one behind the other, braces stand for as many patterns as the product of their alternatives.
_MAX_BRACES, _MAX_ALTERNATIVES = 8, 256
_INTEGER = r"[+-]?[0-9]{1,18}"
_BOOLEANS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


class KeyRule(NamedTuple):
    """The default of a key, and what else it may hold."""

    default: object
    refusal: Validator

    def read(self, text: str) -> object:
        """*text* of the environment as a value of this key's type; unchanged, for `refusal`, if it is none."""
        match self.default:
            case bool():
                return _BOOLEANS.get(text.strip().lower(), text)
            case int():
                return int(text) if re.fullmatch(_INTEGER, text.strip()) else text
            case float():
                return _number(text)
            case tuple():
                return [part.strip() for part in text.split(",") if part.strip()]
            case _:
                return text


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def text(value: object) -> str | None:
    """Refuses what cannot be a path, a host or a name."""
    if not isinstance(value, str) or not value.strip():
        return "a non-empty string"
    return None if is_presentable(value) else "a string without control characters"


def regular_file(value: object) -> str | None:
    """Validator: the path of a regular file; refuses `:memory:`, `file:` URIs and folders."""
    if isinstance(value, str) and (value.startswith((":", "file:")) or value.endswith(("/", "/.", "/.."))):
        return "the path of a regular file"
    return text(value)


def inner_folder(value: object) -> str | None:
    """Refuses a folder outside the project root, as far as its name tells."""
    if isinstance(value, str) and (value.startswith("/") or ".." in value.split("/")):
        return 'a folder inside the project: relative, without ".."'
    return text(value)


def boolean(value: object) -> str | None:
    """Refuses all but true and false."""
    return None if isinstance(value, bool) else "true or false"


def ratio(value: object) -> str | None:
    """Refuses what is not a share of a whole."""
    is_share = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return None if is_share else "a number from 0 to 1"


def port(value: object) -> str | None:
    """Refuses what is not a TCP port; 0 lets the system choose one."""
    return None if type(value) is int and 0 <= value <= 65535 else "a port number from 0 to 65535"


def positive(value: object) -> str | None:
    """Refuses what is not a whole number from 1."""
    return "a positive integer" if type(value) is not int or value < 1 else _check_largest(value)


def not_negative(value: object) -> str | None:
    """Refuses what is not a whole number from 0."""
    return "an integer from 0" if type(value) is not int or value < 0 else _check_largest(value)


def _check_largest(value: int) -> str | None:
    return None if value <= _MAX_NUMBER else f"at most {_MAX_NUMBER}"


def one_of(*options: str) -> Validator:
    """Refuses all but *options*."""
    return lambda value: None if value in options else f"one of {', '.join(options)}"


def like(form: str, expected: str) -> Validator:
    """Refuses a string that does not have this form, a regular expression."""
    return lambda value: None if isinstance(value, str) and re.fullmatch(form, value) else expected


def each(allows: Callable[[str], object], expected: str, *, at_least: int = 0) -> Validator:
    """Refuses all but a list of strings that *allows* lets through."""

    def refusal(value: object) -> str | None:
        if not isinstance(value, list | tuple) or len(value) < at_least:
            return expected
        return None if all(isinstance(item, str) and allows(item) for item in value) else expected

    return refusal


def codes(value: object) -> str | None:
    """Refuses all but a list of codes that can be ignored."""
    expected = 'a list of codes that can be ignored, such as ["unused-input"]'
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        return expected
    unknown = [code for code in value if code not in list_ignorable_codes()]
    if not unknown:
        return None
    near = find_closest(unknown[0], list_ignorable_codes(), 1)
    return f"{expected}{f' (did you mean {near[0]}?)' if near else ''}"


def is_pattern(glob: str) -> bool:
    """True for a pattern that can match something below its collection's folder."""
    if "\\" in glob or glob.count("{") > _MAX_BRACES or stands_for_more(glob, _MAX_ALTERNATIVES):
        return False
    return not any({"", ".", ".."} & set(one.split("/")) for one in expand_braces(glob))


def table(value: object) -> str | None:
    """Refuses a plain value where a table belongs."""
    return None if isinstance(value, dict) else "a table"


_PATTERNS = 'list of patterns below the collection\'s folder, such as "**/*.json": no "\\", no empty, "." or ".." part'

SETTINGS: Mapping[str, KeyRule] = {
    "database.path": KeyRule(".docsync/docsync.db", regular_file),
    "database.mode": KeyRule(None, one_of(*Mode)),
    "watch.mode": KeyRule("auto", one_of("auto", "events", "poll")),
    "watch.settle_ms": KeyRule(10, positive),
    "watch.debounce_ms": KeyRule(500, positive),
    "watch.max_delay_ms": KeyRule(2000, positive),
    "watch.poll_ms": KeyRule(1000, positive),
    "watch.rescan_seconds": KeyRule(60, positive),
    "guard.max_delete_ratio": KeyRule(0.5, ratio),
    "guard.min_deletes": KeyRule(20, not_negative),
    "limits.max_file_bytes": KeyRule(1048576, positive),
    "changes.keep": KeyRule(1000000, positive),
    "lint.ignore": KeyRule((), codes),
    "lint.redact_secrets": KeyRule(default=False, refusal=boolean),
    "render.assets": KeyRule(default=True, refusal=boolean),
    "admin.enabled": KeyRule(default=True, refusal=boolean),
    "admin.host": KeyRule("127.0.0.1", text),
    "admin.port": KeyRule(8787, port),
    "admin.token_file": KeyRule(None, text),
    "log.format": KeyRule("auto", one_of("auto", "console", "json")),
    "log.level": KeyRule("info", one_of("debug", "info", "warning", "error")),
}
"""Every key outside the collections, in the order in which they are shown."""

COLLECTION: Mapping[str, KeyRule] = {
    "type": KeyRule(None, like(_TYPE, "a lower-case word: [a-z][a-z0-9_]*")),
    "path": KeyRule(None, inner_folder),
    "include": KeyRule((), each(is_pattern, f"a non-empty {_PATTERNS}", at_least=1)),
    "exclude": KeyRule((), each(is_pattern, f"a {_PATTERNS}")),
    "ignore": KeyRule("none", one_of("none", "git")),
    "format": KeyRule(None, one_of(*FORMATS)),
    "schema": KeyRule(None, text),
    "index": KeyRule(
        (),
        each(
            partial(re.fullmatch, _DOTTED_WORDS), 'a list of dotted words such as ["demographics.ageGroup"]'
        ),
    ),
}
"""Every key of a collection."""

CLIENT: Mapping[str, KeyRule] = {
    "name": KeyRule(None, text),
    "token_hash": KeyRule(
        None, like(_HASH, "the SHA-256 of a token: 64 hexadecimal digits, as sha256sum prints them")
    ),
    "role": KeyRule("read", one_of("read", "operate")),
}
"""Every key of a client of the admin endpoint."""

ITEMS: Mapping[str, Mapping[str, KeyRule]] = {"collections": COLLECTION, "clients": CLIENT}
"""The lists of tables, and the keys of their items."""

SECTIONS = tuple(dict.fromkeys(key.partition(".")[0] for key in SETTINGS))

DEFAULT_COLLECTIONS: list[dict[str, object]] = [
    {"type": "persona", "path": "personas", "include": ["**/*.json"], "format": "json"},
    {"type": "prompt_template", "path": "prompts", "include": ["**/*.prompty"], "format": "prompty"},
]
"""What is kept when docsync.toml names no collection."""

_STRUCTURE: Mapping[str, KeyRule] = {
    **{section: KeyRule(None, table) for section in SECTIONS},
    "collections": KeyRule(
        None, lambda _: "at least one [[collections]] table; leave it out for the default ones"
    ),
    "clients": KeyRule(None, lambda _: "at least one [[clients]] table; leave it out to have none"),
    **{f"{name}[]": KeyRule(None, table) for name in ITEMS},
    "env": KeyRule(None, table),
    "env[]": KeyRule(None, table),
}

RULES: Mapping[str, KeyRule] = {
    **_STRUCTURE,
    **SETTINGS,
    **{f"{items}[].{name}": rule for items, rules in ITEMS.items() for name, rule in rules.items()},
}
"""Every key of docsync.toml; `[]` stands for the number of an item or the name of an overlay."""

OVERLAY_RULES: Mapping[str, KeyRule] = {key: rule for key, rule in RULES.items() if key != "env"}
"""Every key that the tables of an overlay may hold: an overlay has none of its own."""
