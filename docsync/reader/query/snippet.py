"""The piece of a text that shows why it was found, with its marks. Never reads all of a long one.

FTS5's own snippet takes the square of a document's matches within one call, which nothing can end: it is
asked for few matches only, and of so much text. The others get the surroundings of the first word found in
their beginning.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from docsync.reader.query.search_syntax import SearchExpression, Term
from docsync.reader.snapshot import Snapshot

if TYPE_CHECKING:
    from apsw import FTS5ExtensionApi

Marks = tuple[tuple[int, int], ...]

# Markers around a match: Unicode noncharacters, which texts do not hold.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_SIGN = re.compile(f"([{_OPEN}{_CLOSE}])")
_WORDS_SHOWN = 16
_MAX_CHARACTERS = 2_000  # of a snippet: a word may be as long as a document
_EXCERPT_CHARACTERS = 60
_CHARACTER_BYTES = 4  # of UTF-8, at most
MAX_PART_BYTES = 65_536
"""So much of each column is looked at for the letters of a word: what docsync keeps of a document's texts."""
_MAX_BYTES = 4 * 1024 * 1024
_MAX_PAIRS = 20_000_000  # of matches within one document, on a page: a tenth of a second
MAX_PLACES = 500_000
"""How many matches FTS5 may list of one document, 12 bytes each."""

_OWN = (
    "SELECT rowid, CASE WHEN has_few_matches(documents_fts) "
    f"THEN snippet(documents_fts, -1, '{_OPEN}', '{_CLOSE}', '…', {_WORDS_SHOWN}) END FROM documents_fts "
    "WHERE documents_fts MATCH ? AND +rowid IN (SELECT value FROM json_each(?))"
)
_SIZE = (
    "SELECT octet_length(c1) + ifnull(octet_length(c2), 0) + octet_length(c3) "
    "FROM documents_fts_content WHERE id = ?"
)
PARTS = ", ".join(
    f"substr(CAST({name} AS BLOB), 1, {MAX_PART_BYTES})" for name in ("name", "description", "text")
)
_TEXTS = f"SELECT {PARTS} FROM documents_fts WHERE rowid = ?"


@dataclass(frozen=True)
class Letters:
    """Terms as they are looked for inside of texts: upper and lower case are the same for ASCII only."""

    terms: tuple[Term, ...]

    @cached_property
    def variants(self) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                form for term in self.terms for text in term.spellings for form in _case_forms(text)
            )
        )

    @cached_property
    def octets(self) -> tuple[bytes, ...]:
        """What is looked for in the bytes of a text in lower case."""
        return tuple(form.encode().lower() for form in self.variants)

    @cached_property
    def expression(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self.variants)), re.IGNORECASE)

    def is_in(self, lowered: bytes) -> bool:
        for one in self.octets:  # noqa: SIM110  # asked of every text there is: any() takes twice as long
            if one in lowered:
                return True
        return False

    def excerpt(self, texts: Iterable[bytes | None]) -> str:
        """The surroundings of the first match, with every match in them enclosed; or else the beginning."""
        beginning = b""
        for octets in filter(None, texts):
            lowered = octets.lower()
            places = [place for one in self.octets if (place := lowered.find(one)) >= 0]
            if places:
                return self._surroundings(octets, min(places))
            beginning = beginning or octets
        return self._surroundings(beginning, 0)

    def _surroundings(self, octets: bytes, place: int) -> str:
        room = _CHARACTER_BYTES * _EXCERPT_CHARACTERS
        before = _decode(octets[max(0, place - room) : place])[-_EXCERPT_CHARACTERS:]
        longest = max(map(len, self.octets))
        after = _decode(octets[place : place + _CHARACTER_BYTES * longest + room])
        first = self.expression.match(after)
        after = after[: (first.end() if first else 0) + _EXCERPT_CHARACTERS]
        marked = self.expression.sub(
            lambda found: f"{_OPEN}{found[0]}{_CLOSE}", _SIGN.sub("", before + after)
        )
        is_cut = place > len(before.encode()), place + len(after.encode()) < len(octets)
        return f"{'…' * is_cut[0]}{marked}{'…' * is_cut[1]}"


def _case_forms(text: str) -> tuple[str, ...]:
    return (text,) if text.isascii() else (text, text.lower(), text.upper(), text.capitalize())


def _decode(octets: bytes) -> str:
    return octets.decode("utf-8", "ignore")  # the first and the last character may be cut


@dataclass
class _PairBudget:
    """What the snippets of a page may still take."""

    pairs: int = _MAX_PAIRS

    def allows(self, document: "FTS5ExtensionApi", /, *_arguments: object) -> bool:
        if document.column_size(-1) * document.phrase_count > MAX_PLACES:
            return False
        self.pairs -= (pairs := document.inst_count**2)
        if self.pairs < 0:
            self.pairs += pairs
            return False
        return True


@dataclass(frozen=True)
class Snippets:
    """The snippets of the documents that *words* match in the index."""

    snapshot: Snapshot
    words: SearchExpression
    letters: Letters = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "letters", Letters(tuple(term for group in self.words.groups for term in group))
        )

    def read(self, rowids: Sequence[int]) -> dict[int, str]:
        """The snippet of each, the first ones from all of their text."""
        found: dict[int, str] = self._read_own(rowids)
        for rowid in rowids:
            if rowid not in found:
                ((name, description, text),) = self.snapshot.ask(_TEXTS, (rowid,))
                found[rowid] = self.letters.excerpt((text, description, name))
        return found

    def _read_own(self, rowids: Sequence[int]) -> dict[int, str]:
        """Those that FTS5 makes within the budget."""
        wanted, left = [], _MAX_BYTES
        for rowid in rowids:
            ((size,),) = self.snapshot.ask(_SIZE, (rowid,))
            left -= size
            if left < 0:
                break
            wanted.append(rowid)
        budget = _PairBudget()
        self.snapshot.connection.register_fts5_function("has_few_matches", budget.allows)
        asked = (self.words.match, f"[{','.join(map(str, wanted))}]")
        found: dict[int, str | None] = {}
        for rowid, snippet in self.snapshot.ask_each(_OWN, [asked] if wanted else []):
            found[rowid] = snippet if snippet and len(snippet) <= _MAX_CHARACTERS else None
            if len(found) == len(wanted):
                break
        return {rowid: snippet for rowid, snippet in found.items() if snippet is not None}


def split_marks(snippet: str) -> tuple[str, Marks]:
    """A snippet without the signs that enclose matches, and where those are."""
    text, marks, begin = "", [], None
    for piece in _SIGN.split(snippet):
        if piece == _OPEN:
            begin = len(text)
        elif piece == _CLOSE:
            if begin is not None:
                marks.append((begin, len(text)))
            begin = None
        else:
            text += piece
    return text, tuple(marks)
