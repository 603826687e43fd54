"""docsync list, get and problems."""

import json

import pytest

from .conftest import Shell


@pytest.fixture
def synced(filled: Shell) -> Shell:
    filled("sync")
    return filled


def ids(out: str) -> list[str]:
    return [line.split("\t")[0] for line in out.splitlines()]


def test_a_list_into_a_pipe_is_tab_separated(synced: Shell) -> None:
    rows = [line.split("\t") for line in synced("list").out.splitlines()]

    assert [row[:3] for row in rows] == [
        ["persona/ada", "Ada", "personas/ada.json"],
        ["persona/grace", "Grace", "personas/grace.json"],
        ["prompt_template/greet", "Greet", "prompts/greet.prompty"],
    ]
    assert {row[4] for row in rows} == {"ok"}


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--type", "persona"], ["persona/ada", "persona/grace"]),
        (["--tag", "calm"], ["persona/ada"]),
        (["--where", "demographics.ageGroup=30-44"], ["persona/ada"]),
        (["--where", "age=85"], ["persona/grace"]),
        (["--where", "age=85", "--where", "name=Ada"], []),
        (["--sort", "-name", "--limit", "1"], ["prompt_template/greet"]),
        (["--limit", "0"], []),
    ],
)
def test_a_list_is_filtered_sorted_and_cut(synced: Shell, flags: list[str], expected: list[str]) -> None:
    assert ids(synced("list", *flags).out) == expected


def test_a_number_in_quotes_is_text(synced: Shell) -> None:
    synced.persona("zip", code="01234")
    synced("sync")

    assert ids(synced("list", "--where", 'code="01234"').out) == ["persona/zip"]


@pytest.mark.parametrize("flags", [["--where", "age"], ["--where", "=1"], ["--where", "a b=1"], ["--sort", "weight"]])
def test_a_condition_that_makes_no_sense_is_a_usage_error(synced: Shell, flags: list[str]) -> None:
    answer = synced("list", *flags)

    assert (answer.code, answer.out) == (2, "")


def test_a_name_cannot_break_the_lines_of_a_list(synced: Shell) -> None:
    synced.write("personas/odd.json", json.dumps({"name": "a\tb\nc\x1b[2J"}))
    synced("sync")

    out = synced("list", "--type", "persona").out

    assert len(out.splitlines()) == 3
    assert "\x1b" not in out


def test_get_prints_the_document_as_it_is_written(synced: Shell) -> None:
    answer = synced("get", "persona/ada")

    assert (answer.code, answer.err) == (0, "")
    assert answer.json == json.loads((synced.root / "personas/ada.json").read_text())


def test_get_with_json_prints_the_whole_row(synced: Shell) -> None:
    row = synced("get", "persona/ada", "--json").json

    assert row["document"]["age"] == 36
    assert (row["file_path"], row["state"], row["tags"]) == ("personas/ada.json", "ok", ["calm"])


@pytest.mark.parametrize(
    ("wrong", "guess"),
    [("persona/adda", "persona/ada"), ("greet", "prompt_template/greet"), ("zzzzzz", "docsync list")],
)
def test_an_unknown_id_is_exit_5_with_what_is_like_it(synced: Shell, wrong: str, guess: str) -> None:
    answer = synced("get", wrong)

    assert (answer.code, answer.out) == (5, "")
    assert guess in answer.err


def test_an_old_version_is_served_with_a_remark(synced: Shell) -> None:
    synced.write("personas/ada.json", "{")
    synced("sync")

    answer = synced("get", "persona/ada")

    assert answer.json["age"] == 36
    assert "is stale since" in answer.err


def test_problems_are_told_with_their_place_and_since_when(synced: Shell) -> None:
    synced.write("personas/ada.json", "{")
    synced("sync")

    answer = synced("problems")

    assert answer.code == 0
    assert answer.out.startswith("personas/ada.json:1:2: error[json-truncated]:")
    assert "(since 20" in answer.out
    assert answer.err == "1 problem\n"


@pytest.mark.parametrize("arguments", [["list"], ["get", "persona/ada"], ["problems"], ["held"], ["verify"]])
def test_without_a_database_the_command_to_type_is_named(filled: Shell, arguments: list[str]) -> None:
    answer = filled(*arguments)

    assert (answer.code, answer.out) == (3, "")
    assert "docsync run" in answer.err
    assert not (filled.root / ".docsync").exists()
