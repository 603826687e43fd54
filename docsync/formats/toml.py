"""TOML: one document per file. Never keeps a date as anything but text, nor a number JSON cannot write."""

import re
import tomllib
from datetime import date, datetime, time
from math import isfinite

from docsync.formats.format import Format
from docsync.formats.limits import LIMITS
from docsync.formats.naming import read_object
from docsync.formats.source import FileRefused, SourceText
from docsync.formats.written import Written
from docsync.model import ParsedFile, Problem, Severity
from docsync.names import truncate_place

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_NUL_ESCAPE = re.compile(r"\\(?:u0000|U00000000)")
_ENDLESS = re.compile(r"(?<![0-9_])[0-9_]{4301}")
# Up to five quotes close a long text: two may belong to it. A text that is never closed goes to the end, or
# every quote in it might be taken for the beginning of another; tomllib gets no further either.
_QUOTED = re.compile(
    r'"""(?>(?:[^"\\]|\\.|"(?!""))*)(?:(?>"{3,5})|\\?\Z)'
    + r"|'''(?>(?:[^']|'(?!''))*)(?:(?>'{3,5})|\Z)"
    + r'|"(?>(?:[^"\\\n]|\\[^\n])*)(?:"|\\?(?=\n|\Z))'
    + r"|'(?>[^'\n]*)'|#(?>[^\n]*)",
    re.DOTALL,
)
# tomllib needs quadratic time and memory for one key of many parts.
_DEEP_KEY = re.compile(rf"(?<![\w \t.-])(?:(?>[\w-]*)(?>[ \t]*)\.(?>[ \t]*)){{{LIMITS.max_depth}}}")


class TomlFormat(Format):
    """Files of one TOML document each. Without places: tomllib does not report where values stand."""

    name = "toml"
    version = 3
    # Not complete by itself: any line end may be the end of the file.
    proves_complete = False

    def parse(self, source: SourceText) -> ParsedFile:
        """The document as JSON, with what it is called."""
        try:
            return _read(source)
        except tomllib.TOMLDecodeError as error:
            raise FileRefused(_describe_syntax(source, str(error))) from None
        except ValueError:  # int() refuses more than 4300 digits
            raise FileRefused(_describe_endless(source)) from None
        except RecursionError:
            raise FileRefused(_describe_depth(source)) from None


FORMAT = TomlFormat()


def _read(source: SourceText) -> ParsedFile:
    _refuse_slow(source)
    reading = _TomlConverter(source)
    value = {
        key: reading.convert(item, truncate_place(key)) for key, item in tomllib.loads(source.text).items()
    }
    read = read_object(Written(source), value)
    return ParsedFile(read.content, (*reading.warnings, *read.problems))


def _refuse_slow(source: SourceText) -> None:
    # tomllib is written in Python: a text of this size takes it about 100 ms at worst.
    if len(source.text) > LIMITS.front_matter_bytes:
        message = f"more than {LIMITS.front_matter_bytes} characters of TOML"
        raise FileRefused(source.problem("too-large", message, LIMITS.front_matter_bytes))
    if _DEEP_KEY.search(_QUOTED.sub("", source.text)):
        raise FileRefused(_describe_depth(source))


def _describe_syntax(source: SourceText, words: str) -> Problem:
    match = _PLACE.search(words)
    offset = len(source.text)
    if match and match[1]:
        lines = source.text.split("\n", int(match[1]) - 1)
        offset += int(match[2]) - 1 - len(lines[-1])
    message = words[: match.start()] if match else words
    return source.problem("toml-syntax", message[:1].lower() + message[1:], offset)


def _describe_endless(source: SourceText) -> Problem:
    number = _ENDLESS.search(source.text)
    return source.problem("toml-number", "an integer has too many digits", number.start() if number else 0)


def _describe_depth(source: SourceText) -> Problem:
    return source.problem("too-deep", f"nested more than {LIMITS.max_depth} levels deep", 0)


class _TomlConverter:
    """Turns what tomllib found into what JSON can write, and notes what it met."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.warnings: list[Problem] = []

    def convert(self, value: object, at: str) -> object:
        """*value*, which lies at the dotted place *at*, as JSON knows it."""
        match value:
            case dict():
                return {
                    self._text(key): self.convert(item, truncate_place(f"{at}.{key}"))
                    for key, item in value.items()
                }
            case list():
                return [
                    self.convert(item, truncate_place(f"{at}.{index}")) for index, item in enumerate(value)
                ]
            case str():
                return self._text(value)
            case datetime() | date() | time():
                return value.isoformat()
            case int() | float() if not isinstance(value, bool):
                return self._number(value, at)
            case _:
                return value

    def _text(self, value: str) -> str:
        if "\0" in value:
            escape = _NUL_ESCAPE.search(self.source.text)
            offset = escape.start() if escape else 0
            raise FileRefused(
                self.source.problem("nul", "NUL character; SQLite cuts texts there", offset, hint="remove it")
            )
        return value

    def _number(self, value: float, at: str) -> float:
        if isinstance(value, float) and not isfinite(value):
            hint = "use a finite number or a quoted string"
            raise FileRefused(
                Problem(self.source.path, "toml-number", f"{value} has no JSON form", hint=hint, json_path=at)
            )
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            message = "an integer does not fit in 64 bits; SQLite reads it as a float"
            self.warnings.append(
                Problem(self.source.path, "big-int", message, Severity.WARNING, json_path=at)
            )
        return value
