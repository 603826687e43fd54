"""The reading side's face: every question that can be asked, put to whatever answers. Never writes."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar, Unpack

from docsync.errors import TimedOut
from docsync.reader import documents
from docsync.reader.row import Row
from docsync.reader.snapshot import Snapshot
from docsync.reader.source_holder import SourceHolder

if TYPE_CHECKING:
    from docsync.reader.answer import Answer, Changes, Counts, Hits, Page, ReferenceRow, TagCount, Version
    from docsync.reader.cached import CachedDocuments
    from docsync.reader.query.find import FindArguments
    from docsync.reader.query.search import Found, SearchQuery
    from docsync.reader.row import StoredRow
    from docsync.render.call import Call
    from docsync.status import HeldDeletion, ListedProblem

T = TypeVar("T")

_FOREVER = float("inf")


class Reader(SourceHolder):
    """Answers questions about documents. `open_reader` gives one; close it, or use it in a with block.

    It belongs to the thread that opened it and refuses others, and the child of a fork, with a RuntimeError.
    Each answer is one state of the database; `snapshot` makes it one for several. Every method may raise
    NoDatabase.
    """

    def get(self, id_: str) -> Row | None:
        """The document with this id, None if there is none."""
        return self._answer(lambda snapshot: documents.read_document(snapshot, id_), at_a_glance=True)

    def get_stored(self, id_: str) -> "StoredRow | None":
        """As `get`, but the document is the JSON text that it is stored as."""
        return self._answer(lambda snapshot: documents.read_stored(snapshot, id_), at_a_glance=True)

    def similar_ids(self, id_: str) -> list[str]:
        """The ids that may be meant by one that no document has: three at most, the likeliest first."""
        return self._answer(lambda snapshot: documents.find_similar_ids(snapshot, id_))

    def render(
        self, id_: str, inputs: Mapping[str, object] | None = None, *, samples: bool = False
    ) -> "Call":
        """The prompt with this id for these inputs: its messages, and requests for a model.

        Values are JSON, rows, and bytes or URLs for images, files and sounds. With *samples* the prompt's own
        stand for what is not given. Raises InputError with all that is wrong with *inputs*, RenderError with
        what is wrong with the prompt, NoSuchDocument.
        """
        from docsync.reader.prompt import render_stored

        self._check()
        given = {} if inputs is None else inputs
        return render_stored(self._source, id_, given, samples=samples, environment=os.environ)

    def find(self, **asked: "Unpack[FindArguments]") -> "Page":
        """The documents for which all of this holds, in order. Raises UsageError for what cannot be asked.

        Args:
            type: their type, such as persona; a UsageError if no collection has it.
            tag: a tag that they have.
            name: their display name.
            env: an environment variable that they refer to.
            where: what their fields must be, such as {"demographics.ageGroup": "60+", "age": {"<=": 30}};
                "name" is a field of the JSON document, "@name" the column. A list of mappings may name a
                field more than once.
            order: a column or a field as in `where`, with "-" in front for descending; "id" if it is not
                given. A word that is a column is the column also without "@". Numbers come before texts, and
                what has neither comes last, in both directions.
            limit: how many at most, from 1 on; fewer where they have more than 4 MiB. All of them if it is
                not given.
            cursor: that of the page before this one.
        """
        from docsync.reader.query import find

        query = find.FindQuery(**asked)
        return self._answer(lambda snapshot: find.find_page(snapshot, query))

    def find_stored(self, *, whole: bool, **asked: "Unpack[FindArguments]") -> "Answer[StoredRow]":
        """As `find`, but each document is the JSON text that it is stored as; not *whole* it is left out."""
        from docsync.reader.query import find

        query = find.FindQuery(**asked)
        return self._answer(lambda snapshot: find.find_stored(snapshot, query, whole=whole))

    def remarks(self, **asked: "Unpack[FindArguments]") -> tuple[str, ...]:
        """Why `find` of this finds nothing: sentences for people, with what may be meant."""
        from docsync.reader.query import find, remark

        query = find.FindQuery(**asked)
        return self._answer(lambda snapshot: remark.find_remarks(snapshot, query))

    def search(
        self,
        text: str,
        *,
        type: str | None = None,  # noqa: A002  # the column's name
        limit: int = 20,
        cursor: str | None = None,
    ) -> "Hits":
        """The documents that have these words, best first: in the name counts most, then in the description.

        All words must be there, capitals and accents do not matter. `calm*` is a beginning, `"calm voice"` a
        phrase, `a OR b` either of two, `-loud` must not be there. Where no whole word matches, parts of words
        do. Raises UsageError for a text that cannot be understood, and for a type that no collection has.
        """
        from docsync.reader.query.search import SearchQuery, search

        return self._answer(lambda snapshot: search(snapshot, SearchQuery(text, type, limit, cursor)))

    def search_remarks(self, text: str) -> tuple[str, ...]:
        """Why a `search` for this finds nothing: the words that no document has, with what may be meant."""
        from docsync.reader.query import search_remark

        return self._answer(lambda snapshot: search_remark.find_search_remarks(snapshot, text))

    def search_stored(self, query: "SearchQuery") -> "Answer[Found]":
        """As `search`, but without what the documents hold."""
        from docsync.reader.query.search import search_stored

        return self._answer(lambda snapshot: search_stored(snapshot, query, whole=False))

    def tags(
        self,
        type: str | None = None,  # noqa: A002  # the column's name
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> "Answer[TagCount]":
        """The tags and how many documents have them, most used first: all of them, or a page of *limit*.

        Raises UsageError for a type that is none.
        """
        from docsync.reader import summary

        return self._answer(lambda snapshot: summary.tags(snapshot, type, limit, cursor))

    def count(self) -> "Counts":
        """How many documents each type has."""
        from docsync.reader import summary

        return self._answer(summary.count)

    def references(self, id_: str) -> "Answer[ReferenceRow]":
        """What the document with this id points to, in the order in which it does."""
        from docsync.reader import summary

        return self._answer(lambda snapshot: summary.references(snapshot, id_))

    def problems(self, *, limit: int | None = None, cursor: str | None = None) -> "Answer[ListedProblem]":
        """What is wrong with files, errors first; held deletions are not among it.

        All of it, or a page of *limit*.
        """
        from docsync.reader import problems

        return self._answer(lambda snapshot: problems.list_problems(snapshot, limit, cursor))

    def held(self, *, limit: int | None = None, cursor: str | None = None) -> "Answer[HeldDeletion]":
        """The deletions that are held until a person releases them. All of them, or a page of *limit*."""
        from docsync.reader import problems

        return self._answer(lambda snapshot: problems.list_held(snapshot, limit, cursor))

    def tallies(self) -> dict[str, dict[str, int]]:
        """Per type, how many errors, warnings and held deletions there are."""
        from docsync.reader import summary

        return self._answer(summary.tallies)

    def version(self) -> "Version":
        """The state that there is now: source, epoch and revision."""
        return self._answer(_version)

    def epoch(self) -> str | None:
        """The random id of this database's life; a rebuilt database has another one. None from files."""
        return self._answer(lambda snapshot: snapshot.epoch)

    def revision(self) -> int | None:
        """The number of the last change; with the epoch it names one state for ever. None from files."""
        return self._answer(lambda snapshot: snapshot.revision)

    def cursor(self, *, before: int = 0) -> str:
        """The cursor of now: `changes` since then tells only what has not happened yet.

        With *before* the one that so many of the last changes come after. Raises NoDatabase from files.
        """
        from docsync.reader import feed

        self._check()
        return self._source.answer_from_database(lambda snapshot: feed.cursor_of(snapshot, before))

    def changes(self, since: str | int | None = None, *, limit: int = 1000) -> "Changes":
        """What changed since a cursor, or since a seq of this epoch.

        Raises NoDatabase from files, UsageError. Without *since*, or when what came after it is not kept any
        more, it begins with all that is there.
        """
        from docsync.reader import feed

        self._check()
        return self._source.answer_from_database(lambda snapshot: feed.changes(snapshot, since, limit))

    def watch(self, since: str | int | None = None, *, timeout: float | None = None) -> "Iterator[Changes]":
        """Changes as they come, each time all that are there; ends when none has come for *timeout* seconds.

        Raises NoDatabase, also when the database goes and does not come back within seconds.
        """
        from docsync.reader.commit_poll import CommitPoll, call_patiently

        self._check()
        poll = CommitPoll(self._source.commits)
        found = self.changes(since)
        while True:
            if found or found.start_over:
                yield found
            if not found.more and not poll.sleep(_FOREVER if timeout is None else time.monotonic() + timeout):
                return
            poll.remember()
            found = call_patiently(partial(self.changes, found.cursor))

    def wait(self, after: "int | Version", timeout: float) -> "Version":
        """The state of the database, once its revision is after that of *after*, or its epoch another one.

        *after* is the `version` of an answer; a number is a revision of the epoch that there is when it is
        called. Raises TimedOut after *timeout* seconds, NoDatabase.
        """
        from docsync.reader.commit_poll import CommitPoll, call_patiently

        self._check()
        deadline = time.monotonic() + timeout
        poll = CommitPoll(self._source.commits)
        now = call_patiently(self._now)
        known = replace(now, revision=after) if isinstance(after, int) else after
        while not now.is_after(known):
            if not poll.sleep(deadline):
                raise TimedOut(f"no revision after {known.revision} within {timeout:g} seconds")
            poll.remember()
            now = call_patiently(self._now)
        return now

    def cached(self, type: str) -> "CachedDocuments":  # noqa: A002  # the column's name
        """The documents of this type by their ids, in memory and kept equal to the database from now on.

        For any thread, also after this reader is closed. Raises UsageError for a type that no collection has.
        """
        from docsync.reader.cached import CachedDocuments

        return CachedDocuments(self._source.again(), type)

    def _now(self) -> "Version":
        return self._source.answer_from_database(_version)


def _version(snapshot: Snapshot) -> "Version":
    from docsync.reader.answer import Version

    return Version(snapshot.source, snapshot.epoch, snapshot.revision)
