"""Patterns of paths, with `**`, `*`, `?` and `{one,other}`. Never looks at the disk."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from docsync.names.hidden import is_hidden

_TOKEN = re.compile(r"\*\*/|\*\*|\*|[^*]+")
_FOLDERS = {"**/": "(?:[^/]+/)*", "**": ".*"}


@lru_cache(maxsize=512)
def expand_braces(glob: str) -> tuple[str, ...]:
    """The patterns without braces that *glob* stands for: `*.{a,b}` is `*.a` and `*.b`.

    As in a shell, braces without a comma in them, or without their counterpart, mean themselves.
    """
    return tuple(dict.fromkeys(_expand(glob)))


def stands_for_more(glob: str, than: int) -> bool:
    """True for a pattern whose braces stand for more patterns *than* so many; looks at no more of them."""
    return next(islice(_expand(glob), than, None), None) is not None


def _expand(glob: str) -> Iterator[str]:
    begin = glob.find("{")
    while begin >= 0:
        alternatives, end = _split_braces(glob, begin)
        if len(alternatives) > 1:
            for one in alternatives:
                yield from _expand(glob[:begin] + one + glob[end:])
            return
        begin = glob.find("{", begin + 1)
    yield glob


def _split_braces(glob: str, begin: int) -> tuple[list[str], int]:
    """What the commas of the braces at *begin* part, and where those end; [] for no braces."""
    depth, start, found = 0, begin + 1, list[str]()
    for at in range(begin, len(glob)):
        character = glob[at]
        depth += (character == "{") - (character == "}")
        if depth == 0 or (character == "," and depth == 1):
            found.append(glob[start:at])
            start = at + 1
        if depth == 0:
            return found, start
    return [], begin


def list_fixed_names(glob: str) -> frozenset[str]:
    """The components that *glob* spells out: of `shop/**/*.json` only `shop`."""
    parts = (part for one in expand_braces(glob) for part in one.split("/"))
    return frozenset(part for part in parts if not set(part) & set("*?"))


def find_never_read(glob: str) -> str | None:
    """The first part of *glob* that only hidden names match, None if there is none."""
    parts = (part for one in expand_braces(glob) for part in one.split("/"))
    return next(filter(is_hidden, parts), None)


@lru_cache(maxsize=512)
def compile_glob(glob: str) -> re.Pattern[str]:
    """The regular expression of a glob without braces.

    `**` is any number of folders; `*` and `?` never cross `/`.

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
def compile_any(globs: tuple[str, ...], *, is_folded: bool = False) -> re.Pattern[str]:
    """Compile several globs to one regular expression, which matches in any case if it *is_folded*.

    Cached: a scan matches every file.
    """
    plain = (one for glob in globs for one in expand_braces(glob))
    flags = re.DOTALL | re.IGNORECASE if is_folded else re.DOTALL
    return re.compile("|".join(f"(?:{compile_glob(glob).pattern})" for glob in plain), flags)


@lru_cache(maxsize=128)
def suffix_of(glob: str) -> str | None:
    """The final suffix (".json") of every name that *glob* matches, None if that is not one fixed suffix."""
    suffixes = {_find_suffix(one) for one in expand_braces(glob)}
    return suffixes.pop() if len(suffixes) == 1 else None


def _find_suffix(glob: str) -> str | None:
    last = glob.rpartition("/")[2]
    stem, dot, suffix = last.rpartition(".")
    return "." + suffix if dot and suffix and not set(suffix) & set("*?") and stem else None
