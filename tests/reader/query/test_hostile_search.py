"""A search costs no more than what it may, whatever documents hold and whatever is asked."""

import json
import time
from collections.abc import Iterator

import pytest

from docsync.errors import UsageError
from docsync.reader import Reader, open_reader
from docsync.reader.query.search import SearchQuery
from docsync.reader.query.search_syntax import Term
from tests.helpers.project import Project

MAX_CPU_SECONDS = 5.0
"""The longest of these took 0.5 s, and before they were bounded minutes."""
DOCUMENTS = {
    "words": "a " * 32_000,
    "pairs": "a b " * 16_000,
    "letters": "a" * 65_000,
    "nearly": ("a " * 49 + "b ") * 650,
    "beginnings": " ".join("abcdefghijklmnopqrstuvwxyz"[: 1 + n % 26] for n in range(5_000)),
}
SEARCHES = [
    "a",
    " OR ".join(["a"] * 50),
    " ".join(["a"] * 50),
    " OR ".join('"' + " ".join("a" * n) + '"' for n in range(1, 10)),
    '"' + " ".join("a" * 49) + ' c"',
    " OR ".join("abcdefghijklmnopqrstuvwxyz"[:n] + "*" for n in range(1, 11)),
    "a OR b -c",
    "a" * 999 + "b",
    " ".join("a" * 18 + "b" for _ in range(50)),
    "É" * 900,
    "\N{CJK UNIFIED IDEOGRAPH-6771} OR " + " OR ".join("aaaa" for _ in range(49)),
]


@pytest.fixture
def reader(project: Project) -> Iterator[Reader]:
    for stem, text in DOCUMENTS.items():
        for number in range(6):
            value = {"name": stem, "description": text * 2, "text": text}
            project.write(f"personas/{stem}-{number}.json", json.dumps(value))
    project.settle()
    with open_reader(database=project.database) as opened:
        yield opened


@pytest.mark.parametrize("text", SEARCHES)
def test_no_search_takes_long_and_no_snippet_is_large(reader: Reader, text: str) -> None:
    begun = time.process_time()
    hits = reader.search(text, limit=1000)
    assert time.process_time() - begun < MAX_CPU_SECONDS
    for hit in hits:
        assert len(hit.snippet) < 3_000
        assert all(0 <= start < end <= len(hit.snippet) for start, end in hit.marks)


def test_where_a_snippet_would_cost_too_much_the_first_word_is_shown_with_its_surroundings(
    reader: Reader,
) -> None:
    hits = reader.search("a", type="persona", limit=1)
    assert [(hit.snippet[start:end], start) for hit in hits for start, end in hit.marks[:1]] == [("a", 6)]


def test_what_is_too_long_to_be_scored_is_found_and_comes_last(reader: Reader, project: Project) -> None:
    project.persona("personas/short.json", story="a b")
    project.settle()
    hits = reader.search_stored(SearchQuery(" OR ".join(["a"] * 49), None, 100, None))
    ids = [hit.row.columns()["id"] for hit in hits]
    assert ids[0] == "persona/short"
    assert {id_.rpartition("/")[2].rpartition("-")[0] for id_ in ids[1:]} == {
        "words",
        "pairs",
        "nearly",
        "beginnings",
    }
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_pages_over_what_is_not_scored_give_everything_once(reader: Reader) -> None:
    text, found, cursor = " OR ".join(["a"] * 49), [], None
    while True:
        page = reader.search(text, limit=5, cursor=cursor)
        found += [hit.row.id for hit in page]
        if (cursor := page.cursor) is None:
            break
    assert sorted(found) == sorted(set(found))
    assert len(found) == 24


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"' + " ".join("a" * 51) + '"', "may have 50 words"),
        ('"a.b" ' * 26, "may have 50 words"),
        ("a.b " * 26, "may have 50 words"),
        ("a* " * 11, "may have 10 beginnings"),
        ("-a* " * 10 + "b*", "may have 10 beginnings"),
    ],
)
def test_a_search_that_would_cost_more_is_refused(reader: Reader, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        reader.search(text)


@pytest.mark.parametrize(
    ("text", "words"), [("calm", 1), ("a.b-c", 3), ("नमस्ते", 1), ("e\u0301t\u00e9", 1), ("...", 0), ("", 0)]
)
def test_words_are_counted_as_the_index_makes_them(text: str, words: int) -> None:
    assert Term(text).words == words
