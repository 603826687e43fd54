"""docsync search: documents by their words."""

import json

import pytest

from tests.cli.conftest import Shell


@pytest.fixture
def synced(filled: Shell) -> Shell:
    filled.persona("bill", description="Pays every invoice late", note="the invoice of May")
    filled.persona("invoice", tags=["calm"])
    filled.write("prompts/remind.prompty", "---\nname: Remind\n---\nsystem:\nWrite about the invoice.\n")
    filled("sync")
    return filled


def test_the_best_match_comes_first_and_says_where_it_matches(synced: Shell) -> None:
    answer = synced("search", "invoice")

    rows = [line.split("\t") for line in answer.out.splitlines()]
    assert (answer.code, answer.err) == (0, "")
    assert rows[0][:2] == ["persona/invoice", "Invoice"]
    assert {row[0] for row in rows} == {"persona/invoice", "persona/bill", "prompt_template/remind"}
    assert all("[invoice]" in row[2].lower() for row in rows)


@pytest.mark.parametrize(
    ("words", "remarks"),
    [
        ("invoce", ["no document has the word invoce; did you mean invoice?"]),
        ("clam invoice", ["no document has the word clam; did you mean calm?"]),
        ("zzzqqq OR qqqzzz", ["no document has the word zzzqqq or qqqzzz"]),
        ("calm may", []),
        ("東京 zzz", []),
        ("🎉", []),
    ],
)
def test_a_search_that_finds_nothing_says_which_words_are_nowhere(
    synced: Shell, words: str, remarks: list[str]
) -> None:
    answer = synced("search", words)

    assert (answer.code, answer.out) == (0, "")
    assert answer.err.splitlines() == ["0 documents", *remarks]
    assert synced("search", words, "--json").err == ""


def test_words_need_no_quotes(synced: Shell) -> None:
    assert synced("search", "pays", "invoice").out == synced("search", "pays invoice").out != ""
    assert synced("search", "--", "invoice", "-pays").out == synced("search", "invoice -pays").out != ""


def test_a_person_sees_the_match_in_color(synced: Shell) -> None:
    lines = synced.at_terminal("search", "invoice", "--type", "prompt_template").out.splitlines()

    assert lines[0].startswith("\x1b[1mID ")
    assert "\x1b[1;33minvoice\x1b[0m" in lines[1]
    assert "[invoice]" not in lines[1]


def test_a_search_is_narrowed_and_cut(synced: Shell) -> None:
    prompts = synced("search", "invoice", "--type", "prompt_template").out
    first = synced("search", "invoice", "--limit", "1")

    assert [line.split("\t")[0] for line in prompts.splitlines()] == ["prompt_template/remind"]
    assert len(first.out.splitlines()) == 1
    assert first.err == "there are more; --limit allows more, -v tells how to get the next page\n"
    assert "--cursor" in synced("search", "invoice", "--limit", "1", "-v").err


def test_json_pages_hold_every_hit_once(synced: Shell) -> None:
    cursor, found = None, []
    while True:
        flags: list[str] = ["--cursor", cursor] if cursor else []
        page = synced("search", "invoice", "--limit", "1", "--json", *flags).json
        found += page["hits"]
        if (cursor := page["cursor"]) is None:
            break

    assert len(found) == len({hit["row"]["id"] for hit in found}) == 3
    assert [hit["score"] for hit in found] == sorted((hit["score"] for hit in found), reverse=True)
    assert page["source"] == "database"
    for hit in found:
        assert {hit["snippet"][begin:end].lower() for begin, end in hit["marks"]} == {"invoice"}


def test_what_nobody_wrote_is_found_nowhere(synced: Shell) -> None:
    answer = synced("search", "zeppelin")

    assert (answer.code, answer.out, answer.err) == (
        0,
        "",
        "0 documents\nno document has the word zeppelin\n",
    )


@pytest.mark.parametrize("text", ['"', "(", "*", "a AND", "name:x", "-", "'", "NEAR(", "\x00"])
def test_whatever_is_typed_is_an_answer_or_a_usage_error(synced: Shell, text: str) -> None:
    answer = synced("search", "--", text)

    assert answer.code in (0, 2)
    assert "sql" not in answer.err.lower()


def test_a_snippet_cannot_steer_the_terminal(synced: Shell) -> None:
    synced.write("personas/odd.json", json.dumps({"name": "Odd", "note": "zeppelin \x1b[2J\t\u202e here"}))
    synced("sync")

    out = synced("search", "zeppelin").out

    assert not {"\x1b", "\u202e"} & set(out)
    assert out.count("\t") == 2
