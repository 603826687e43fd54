"""Full-text search: best matches first, each with a piece of text that shows why. Never gives an SQL error.

Whole words are looked up in the index. Where that finds nothing, and for scripts without spaces, every text
is read for the letters themselves, so that parts of words are found too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docsync.reader.answer import Answer, Hit, Hits
from docsync.reader.documents import measure_row, read_documents
from docsync.reader.query.limit import extend_limit, take_page
from docsync.reader.query.paging import decode_cursor, encode_cursor
from docsync.reader.query.parts import WEIGHTS, Position, find_parts
from docsync.reader.query.search_syntax import SearchExpression, words_of
from docsync.reader.query.snippet import MAX_PLACES, Marks, Snippets, split_marks
from docsync.reader.row import StoredRow
from docsync.reader.snapshot import Snapshot
from docsync.reader.summary import prove_type

if TYPE_CHECKING:
    from apsw import FTS5ExtensionApi

_TYPE_CLAUSE = "AND substr(id, 1, instr(id, '/') - 1) = ? "
_SIZE = (
    "(SELECT octet_length(c1) + ifnull(octet_length(c2), 0) + octet_length(c3) "
    "FROM documents_fts_content AS c WHERE c.id = documents_fts.rowid)"
)
_BM25 = f"bm25(documents_fts, 0, {', '.join(map(str, WEIGHTS))})"
# For each document FTS5 lists every match within one call. What might have too many is counted first, and
# what has comes last.
_SCORE = (
    f"CASE WHEN {_SIZE} <= ? THEN {_BM25} "
    f"WHEN count_places(documents_fts) <= {MAX_PLACES} THEN {_BM25} ELSE 0.0 END"
)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for, in documents of which type, and which part of it is asked for."""

    text: str
    type: str | None
    limit: int
    cursor: str | None

    @property
    def type_clause(self) -> tuple[str, list[str]]:
        """SQL that leaves out other types, and what is bound to it."""
        return ("", []) if self.type is None else (_TYPE_CLAUSE, [self.type])


@dataclass(frozen=True, slots=True)
class _Match:
    """A document that matches: by score, ties by id. One from the index has a rowid and no snippet yet."""

    score: float
    id: str
    snippet: str = ""
    rowid: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A document that was found, as it is stored, and what shows why."""

    row: StoredRow
    snippet: str
    marks: Marks
    score: float


def search(snapshot: Snapshot, query: SearchQuery) -> Hits:
    """The best matches. Raises UsageError for a text or a cursor that cannot be taken."""
    found = search_stored(snapshot, query, whole=True)
    items = tuple(Hit(one.row.make_row(), one.snippet, one.marks, one.score) for one in found)
    return Hits(items, found.cursor, found.source, found.epoch, found.revision)


def search_stored(snapshot: Snapshot, query: SearchQuery, *, whole: bool) -> Answer[Found]:
    """The best matches, see `search`; not *whole* without what the documents hold."""
    words, unpaged = words_of(query.text), ["search", query.text, query.type]
    by_parts, after = words.are_parts, None
    if query.cursor is not None:
        by_parts, score, id_ = decode_cursor(unpaged, query.cursor)
        after = (-score, id_)
    found = [] if by_parts else list(_find_matches(snapshot, words, query, after))
    if by_parts or not (found or after):
        parts = find_parts(snapshot, words, query.type_clause, after, extend_limit(query.limit))
        by_parts, found = True, [_Match(-place, id_, snippet) for place, id_, snippet in parts]
    if not found:
        prove_type(snapshot, query.type)
    rows = zip(found, read_documents(snapshot, (one.id for one in found), whole=whole), strict=False)
    taken, more = take_page(rows, query.limit, lambda pair: measure_row(pair[1]))
    snippets = Snippets(snapshot, words).read([one.rowid for one, _ in taken if one.rowid])
    items = tuple(
        Found(row, *split_marks(snippets.get(one.rowid, one.snippet)), one.score) for one, row in taken
    )
    following = encode_cursor(unpaged, (by_parts, taken[-1][0].score, taken[-1][0].id)) if more else None
    return Answer(items, following, snapshot.source, snapshot.epoch, snapshot.revision)


def _find_matches(
    snapshot: Snapshot, words: SearchExpression, query: SearchQuery, after: Position | None
) -> Iterator[_Match]:
    """The first matches in the index after a place."""
    of_type, types = query.type_clause
    beyond, place = "", []
    if after is not None:
        beyond, place = "WHERE score > ? OR (score = ? AND id > ?) ", [after[0], after[0], after[1]]
    snapshot.connection.register_fts5_function("count_places", _count_places)
    # No word is shorter than one letter and what stands before the next.
    max_bytes = 2 * MAX_PLACES // words.phrases
    statement = (
        f"SELECT score, id, at FROM (SELECT rowid AS at, id, {_SCORE} AS score FROM documents_fts "
        f"WHERE documents_fts MATCH ? {of_type}) {beyond}ORDER BY score, id LIMIT ?"
    )
    values = [max_bytes, words.match, *types, *place, extend_limit(query.limit)]
    for score, id_, rowid in snapshot.ask(statement, values):
        yield _Match(-score, id_, rowid=rowid)


def _count_places(document: "FTS5ExtensionApi", /, *_arguments: object) -> int:
    """How many matches there can be: words of the document times those of the search."""
    return document.column_size(-1) * document.phrase_count
