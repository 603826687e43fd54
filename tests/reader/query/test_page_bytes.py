"""A page ends early where its results become large, with a cursor that goes on: never empty, nothing lost or twice."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from docsync.errors import UsageError
from docsync.reader import Reader, open_reader
from docsync.reader.query import limit as limits
from docsync.reader.query.limit import measure_text, take_page
from docsync.reader.query.search import SearchQuery
from tests.helpers.project import Project

LARGE = 20_000
MAX_BYTES = 50_000


@pytest.fixture
def reader(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    for number in range(10):
        name = f"n{number}" if number % 3 else "n" * LARGE + str(number)
        value = {"name": name, "description": "d" * LARGE, "text": "word" + " x" * (LARGE // 2)}
        project.write(f"personas/p{number}.json", json.dumps(value))
        project.write(f"personas/{'b' * 200}{number}.json", "{" + "\n" * number)
    project.settle()
    monkeypatch.setattr(limits, "MAX_PAGE_BYTES", MAX_BYTES)
    with open_reader(database=project.database) as opened:
        yield opened


def pages(ask: Callable[..., Any]) -> list[list[Any]]:
    found, cursor = [], None
    while True:
        page = ask(cursor=cursor)
        found.append(list(page))
        if (cursor := page.cursor) is None:
            return found
        assert len(cursor) < 4_000, "it must fit into a URL"
        assert page, "a page that is not the last holds something"


@pytest.mark.parametrize("order", ["id", "-id", "name", "-name", "updated_at", "file_path"])
def test_a_page_of_large_documents_ends_early_and_the_next_goes_on(reader: Reader, order: str) -> None:
    whole = [row.id for row in reader.find(order=order)]
    found = pages(lambda cursor: reader.find(order=order, limit=8, cursor=cursor))
    assert [row.id for page in found for row in page] == whole
    assert all(len(page) == 1 for page in found)


def test_what_is_left_out_of_a_page_does_not_count(reader: Reader) -> None:
    found = pages(lambda cursor: reader.find_stored(whole=False, limit=8, cursor=cursor))
    assert sum(map(len, found)) == 10
    assert len(found) < 10
    assert {row.document for page in found for row in page} == {None}


def test_hits_are_bounded_as_documents_are(reader: Reader) -> None:
    found = pages(lambda cursor: reader.search_stored(SearchQuery("word", None, 8, cursor)))
    assert len({hit.row.columns()["id"] for page in found for hit in page}) == sum(map(len, found)) == 10
    assert len(pages(lambda cursor: reader.search("word", limit=8, cursor=cursor))) == 10


def test_problems_are_bounded_as_documents_are(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_PAGE_BYTES", 1_000)
    found = pages(lambda cursor: reader.problems(limit=1000, cursor=cursor))
    assert [one for page in found for one in page] == list(reader.problems())
    assert len(found) > 1


def test_problems_of_both_severities_come_in_order_in_pages_of_any_size(
    reader: Reader, project: Project
) -> None:
    for number in range(3):
        project.write(f"prompts/w{number}.prompty", "---\nname: W\n---\nHello {{nobody}}.\n")
    project.settle()
    whole = list(reader.problems())
    assert [one.problem.severity.value for one in whole] == ["error"] * 10 + ["warning"] * 3
    for size in (1, 3, 10, 12):
        found = pages(partial(reader.problems, limit=size))
        assert [one for page in found for one in page] == whole
        assert {len(page) for page in found[:-1]} == {size}


def test_changes_are_bounded_and_say_that_there_are_more(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_PAGE_BYTES", 300)
    for since in (None, 1):
        ids, page = [], reader.changes(since, limit=1000)
        while True:
            ids += [change.id for change in page]
            if not page.more:
                break
            assert page
            page = reader.changes(page.cursor, limit=1000)
        assert len(ids) == len(set(ids)) == (10 if since is None else 9)


def test_a_cursor_whose_document_has_gone_and_with_it_its_long_name_is_refused(
    reader: Reader, project: Project
) -> None:
    cursor = reader.find(order="name", limit=8).cursor
    while cursor and "nnn" not in reader.find(order="name", limit=1, cursor=cursor)[0].name:
        cursor = reader.find(order="name", limit=1, cursor=cursor).cursor
    assert cursor
    page = reader.find(order="name", limit=1, cursor=cursor)
    (project.root / page[0].file_path).unlink()
    project.later(10_000)
    project.settle()
    with pytest.raises(UsageError, match="has gone; begin without a cursor"):
        reader.find(order="name", limit=1, cursor=page.cursor)


def test_without_a_limit_everything_is_given(reader: Reader) -> None:
    assert len(reader.find()) == 10


@pytest.mark.parametrize(
    ("sizes", "limit", "taken"),
    [
        ([1, 1, 1], 2, (2, True)),
        ([1, 1], 2, (2, False)),
        ([MAX_BYTES, 1], 5, (1, True)),
        ([MAX_BYTES * 2, 1], 5, (1, True)),
        ([1, MAX_BYTES], 5, (1, True)),
        ([MAX_BYTES], 5, (1, False)),
        ([MAX_BYTES] * 5, None, (5, False)),
        ([], 5, (0, False)),
    ],
)
def test_a_page_is_what_fits(
    sizes: list[int], limit: int | None, taken: tuple[int, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_PAGE_BYTES", MAX_BYTES)
    found, more = take_page(iter(sizes), limit, int)
    assert (len(found), more) == taken


@pytest.mark.parametrize("text", ["", "plain", "é", "日本", "\U0001f600"])
def test_a_text_is_measured_as_it_is_sent(text: str) -> None:
    assert len(json.dumps(text)) - 2 <= measure_text(text) * 1.5 + 0
