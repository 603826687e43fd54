"""Full-text search: best matches first, each with a piece of text that shows why. Never gives an SQL error.

Whole words are looked up in the index. Where that finds nothing, and for scripts without spaces, every text
is read for the letters themselves, so that parts of words are found too.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from docsync.reader.answer import Hit, Hits
from docsync.reader.documents import read_documents
from docsync.reader.query.limit import extend_limit
from docsync.reader.query.paging import decode_cursor, encode_cursor
from docsync.reader.query.search_syntax import SearchExpression, Term, words_of
from docsync.reader.snapshot import Snapshot
from docsync.reader.summary import prove_type

_WEIGHTS = {"name": 10.0, "description": 4.0, "text": 1.0}
# Markers around a match: Unicode noncharacters, which texts do not hold.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_SIGN = re.compile(f"([{_OPEN}{_CLOSE}])")
_WORDS_SHOWN = 16
_EXCERPT_CHARACTERS = 60
_LOWEST_SCORE = float("-inf")

_Position = tuple[float, str]
"""The score below zero, and the id: the order of what is found."""

_TYPE_CLAUSE = "AND substr(id, 1, instr(id, '/') - 1) = ? "

_MATCH = (
    "SELECT id, -rank, CASE WHEN rank >= ? "
    f"THEN snippet(documents_fts, -1, '{_OPEN}', '{_CLOSE}', '…', {_WORDS_SHOWN}) END "
    f"FROM documents_fts WHERE documents_fts MATCH ? AND rank MATCH 'bm25(0, {_WEIGHTS['name']}, "
    f"{_WEIGHTS['description']}, {_WEIGHTS['text']})' "
)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for, in documents of which type, and which part of it is asked for."""

    text: str
    type: str | None
    limit: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class _Match:
    """A document that matches; ordered by score, ties by id."""

    id: str
    score: float
    snippet: str

    @property
    def place(self) -> tuple[float, str]:
        return (-self.score, self.id)


def search(snapshot: Snapshot, query: SearchQuery) -> Hits:
    """The best matches. Raises UsageError for a text or a cursor that cannot be taken."""
    words, max_rows = words_of(query.text), extend_limit(query.limit)
    unpaged = ["search", query.text, query.type]
    by_parts, after = words.are_parts, None
    if query.cursor is not None:
        by_parts, score, id_ = decode_cursor(unpaged, query.cursor)
        after = (-score, id_)
    found = [] if by_parts else _pick_best(_find_matches(snapshot, words, query.type, after), after, max_rows)
    if by_parts or not (found or after):
        by_parts, found = True, list(_find_parts(snapshot, words, query.type, after, max_rows))
    if not found:
        prove_type(snapshot, query.type)
    following = None
    if len(found) > query.limit:
        del found[query.limit :]
        following = encode_cursor(unpaged, (by_parts, found[-1].score, found[-1].id))
    documents = read_documents(snapshot, (one.id for one in found))
    matches = zip(found, documents, strict=True)
    items = tuple(Hit(row, *_split_marks(one.snippet), one.score) for one, row in matches)
    return Hits(items, following, snapshot.source, snapshot.epoch, snapshot.revision)


def _find_matches(
    snapshot: Snapshot, words: SearchExpression, type_: str | None, after: _Position | None
) -> Iterator[_Match]:
    """What has the words, by falling score: as many as are asked for."""
    of_type = "" if type_ is None else _TYPE_CLAUSE
    values = [_LOWEST_SCORE if after is None else after[0], words.match, *([] if type_ is None else [type_])]
    for id_, score, snippet in snapshot.ask_each(f"{_MATCH}{of_type}ORDER BY rank", [values]):
        yield _Match(id_, score, snippet or "")


def _pick_best(found: Iterable[_Match], after: _Position | None, limit: int) -> list[_Match]:
    """The first *limit* after a place.

    *found* comes by score alone, so that those of the last score are all needed.
    """
    chosen: list[_Match] = []
    for one in found:
        if len(chosen) >= limit and one.score < chosen[-1].score:
            break
        if after is None or one.place > after:
            chosen.append(one)
    return sorted(chosen, key=lambda one: one.place)[:limit]


def _find_parts(
    snapshot: Snapshot, words: SearchExpression, type_: str | None, after: _Position | None, limit: int
) -> Iterator[_Match]:
    """What has the letters of the words anywhere, best first."""
    groups = [_Letters(group) for group in words.groups]
    excluded = [_Letters((term,)) for term in words.excluded]
    columns = ", ".join(f"{one.sql} AS g{number}" for number, one in enumerate([*groups, *excluded]))
    values: list[object] = [pattern for one in [*groups, *excluded] for pattern in one.patterns]
    score = " + ".join(f"g{number}" for number in range(len(groups)))
    holds = [f"g{n} > 0" if n < len(groups) else f"g{n} = 0" for n in range(len(groups) + len(excluded))]
    clause = " AND ".join(holds) + " "
    if type_ is not None:
        clause += _TYPE_CLAUSE
        values.append(type_)
    if after is not None:
        clause += "AND (score < ? OR score = ? AND id > ?) "
        values += [-after[0], -after[0], after[1]]
    sought = re.compile("|".join(one.expression for one in groups), re.IGNORECASE)
    statement = (
        f"SELECT id, {score} AS score, name, description, text FROM "
        f"(SELECT id, name, description, text, {columns} FROM documents_fts) "
        f"WHERE {clause}ORDER BY score DESC, id LIMIT ?"
    )
    for id_, found, name, description, text in snapshot.ask_each(statement, [[*values, limit]]):
        yield _Match(id_, found, _excerpt(sought, (text, description or "", name)))


@dataclass(frozen=True, slots=True)
class _Letters:
    """Terms as they are looked for inside of texts: SQLite knows upper and lower case of ASCII only."""

    terms: tuple[Term, ...]

    @property
    def variants(self) -> list[str]:
        return list(dict.fromkeys(form for term in self.terms for form in _case_forms(term.text)))

    @property
    def sql(self) -> str:
        number = len(self.variants)
        likes = {column: [f"ifnull({column}, '') LIKE ? ESCAPE '\\'"] * number for column in _WEIGHTS}
        return " + ".join(f"({' OR '.join(likes[column])}) * {weight}" for column, weight in _WEIGHTS.items())

    @property
    def patterns(self) -> list[str]:
        return ["%" + re.sub(r"([\\%_])", r"\\\1", form) + "%" for form in self.variants] * len(_WEIGHTS)

    @property
    def expression(self) -> str:
        return "|".join(map(re.escape, self.variants))


def _case_forms(text: str) -> tuple[str, ...]:
    return (text,) if text.isascii() else (text, text.lower(), text.upper(), text.capitalize())


def _excerpt(sought: re.Pattern[str], texts: Iterable[str]) -> str:
    """The surroundings of the first match, with every match in them enclosed. One of *texts* has one."""
    text, first = next((text, found) for text in texts if (found := sought.search(text)))
    begin, end = max(0, first.start() - _EXCERPT_CHARACTERS), first.end() + _EXCERPT_CHARACTERS
    piece = re.sub(f"[{_OPEN}{_CLOSE}]", "", text[begin:end])
    marked = sought.sub(lambda match: f"{_OPEN}{match[0]}{_CLOSE}", piece)
    return f"{'…' if begin else ''}{marked}{'…' if end < len(text) else ''}"


def _split_marks(snippet: str) -> tuple[str, tuple[tuple[int, int], ...]]:
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
