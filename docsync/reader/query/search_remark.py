"""Which words of a search no document has, and which may be meant. Never judges one that found something."""

import re
from collections.abc import Iterator

from docsync.names import find_closest
from docsync.reader.query.search_syntax import Term, words_of
from docsync.reader.snapshot import Snapshot

_MAX_REMARKS = 10
_MAX_NAMES = 5_000
_WORD = re.compile(r"\w+")


def find_search_remarks(snapshot: Snapshot, text: str) -> tuple[str, ...]:
    """A sentence for each word of *text* that is in no document as a whole word. Raises UsageError."""
    words = words_of(text)
    if words.are_parts:  # they are in no index
        return ()
    missing = [
        group for group in words.groups if all(map(_is_word, group)) and not _is_somewhere(snapshot, group)
    ]
    if not missing:
        return ()
    known = sorted(set(_list_words(snapshot)))
    return tuple(_remark(group, known) for group in missing[:_MAX_REMARKS])


def _is_word(term: Term) -> bool:
    return term.words == 1


def _is_somewhere(snapshot: Snapshot, group: tuple[Term, ...]) -> bool:
    statement = "SELECT EXISTS (SELECT 1 FROM documents_fts WHERE documents_fts MATCH ?)"
    ((found,),) = snapshot.ask(statement, (" OR ".join(term.match for term in group),))
    return bool(found)


def _list_words(snapshot: Snapshot) -> Iterator[str]:
    """The words of names and tags: those that people look for."""
    names = snapshot.ask(f"SELECT name FROM documents LIMIT {_MAX_NAMES}")
    tags = snapshot.ask(f"SELECT DISTINCT tag FROM document_tags LIMIT {_MAX_NAMES}")
    for (text,) in (*names, *tags):
        yield from _WORD.findall(str(text).lower())


def _remark(group: tuple[Term, ...], known: list[str]) -> str:
    close = [one for term in group for one in find_closest(term.text.lower(), known)][:3]
    guess = f"; did you mean {' or '.join(close)}?" if close else ""
    return f"no document has the word {' or '.join(term.text for term in group)}{guess}"
