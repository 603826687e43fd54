"""Names as they are stored and shown: what cannot be printed is an escape. Never looks at the disk."""

import re
from functools import cache

# What Unicode calls ignorable by default, and line and paragraph ends.
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# A selector behind a sign chooses how that looks (U+FE0F makes an emoji of it); elsewhere it is nothing but hidden.
_NOT_CHOOSING = "(?<![#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff][\ufe00-\ufe0f])"


@cache  # and not made at import: it takes a millisecond, and ASCII needs none
def compile_invisible(more: str = "") -> re.Pattern[str]:
    """A pattern of what takes no place or turns the reading direction: names that differ in it look alike.

    Of every character in *more*, too, which is written as in a set of characters. It begins with one set: to
    try two of them at each character would take four times as long.
    """
    return re.compile(f"[{more}{_HIDDEN}]{_NOT_CHOOSING}")


_ESCAPE = r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U(000[0-9a-f]{5}|0010[0-9a-f]{4}))"


def is_presentable(name: str) -> bool:
    """True when *name* can be stored and printed: no surrogate escapes, no control characters."""
    return name.isprintable() or not any(_is_unprintable(character) for character in name)


def _is_unprintable(character: str) -> bool:
    code = ord(character)
    # C0, DEL and C1 controls; surrogates (a byte that is not UTF-8); marks that turn the reading direction
    # around.
    return (
        code < 0x20
        or 0x7F <= code <= 0x9F
        or 0xD800 <= code <= 0xDFFF
        or code in (0x2028, 0x2029)
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
    )


def to_printable(name: str) -> str:
    """*name* safe to store, log and print: every character that `is_presentable` refuses is an escape."""
    if name.isprintable():
        return name
    return name.translate(_escapes())


@cache
def _escapes() -> dict[int, str]:
    """The escape of each character that is none to print, by its code: a long text is not cut into pieces."""
    return {code: _escape_character(chr(code)) for code in range(0x10000) if _is_unprintable(chr(code))}


def widen_escaped(path: str) -> str:
    """*path*, or the folder above its first name that is shown escaped or could be how another one is shown.

    Two such names are one in the database: whoever looks at one must look at the other.
    """
    shown = to_printable(path)
    if "\\" not in shown:
        return path
    return shown[: shown.index("\\")].rpartition("/")[0]


def to_visible(text: str) -> str:
    """*text* safe to show: `to_printable`, and escapes for what nobody can see, such as U+200B.

    Names are stored with these: some languages need them between letters.
    """
    printable = to_printable(text)
    if printable.isascii():
        return printable
    return compile_invisible().sub(lambda found: _escape_character(found[0]), printable)


def from_visible(text: str) -> str:
    """The name that `to_visible` shows as *text*."""
    return re.sub(_ESCAPE, lambda found: chr(int(found[1] or found[2] or found[3], 16)), text)


def _escape_character(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # os.fsdecode's stand-in for the byte 0x80..0xff
        return f"\\x{code - 0xDC00:02x}"
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
