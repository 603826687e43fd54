"""Names in source code for what documents call otherwise. Never depends on an order."""

import hashlib
import keyword
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

_WORDS = re.compile(r"[A-Za-z0-9]+")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(r"[\s/._-]+")
_DIGITS = 6

KEYWORDS = frozenset(keyword.kwlist)
"""Those of Python 3.11 and later, which have not changed since."""


def to_snake(text: str) -> str:
    """*text* as a name like `reply_to_customer`, with a suffix of its own if a character is lost."""
    words = _WORDS.findall(_CAPITAL.sub(" ", text))
    return "_".join([*(word.lower() for word in words), *_mark_loss(text)])


def to_camel(text: str) -> str:
    """*text* as a name like `ReplyToCustomer`, with a suffix of its own if a character is lost."""
    words = _WORDS.findall(text)
    return "".join([*(word[0].upper() + word[1:] for word in words), *_mark_loss(text)])


def name_parameters(inputs: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """A name for the parameter of each of *inputs*: its own, unless it is no name, a keyword or *taken*."""
    wanted = {name: _to_parameter(name) for name in inputs}
    own = {name for name in wanted if wanted[name] == name and name not in taken}
    others = {name: f"{want}_" if want in taken else want for name, want in wanted.items()}
    renamed = make_distinct({name: want for name, want in others.items() if name not in own}, {*taken, *own})
    return {name: renamed.get(name, name) for name in wanted}


def _to_parameter(name: str) -> str:
    if name.isascii() and name.isidentifier():
        return f"{name}_" if name in KEYWORDS else name
    plain = to_snake(name)
    return plain if plain[:1].isalpha() else f"input_{plain}"


def make_distinct(wanted: Mapping[str, str], taken: Collection[str] = ()) -> dict[str, str]:
    """A name of its own for each key of *wanted*, which has the names that they would like.

    Those that want the same one, or one that is *taken*, all get a suffix made of their keys: it does not
    depend on how many there are, nor on their order.
    """
    counts = Counter(wanted.values())
    names = {
        key: name if counts[name] == 1 and name not in taken else f"{name}_{digest(key)}"
        for key, name in wanted.items()
    }
    if len(set(names.values())) == len(names):
        return names
    return {key: f"{name}_{digest(key, 40)}" for key, name in wanted.items()}


def digest(text: str, digits: int = _DIGITS) -> str:
    """A few hexadecimal digits that stand for *text*."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]


def _mark_loss(text: str) -> list[str]:
    """The suffix of a name whose *text* has no words, or more than words and what stands between them."""
    rest = _SEPARATORS.sub("", _WORDS.sub("", text))
    return [digest(text)] if rest or not _WORDS.search(text) else []
