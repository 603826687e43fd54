"""Reads a TOML file and tells on which line each key stands. Never judges what a key means."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from docsync.errors import ConfigError
from docsync.regular_file import read_regular

# Strings and comments are taken whole, so that no bracket, equals sign or line end inside them counts.
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'|#[^\n]*|[\[\]{}=\n]', re.DOTALL
)
_MAX_BYTES = 1 << 20
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_POSITION = r" \(at (?:line (\d+), column (\d+)|end of document)\)$"


class TomlFile(NamedTuple):
    """A TOML file: what it says, and the line of every table and key. `shown` is its name in messages."""

    path: Path
    shown: str
    table: Mapping[str, object]
    lines: Mapping[str, int]

    def line_of(self, key: str) -> int:
        """The line on which *key* stands, or the table or value around it."""
        while key and key not in self.lines:
            key = key[: max(key.rfind("."), key.rfind("["), 0)]
        return self.lines.get(key, 1)


def read_toml(path: Path, shown: str) -> TomlFile:
    """The TOML file at *path*. Raises ConfigError with the place when it cannot be read."""
    import tomllib  # costs 5 ms, and a project needs no file

    text = _text(path, shown)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{shown}:{_place(str(error), text)}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{shown}: a number or the nesting is beyond every measure: {error}") from error
    return TomlFile(path, shown, table, lines_of(text))


def _text(path: Path, shown: str) -> str:
    try:
        content = read_regular(path, _MAX_BYTES).octets.removeprefix(BOM_UTF8)
    except OSError as error:
        raise ConfigError(f"{shown}: cannot be read: {error.strerror}") from error
    try:
        return content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{shown}:{line}: not UTF-8 (byte 0x{content[error.start]:02x}); save it as UTF-8"
        ) from error


def _place(message: str, text: str) -> str:
    found = re.search(_POSITION, message)
    if found is None or found[1] is None:
        last = text.rstrip("\n").split("\n")
        line, column = str(len(last)), str(len(last[-1]) + 1)
    else:
        line, column = found[1], found[2]
    return f"{line}:{column}: {re.sub(_POSITION, '', message)}"


def join_key(table: str, name: str) -> str:
    """The dotted key of *name* in *table*. A name that is not a bare key is quoted, as it may hold dots."""
    part = name if _BARE.fullmatch(name) else json.dumps(name)
    return f"{table}.{part}" if table else part


class _Lines:
    """The lines seen so far, the table that is open, and the last number of every array of tables."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}
        self.table = ""
        self.last: dict[str, int] = {}

    def open_table(self, names: list[str], line: int) -> None:
        self.table = self.record_keys("", names, line)

    def open_item(self, names: list[str], line: int) -> None:
        array = join_key(self.record_keys("", names[:-1], line), names[-1])
        self.last[array] = self.last.get(array, -1) + 1
        self.open_table(names, line)

    def record_keys(self, table: str, names: list[str], line: int) -> str:
        """The full key of *names* in *table*; records *line* for it and the tables on the way, unless seen."""
        for name in names:
            table = join_key(table, name)
            self.found.setdefault(table, line)
            if table in self.last:
                table = f"{table}[{self.last[table]}]"
                self.found.setdefault(table, line)
        return table


def lines_of(text: str) -> dict[str, int]:
    """The line of each table and key of *text* (valid TOML), by key: `watch.settle_ms`, `clients[1].name`."""
    lines = _Lines()
    for line, head in _heads(text):
        names, opened = _names(head)
        match opened:
            case dict():
                lines.open_table(names, line)
            case list():
                lines.open_item(names, line)
            case int():
                lines.record_keys(lines.table, names, line)
    return lines.found


def _heads(text: str) -> Iterator[tuple[int, str]]:
    """Each statement with its line and 0 for its value; no comments, which often are most of the lines."""
    begin, line, depth, head = 0, 1, 0, ""
    for token in _TOKEN.finditer(text + "\n"):
        match token.group():
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
            case "=" if depth == 0 and not head:
                head = text[begin : token.start()] + "= 0"
            case "\n" if depth == 0:
                head = head or text[begin : token.start()]
                if head.strip() and not head.lstrip().startswith("#"):
                    yield line, head
                line += text.count("\n", begin, token.end())
                begin, head = token.end(), ""


def _names(head: str) -> tuple[list[str], object]:
    """The key of a statement, and what it opens: {} a table, [{}] an item of an array, 0 a value."""
    import tomllib  # knows how to unquote a key

    names: list[str] = []
    inner: object = tomllib.loads(head)
    while isinstance(inner, dict) and inner:
        ((name, inner),) = inner.items()
        names.append(name)
    return names, inner
