"""docsync get, list and problems, and where their answers come from."""

import json

import pytest

from docsync.cli import pages
from tests.cli.conftest import Shell


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
    ],
)
def test_a_list_is_filtered_sorted_and_cut(synced: Shell, flags: list[str], expected: list[str]) -> None:
    assert ids(synced("list", *flags).out) == expected


def test_a_number_in_quotes_is_text(synced: Shell) -> None:
    synced.persona("zip", code="01234")
    synced("sync")

    assert ids(synced("list", "--where", 'code="01234"').out) == ["persona/zip"]


@pytest.mark.parametrize(
    "flags", [["--where", "age"], ["--where", "=1"], ["--where", "a b=1"], ["--sort", "weight"]]
)
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


@pytest.mark.parametrize("path", ["personas/ada.json", "./personas/ada.json", "prompts/../personas/ada.json"])
def test_a_document_is_got_by_the_path_of_its_file(synced: Shell, path: str) -> None:
    for named in (path, str(synced.root / path)):
        assert synced("get", named).json == synced("get", "persona/ada").json


@pytest.mark.parametrize("path", ["personas/none.json", "../personas/ada.json", "personas", ""])
def test_a_path_of_no_document_is_an_unknown_id(synced: Shell, path: str) -> None:
    assert synced("get", path).code == 5


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


@pytest.mark.parametrize(
    ("path", "printed"),
    [
        ("age", "36\n"),
        ("name", "Ada\n"),
        ("demographics.ageGroup", "30-44\n"),
        ("tags[0]", "calm\n"),
        ("tags", '[\n  "calm"\n]\n'),
        ('"demographics"."ageGroup"', "30-44\n"),
    ],
)
def test_one_field_is_printed_as_it_is(synced: Shell, path: str, printed: str) -> None:
    assert synced("get", "persona/ada", "--field", path).out == printed


def test_one_field_as_json_is_json(synced: Shell) -> None:
    assert synced("get", "persona/ada", "--field", "name", "--json").json == "Ada"


@pytest.mark.parametrize(
    ("path", "code", "told"),
    [
        ("nope", 5, "it has name, tags, age, demographics"),
        ("demographics.nope", 5, "demographics has ageGroup"),
        ("tags[3]", 5, "tags has 1 elements"),
        ("age.x", 5, "age is a single value"),
        ("a b", 2, "is not a path"),
        ("", 2, "is not a path"),
        ("age.", 2, "is not a path"),
        ("[0]", 2, "is not a path"),
        ("tags[٣]", 2, "is not a path"),
    ],
)
def test_a_field_that_is_not_there_is_told_with_what_there_is(
    synced: Shell, path: str, code: int, told: str
) -> None:
    answer = synced("get", "persona/ada", "--field", path)

    assert (answer.code, answer.out) == (code, "")
    assert told in answer.err


def test_a_list_goes_on_where_the_page_before_ended(synced: Shell) -> None:
    first = synced("list", "--limit", "2", "--json").json
    second = synced("list", "--limit", "2", "--cursor", first["cursor"], "--json").json

    assert [row["id"] for row in first["documents"] + second["documents"]] == [
        "persona/ada",
        "persona/grace",
        "prompt_template/greet",
    ]
    assert second["cursor"] is None


def test_a_long_cursor_is_only_told_to_those_who_go_from_page_to_page(synced: Shell) -> None:
    cursor = synced("list", "--limit", "1", "--json").json["cursor"]

    assert (
        synced("list", "--limit", "1").err
        == "2 more; --limit allows more, -v tells how to get the next page\n"
    )
    assert synced("list", "--limit", "1", "-v").err == f"2 more; the next page: --cursor {cursor}\n"
    assert synced("list", "--limit", "1", "--cursor", cursor).err.startswith(
        "there are more; the next page: --cursor "
    )
    assert synced("list", "--limit", "2", "--cursor", cursor).err == ""
    assert synced("list", "--limit", "1", "--type", "persona").err.startswith("1 more; ")
    assert synced("list", "--limit", "1", "--where", "age exists").err.startswith("there are more; ")


def test_a_list_of_many_is_asked_for_in_pages(synced: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_PAGE_SIZE", 2)
    for number in range(9):
        synced.persona(f"p{number}")
    synced("sync")

    assert ids(synced("list").out) == sorted(ids(synced("list").out))
    assert len(ids(synced("list").out)) == len(synced("list", "--json").json["documents"]) == 12
    assert ids(synced("list", "--limit", "5").out) == ids(synced("list").out)[:5]
    assert synced("list", "--limit", "12").err == ""


def test_a_list_as_json_says_where_it_is_from(synced: Shell) -> None:
    answer = synced("list", "--type", "persona", "--json").json

    assert (answer["source"], answer["revision"]) == ("database", 1)
    assert len(answer["epoch"]) == 16
    assert answer["documents"][0]["document"]["age"] == 36


def test_conditions_on_one_field_must_all_hold(synced: Shell) -> None:
    synced.persona("zoe", tags=["calm", "quick"], age=50)
    synced("sync")

    both = synced("list", "--where", "tags contains calm", "--where", "tags contains quick")
    between = synced("list", "--where", "age>36", "--where", "age<85")

    assert ids(both.out) == ids(between.out) == ["persona/zoe"]


def test_a_list_of_nothing_says_so(synced: Shell) -> None:
    answer = synced("list", "--tag", "nobody")

    assert (answer.code, answer.out, answer.err) == (0, "", "0 documents\nno document has the tag nobody\n")


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("agee>3", "no document has a field agee; did you mean age?"),
        ("model.idd=x", "no document has a field model.idd"),
        ("AGE=3", "no document has a field AGE; did you mean age?"),
        ("updated_at>=2020", "no document has a field updated_at; did you mean @updated_at?"),
        ("zzzz exists", "no document has a field zzzz"),
        ('"odd keys"=1', 'no document has a field "odd keys"; did you mean "odd key"?'),
        ("steps.nme=a", "no document has a field steps.nme; did you mean steps[0].name"),
        ("age=3", None),
        ("@name=Nobody", None),
    ],
)
def test_a_field_that_no_document_has_is_told_with_what_may_be_meant(
    synced: Shell, condition: str, told: str | None
) -> None:
    synced.persona("odd", steps=[{"name": "a"}], **{"odd key": 1})
    synced("sync")

    for command in (["list"], ["export", "--format", "jsonl"]):
        answer = synced(*command, "--where", condition)

        assert (answer.code, answer.out) == (0, "")
        first, *rest = answer.err.splitlines()
        assert first == "0 documents"
        assert [line[: len(told or "")] for line in rest] == ([] if told is None else [told])


def test_a_field_is_missed_within_the_type_that_is_asked_for(synced: Shell) -> None:
    answer = synced("list", "--type", "prompt_template", "--where", "age>3", "--where", "tags exists")

    assert answer.err.splitlines()[1].startswith("no prompt_template has a field age")


def test_documents_with_very_many_fields_do_not_keep_the_guess_from_coming(synced: Shell) -> None:
    for name in ("many", "more"):
        synced.persona(name, **{f"field_{number}": number for number in range(3_000)})
    synced("sync")

    answer = synced("list", "--where", "feild_1=1")

    assert answer.err.splitlines()[1].startswith("no document has a field feild_1; did you mean field_1")


def test_columns_are_asked_for_with_a_sign_in_front(synced: Shell) -> None:
    assert ids(synced("list", "--where", "@name=Ada").out) == ["persona/ada"]
    assert ids(synced("list", "--where", "@updated_at>=2020", "--where", "@file_path contains ada").out) == [
        "persona/ada"
    ]


def test_a_type_that_there_is_not_is_told_with_those_that_there_are(synced: Shell) -> None:
    for command in (["list"], ["list", "--json"], ["search", "calm"], ["tags"], ["export"]):
        answer = synced(*command, "--type", "person")

        assert answer.code == 2
        if "--json" in command:
            assert "there are persona, prompt_template" in answer.json["error"]["message"]
            continue
        assert answer.out == ""
        assert "there are persona, prompt_template" in answer.err


@pytest.mark.parametrize(
    "command", [["list"], ["get", "persona/ada"], ["search", "calm"], ["tags"], ["export"]]
)
def test_without_a_database_the_files_answer_and_it_is_said(filled: Shell, command: list[str]) -> None:
    answer, strict = filled(*command), filled(*command, "--strict-source")

    assert answer.code == 0
    assert strict.code == 4
    # Times are those of the look.
    assert len(answer.out.splitlines()) == len(strict.out.splitlines()) > 0
    assert answer.err.startswith("answered from the files, not the database: ")
    assert "docsync run" in answer.err
    assert not (filled.root / ".docsync").exists()


def test_with_a_database_the_strict_are_content(synced: Shell) -> None:
    assert synced("list", "--strict-source").code == 0


def test_the_variable_chooses_the_source(synced: Shell) -> None:
    files = synced("list", "--json", DOCSYNC_SOURCE="files").json
    (synced.root / ".docsync/docsync.db").unlink()

    assert (files["source"], files["epoch"], files["revision"]) == ("files", None, None)
    assert [row["id"] for row in files["documents"]] == [
        "persona/ada",
        "persona/grace",
        "prompt_template/greet",
    ]
    assert synced("list", DOCSYNC_SOURCE="database").code == 3
    assert synced("list", DOCSYNC_SOURCE="somewhere").code == 2


@pytest.mark.parametrize(
    "arguments",
    [["problems"], ["held"], ["verify"], ["changes"], ["query", "SELECT 1"], ["changes", "--follow"]],
)
def test_without_a_database_the_command_to_type_is_named(filled: Shell, arguments: list[str]) -> None:
    answer = filled(*arguments)

    assert (answer.code, answer.out) == (3, "")
    assert "docsync run" in answer.err
    assert not (filled.root / ".docsync").exists()
