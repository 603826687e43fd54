"""Folders that other programs keep: nothing in them is a document, unless a pattern names them."""

import pytest

from docsync.names import Collection, find_never_read, list_fixed_names

PROMPTS = Collection("prompt_template", ".", ("**/*.prompty",), "prompty")


@pytest.mark.parametrize(
    "folder", ["node_modules", "@eaDir", "__MACOSX", "lost+found", "venv", "$RECYCLE.BIN", "__pycache__"]
)
def test_what_lies_in_a_folder_of_another_program_is_no_document(folder: str) -> None:
    assert not PROMPTS.matches(f"{folder}/greet.prompty")
    assert not PROMPTS.matches(f"web/{folder}/pkg/greet.prompty")


@pytest.mark.parametrize(
    "path", ["node/modules/a.prompty", "venv.prompty", "my venv/a.prompty", "env/a.prompty"]
)
def test_a_name_that_people_give_is_none_of_another_program(path: str) -> None:
    assert PROMPTS.matches(path)


def test_a_pattern_that_spells_such_a_folder_out_asks_for_it() -> None:
    asking = Collection(
        "prompt_template", ".", ("**/*.prompty", "node_modules/@me/*/**/*.prompty"), "prompty"
    )

    assert asking.matches("node_modules/@me/greetings/a.prompty")
    assert not asking.matches("node_modules/other/a.prompty")
    assert not asking.matches("node_modules/@me/greetings/__pycache__/a.prompty")


def test_what_is_asked_for_can_be_excluded() -> None:
    asking = Collection("p", ".", ("node_modules/**/*.prompty",), "prompty", exclude=("**/test/**",))

    assert not asking.matches("node_modules/test/a.prompty")


def test_a_collection_in_such_a_folder_has_its_documents() -> None:
    assert Collection("p", "node_modules/me", ("*.prompty",), "prompty").matches("node_modules/me/a.prompty")


def test_the_names_that_a_pattern_spells_out_have_no_wildcard() -> None:
    assert list_fixed_names("{shop,bar}/**/v?/*.json") == {"shop", "bar"}


@pytest.mark.parametrize(
    ("glob", "part"),
    [
        (".team/**/*.json", ".team"),
        ("**/#*/*.json", "#*"),
        ("a/v1.tmp/*.json", "v1.tmp"),
        ("{a,.b}/*.json", ".b"),
        ("**/*.json", None),
        ("**/*.json/x.json", None),
    ],
)
def test_a_pattern_with_a_hidden_part_matches_nothing_that_is_read(glob: str, part: str | None) -> None:
    assert find_never_read(glob) == part
