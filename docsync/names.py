"""Paths, patterns, ids and places: which names are documents, and their ids. Never looks at the disk."""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from unicodedata import normalize

EVERYTHING = ""
"""The scope that covers the whole tree. Every other scope is a path *and everything beneath it*."""

VOLUME_LINK = "..data"
"""The link in a mounted Kubernetes volume whose rename changes every other file in it at once."""

_TAG_SIGN = re.compile(r"\A#(?=[^\s#])")
MAX_PLACE_CHARACTERS = 300
"""The longest dotted place in a problem: only a hostile file has a longer one, in each of its values."""

# Comparing two names takes time in proportion to the product of their lengths and more: a tenth of a second in all.
_MAX_COMPARED_CHARACTERS = 100
_MAX_COMPARED_PAIRS = 1_500_000

# How much of two names must be alike. "aeg" then is a slip for "age"; "delete" is none for "release".
_SIMILAR = 0.65
_TEMPORARY_SUFFIXES = (
    "~",
    ".tmp",
    ".temp",
    ".swp",
    ".swo",
    ".swx",
    ".bak",
    ".orig",
    ".rej",
    ".part",
    ".crdownload",
)
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
_TOKEN = re.compile(r"\*\*/|\*\*|\*|[^*]+")
_FOLDERS = {"**/": "(?:[^/]+/)*", "**": ".*"}


def covers(scope: str, path: str) -> bool:
    """True when *path* is *scope* or lies beneath it."""
    return scope == EVERYTHING or path == scope or path.startswith(scope + "/")


def is_within(scopes: Set[str], path: str) -> bool:
    """True when one of *scopes* covers *path*; as quick for thousands of scopes as for one."""
    return path in scopes or not scopes.isdisjoint(ancestors(path))


def drop_covered(scopes: Iterable[str]) -> list[str]:
    """*scopes* sorted and without those that another one already covers."""
    kept: list[str] = []
    # "/" sorts before every other character here, so that a scope is followed directly by everything beneath
    # it.
    for scope in sorted(set(scopes), key=lambda path: path.replace("/", "\0")):
        if not kept or not covers(kept[-1], scope):
            kept.append(scope)
    return kept


def ancestors(path: str) -> list[str]:
    """The folders above *path*, nearest first, the project root ("") last."""
    above: list[str] = []
    while path:
        path = path.rpartition("/")[0]
        above.append(path)
    return above


def is_hidden(name: str) -> bool:
    """True for a path component that is never a document: a hidden, temporary or backup name."""
    return name.startswith((".", "#", "~")) or name.lower().endswith(_TEMPORARY_SUFFIXES)


@lru_cache(maxsize=4096)
def _is_hidden_folder(path: str) -> bool:
    """True when any component of the folder *path* is hidden. Cached: a scan asks this for every file."""
    return any(map(is_hidden, path.split("/")))


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


def truncate_place(place: str) -> str:
    """*place*, dotted as `inputs[0].name`, cut after MAX_PLACE_CHARACTERS with a mark."""
    return place if len(place) <= MAX_PLACE_CHARACTERS else place[:MAX_PLACE_CHARACTERS] + "…"


def fold_path(path: str) -> str:
    """*path* in one case and one Unicode form: equal for two names that some file systems hold for one."""
    return path if path.isascii() and path.islower() else normalize("NFC", normalize("NFC", path).casefold())


def name_tag(text: str) -> str:
    """*text* as a tag: without spaces around it, and without a sign # that only says that it is one."""
    return _TAG_SIGN.sub("", text.strip()) if "#" in text else text.strip()


def find_closest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The names in *known* that *word* may have been meant for, the most similar first, *count* at most.

    Names of more than 100 characters are none of them, nor is what comes after very many.
    """
    from difflib import get_close_matches  # costs 3 ms and is needed for mistakes only

    if len(word) > _MAX_COMPARED_CHARACTERS:
        return []
    short = (name for name in known if len(name) <= _MAX_COMPARED_CHARACTERS)
    return get_close_matches(
        word, islice(short, _MAX_COMPARED_PAIRS // max(1, len(word)) ** 2), count, _SIMILAR
    )


@lru_cache(maxsize=512)
def compile_glob(glob: str) -> re.Pattern[str]:
    """The regular expression of a glob: `**` is any number of folders; `*` and `?` never cross `/`.

    The part between two wildcards is taken where it comes first, and never tried again further on: what
    follows matches from there, too. Else the time would grow with the power of their number.
    """
    parts = [("", "")]  # a `**` and what follows it
    for piece in _TOKEN.findall(glob):
        wildcard, text = parts[-1]
        if piece not in _FOLDERS:
            parts[-1] = (wildcard, text + piece)
        elif parts[-1] != ("**/", "") or piece != "**/":
            parts.append((piece, ""))
    pattern = ""
    followers = [*(wildcard for wildcard, _ in parts[1:]), ""]
    for (wildcard, text), following in zip(parts, followers, strict=True):
        translated = _translate_part(text, following)
        if wildcard and text and _is_free(text, following):
            pattern += f"(?>{_FOLDERS[wildcard]}?{translated})"
        else:
            pattern += _FOLDERS.get(wildcard, "") + translated
    return re.compile(pattern + r"\Z", re.DOTALL)


def _is_free(text: str, following: str) -> bool:
    """True when the wildcard *following* can begin wherever *text* ends, and nothing is lost if that is early."""
    return following == "**" or (following == "**/" and text.endswith("/"))


def _translate_part(text: str, following: str) -> str:
    """The regular expression of what lies between two `**`."""
    before, *pieces = text.split("*")
    pattern = _translate_fixed(before)
    for number, piece in enumerate(pieces, 1):
        is_free = number < len(pieces) or _is_free(piece, following)
        fixed = _translate_fixed(piece)
        pattern += f"(?>[^/]*?{fixed})" if is_free and piece else f"[^/]*{fixed}"
    return pattern


def _translate_fixed(text: str) -> str:
    return "".join("[^/]" if character == "?" else re.escape(character) for character in text)


@lru_cache(maxsize=128)
def _compile_any(globs: tuple[str, ...]) -> re.Pattern[str]:
    """Compile several globs to one regular expression. Cached: a scan matches every file."""
    return re.compile("|".join(f"(?:{compile_glob(glob).pattern})" for glob in globs), re.DOTALL)


@lru_cache(maxsize=128)
def suffix_of(glob: str) -> str | None:
    """The final suffix (".json") of every name that *glob* matches, None if that is not one fixed suffix."""
    last = glob.rpartition("/")[2]
    stem, dot, suffix = last.rpartition(".")
    return "." + suffix if dot and suffix and not set(suffix) & set("*?") and stem else None


def strip_folder(folder: str, path: str) -> str | None:
    """*path* relative to *folder*, or None when it does not lie beneath it."""
    if folder in (EVERYTHING, "."):
        return path or None
    return path[len(folder) + 1 :] if path.startswith(folder + "/") else None


@dataclass(frozen=True, slots=True)
class Collection:
    """One type of document: a folder, patterns and a format. `path` is POSIX, relative to the project root.

    All of `include` end in one suffix, so that two files never share an id.
    """

    type: str
    path: str
    include: tuple[str, ...]
    format: str
    exclude: tuple[str, ...] = ()
    index: tuple[str, ...] = ()
    schema: str | None = None

    def matches(self, path: str) -> bool:
        """True when *path* (relative to the project root) is a document of this collection by its name."""
        inner = strip_folder(self.path, path)
        if inner is None or not _compile_any(self.include).match(inner):
            return False
        folder, _, name = inner.rpartition("/")
        if is_hidden(name) or _is_hidden_folder(folder):
            return False
        return not (self.exclude and _compile_any(self.exclude).match(inner))

    def document_id(self, path: str) -> str:
        """`<type>/<path below the collection, without the final suffix>`: persona/team/ana."""
        inner = strip_folder(self.path, path) or path
        return f"{self.type}/{inner.removesuffix(suffix_of(self.include[0]) or '')}"
