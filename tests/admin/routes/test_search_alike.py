"""The reader, the endpoint and the SQL that docs/reading.md shows to services find the same, in every script."""

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from docsync.cli.sql import select
from docsync.reader import open_reader
from tests.admin.endpoint import Endpoint
from tests.helpers.project import Project

PAGE = (Path(__file__).parents[3] / "docs" / "reading.md").read_text(encoding="utf-8")
(STATEMENT,) = (
    sql for sql in re.findall(r"```sql\n(.*?);?\n```", PAGE, re.DOTALL) if sql.startswith("WITH asked")
)
TEXTS = {
    "japan": {"name": "田中さくら", "d": "東京都の会計担当者です。毎月の請求書を確認します。"},
    "whole": {"name": "請求書", "d": "請求書"},
    "korea": {"name": "민수", "d": "한국어로 답하는 고객입니다"},
    "thai": {"name": "สมชาย", "d": "สวัสดีครับผมชื่อสมชาย"},
    "emoji": {"name": "bot", "d": "🎉 party at 5, 100% of a_b"},
    "latin": {"name": "Zoë", "description": "a café in the Hauptstraße", "d": "naïve invoices, an invoice"},
    "greek": {"name": "Ελένη", "d": "Ελλάδα"},
    "russian": {"name": "Ёлка", "d": "Мой йогурт"},
}
FOUND = {
    "請求書": {"japan", "whole"}, "東京": {"japan"}, "さくら": {"japan"}, "한국": {"korea"}, "ครับ": {"thai"}, "🎉": {"emoji"},
    "party": {"emoji"}, "0% of a_": {"emoji"}, "cafe": {"latin"}, "CAFÉ": {"latin"}, "invoice": {"latin"}, "nvoic": {"latin"},
    "zoe": {"latin"}, "Ελλάδα": {"greek"}, "ЁЛКА": {"russian"}, "мой": {"russian"}, "nowhere": set(), "хлеб": set(),
}  # fmt: skip
BY_SPELLING = {
    "ελλαδα": {"greek"}, "ΕΛΛΑΔΑ": {"greek"}, "ελενη": {"greek"}, "елка": {"russian"}, "иогурт": {"russian"},
    "hauptstrasse": {"latin"}, "ελλα*": {"greek"}, "елка OR party": {"russian", "emoji"},
}  # fmt: skip


@pytest.fixture
def filled(project: Project) -> Project:
    for name, text in TEXTS.items():
        project.write(f"personas/{name}.json", json.dumps(text))
    project.settle()
    return project


def ids(names: set[str]) -> set[str]:
    return {f"persona/{name}" for name in names}


def found_over_http(endpoint: Endpoint, text: str) -> set[str]:
    return {hit["id"] for hit in endpoint.ask("GET", f"/v1/search?q={quote(text)}").json["hits"]}


def found_by_the_reader(project: Project, text: str) -> set[str]:
    with open_reader(database=project.database) as reader:
        return {hit.row.id for hit in reader.search(text)}


@pytest.mark.parametrize("word", FOUND)
def test_words_of_every_script_are_found_alike(filled: Project, endpoint: Endpoint, word: str) -> None:
    phrase = f'"{word}"' if " " in word else word
    with select(filled.database, STATEMENT.replace("'invoice'", f"'{word}'"), limit=100, seconds=10) as (
        _,
        rows,
    ):
        by_sql = [str(row[0]) for row in rows]

    assert set(by_sql) == found_by_the_reader(filled, phrase) == ids(FOUND[word])
    assert found_over_http(endpoint, phrase) == set(by_sql)
    assert len(by_sql) == len(set(by_sql))


def test_a_search_over_http_that_finds_nothing_says_which_words_are_nowhere(
    filled: Project, endpoint: Endpoint
) -> None:
    answer = endpoint.ask("GET", "/v1/search?q=zzzqqq").json

    assert (answer["hits"], answer["remarks"]) == ([], ["no document has the word zzzqqq"])
    assert "remarks" not in endpoint.ask("GET", "/v1/search?q=party").json


@pytest.mark.parametrize("text", BY_SPELLING)
def test_accents_of_greek_and_cyrillic_and_the_german_sharp_s_do_not_matter(
    filled: Project, endpoint: Endpoint, text: str
) -> None:
    assert found_by_the_reader(filled, text) == found_over_http(endpoint, text) == ids(BY_SPELLING[text])
