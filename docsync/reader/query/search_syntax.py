"""What people type into a search box, understood: words, "phrases", beginnings*, OR, and -words to leave out.

Never knows a table; whatever is typed is either understood or refused with a sentence.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, groupby

from docsync.errors import UsageError
from docsync.reader.query.spelling import list_spellings

_MAX_CHARACTERS = 1_000
_MAX_WORDS = (
    50  # SQLite takes an expression apart to a limited depth, and every word costs the length of each text
)
_MAX_BEGINNINGS = 10  # for each of them SQLite collects all that begins so in the index
_TOKEN = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)"(?P<star>\*?)|(?P<open>-?")|(?P<word>[^\s"]+)')
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "\0": " "})
# Thai to Khmer, kana, ideographs, Hangul: written without spaces, so that a word is hardly ever a whole
# token.
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase to look for, or the beginning of one."""

    text: str
    is_prefix: bool = False

    @property
    def words(self) -> int:
        """How many words SQLite makes of it: runs of letters, digits and marks."""
        return sum(is_word for is_word, _ in groupby(self.text, key=_is_of_word))

    @property
    def spellings(self) -> tuple[str, ...]:
        """The text, and how else it may be written."""
        return list_spellings(self.text)

    @property
    def match(self) -> str:
        """This term as an FTS5 expression. The text holds no quotation mark: those delimit phrases."""
        star = " *" if self.is_prefix else ""
        return " OR ".join(f'"{text}"{star}' for text in self.spellings)


@dataclass(frozen=True, slots=True)
class SearchExpression:
    """Of each group one term must be there, and of `excluded` none."""

    groups: tuple[tuple[Term, ...], ...]
    excluded: tuple[Term, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """All of them, also those that are excluded."""
        return (*chain.from_iterable(self.groups), *self.excluded)

    @property
    def phrases(self) -> int:
        """How many phrases are looked up."""
        return sum(len(term.spellings) for term in self.terms)

    @property
    def match(self) -> str:
        """This search as one FTS5 MATCH expression."""
        wanted = " AND ".join(_join_either(group) for group in self.groups)
        return f"({wanted}) NOT {_join_either(self.excluded)}" if self.excluded else wanted

    @property
    def are_parts(self) -> bool:
        """True when a word is in a script without spaces: it is looked for inside of longer ones."""
        return any(_WITHOUT_SPACES.search(term.text) for group in self.groups for term in group)


def words_of(text: str) -> SearchExpression:
    """What *text* asks for. Raises UsageError."""
    if len(text) > _MAX_CHARACTERS:
        raise UsageError(f"a search may have {_MAX_CHARACTERS} characters, this one has {len(text)}")
    reading = _SearchParser([], [])
    for token in _TOKEN.finditer(text.translate(_QUOTES)):
        reading.take(token)
    return reading.finish()


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM" or unicodedata.category(character) == "Co"


def _join_either(terms: tuple[Term, ...]) -> str:
    return "(" + " OR ".join(term.match for term in terms) + ")"


@dataclass(slots=True)
class _SearchParser:
    """A search that is being read; `joins` after OR, `excludes` after NOT."""

    groups: list[list[Term]]
    excluded: list[Term]
    joins: bool = False
    excludes: bool = False

    def take(self, token: re.Match[str]) -> None:
        if token["open"]:
            raise UsageError(f"the quotation mark at character {token.start() + 1} is not closed")
        word = token["word"]
        if word == "OR":
            if not self.groups or self.joins or self.excludes:
                raise UsageError("OR stands between two words to look for, such as: calm OR patient")
            self.joins = True
        elif word == "NOT":
            self.excludes = True
        elif word != "AND":
            for term, is_excluded in _terms(token):
                self.add(term, excluded=is_excluded or self.excludes)

    def add(self, term: Term, *, excluded: bool) -> None:
        if excluded and self.joins:
            raise UsageError(
                "OR stands between words to look for; a word to leave out stands alone: calm -loud"
            )
        if excluded:
            self.excluded.append(term)
        elif self.joins:
            self.groups[-1].append(term)
        else:
            self.groups.append([term])
        self.joins = self.excludes = False

    def finish(self) -> SearchExpression:
        if self.joins or self.excludes:
            raise UsageError(f"a word is missing after {'OR' if self.joins else 'NOT'}")
        if not self.groups:
            what = "a word to look for, not only words to leave out" if self.excluded else "a word"
            raise UsageError(f"a search needs {what}; such as: calm patient -loud")
        asked = SearchExpression(tuple(map(tuple, self.groups)), tuple(self.excluded))
        if sum(max(1, term.words) for term in asked.terms) > _MAX_WORDS:
            raise UsageError(f"a search may have {_MAX_WORDS} words, those of phrases counted")
        if sum(term.is_prefix for term in asked.terms) > _MAX_BEGINNINGS:
            raise UsageError(f"a search may have {_MAX_BEGINNINGS} beginnings of words, such as calm*")
        return asked


def _terms(token: re.Match[str]) -> Iterator[tuple[Term, bool]]:
    """The term that a token stands for, and whether it is to be left out; none for an empty phrase."""
    word = token["word"]
    if word is None:
        if token["phrase"].strip():
            yield Term(token["phrase"].strip(), bool(token["star"])), bool(token["minus"])
        return
    is_excluded = word.startswith("-") and len(word) > 1
    text = word[is_excluded:]
    bare = text.rstrip("*")
    yield Term(bare or text, bool(bare) and bare != text), is_excluded
