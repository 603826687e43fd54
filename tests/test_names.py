"""Names: which paths are documents, what they are called, what is safe to show."""

import random
import re
import tracemalloc
from itertools import count
from pathlib import Path

import pytest

import docsync
from docsync import names
from docsync.names import Collection, covers, is_within

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json", exclude=("drafts/**",))


@pytest.mark.parametrize(
    ("path", "is_document"),
    [
        ("personas/ada.json", True),
        ("personas/team/ada.json", True),
        ("personas/ada.yaml", False),
        ("personas/.hidden.json", False),
        ("personas/.git/ada.json", False),
        ("personas/#ada.json", False),
        ("personas/~ada.json", False),
        ("personas/ada.json~", False),
        ("personas/ada.JSON", False),
        ("personas/drafts/ada.json", False),
        ("personas/team/drafts/ada.json", True),
        ("personas.json", False),
        ("personas", False),
    ],
)
def test_a_document_is_told_by_its_name(path: str, is_document: bool) -> None:
    assert PERSONAS.matches(path) is is_document


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("aeg", ["age"]),
        ("age_group", ["ageGroup"]),
        ("Release", ["release"]),
        ("releese", ["release"]),
        ("delete", []),
        ("zzz", []),
        ("", []),
        ("age", ["age"]),
    ],
)
def test_a_slip_is_close_to_what_was_meant_and_another_word_is_not(word: str, meant: list[str]) -> None:
    assert names.find_closest(word, ["age", "ageGroup", "release"], 1) == meant


def test_of_many_the_most_similar_come_first() -> None:
    known = [f"name{number}" for number in range(9)] + ["names", "name"]

    assert names.find_closest("name", known) == ["name", "names", "name8"]
    assert names.find_closest("name", iter(known), 1) == ["name"]


def test_what_may_be_meant_is_guessed_in_one_place() -> None:
    package = Path(docsync.__file__).parent

    guesses = ("get_close_matches", "SequenceMatcher")
    assert [
        path.name
        for path in package.rglob("*.py")
        if any(guess in path.read_text("utf-8") for guess in guesses)
    ] == ["closest.py"]


@pytest.mark.parametrize(
    ("glob", "path", "found"),
    [
        ("**/*.json", "a.json", True),
        ("**/*.json", "a/b/c.json", True),
        ("*.json", "a/b.json", False),
        ("a/**/b.json", "a/b.json", True),
        ("a/**/b.json", "a/x/y/b.json", True),
        ("a?.json", "ab.json", True),
        ("a?.json", "a/.json", False),
        ("[x].json", "[x].json", True),
        ("[x].json", "x.json", False),
        ("a/**", "a/b/c", True),
        ("*.json", "a.json\n", False),
    ],
)
def test_stars_never_cross_a_folder_unless_doubled(glob: str, path: str, found: bool) -> None:
    assert bool(names.compile_glob(glob).match(path)) is found


def _plainly(glob: str) -> re.Pattern[str]:
    """The same glob, each wildcard by itself and every way tried."""
    wildcards = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", glob)
    return re.compile(
        "".join(wildcards.get(token) or re.escape(token) for token in tokens) + r"\Z", re.DOTALL
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_glob_finds_what_it_finds_when_every_way_is_tried(seed: int) -> None:
    generator = random.Random(seed)
    for _ in range(400):
        glob = "".join(
            generator.choice(("**/", "**", "*", "?", "a", "b", "/", "a/"))
            for _ in range(generator.randrange(1, 7))
        )
        for _ in range(20):
            path = re.sub("/+", "/", "".join(generator.choice("aabb/") for _ in range(9))).strip("/")
            assert bool(names.compile_glob(glob).match(path)) is bool(_plainly(glob).match(path)), (
                seed,
                glob,
                path,
            )


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("**/*a*a*a*a*a*b", "a" * 240),
        ("**/" * 12 + "q.json", "ab/" * 60 + "a"),
        ("**/a/**/a/**/a/**/a/**/b/*", "a/" * 100 + "x"),
        ("**/" + "?*" * 8 + "z.json", "y" * 240),
        ("**a" * 8 + "b", "a" * 240),
    ],
)
def test_a_glob_of_many_stars_takes_no_power_of_the_path(glob: str, path: str) -> None:
    """With every way tried each of them takes minutes and more: longer than a test may."""
    assert not names.compile_glob(glob).match(path)


def test_an_id_is_the_type_and_the_path_without_its_final_suffix() -> None:
    assert PERSONAS.document_id("personas/team/ana.json") == "persona/team/ana"
    assert PERSONAS.document_id("personas/ana.agent.json") == "persona/ana.agent"


def test_a_collection_may_be_the_whole_project() -> None:
    everything = Collection("note", ".", ("**/*.json",), "json")
    assert everything.matches("a/b.json")
    assert everything.document_id("a/b.json") == "note/a/b"


@pytest.mark.parametrize(
    ("glob", "suffix"),
    [
        ("**/*.json", ".json"),
        ("*.agent.json", ".json"),
        ("**/*", None),
        ("**/*.js*", None),
        ("**/.json", None),
    ],
)
def test_the_suffix_of_a_pattern_is_fixed_or_none(glob: str, suffix: str | None) -> None:
    assert names.suffix_of(glob) == suffix


def test_the_outermost_scopes_cover_the_rest() -> None:
    assert names.drop_covered(["a/b", "a", "a-b", "a/b/c", "c", "a"]) == ["a", "a-b", "c"]
    assert names.drop_covered(["a", "", "b"]) == [""]


@pytest.mark.parametrize("scope", ["", "a", "a/b"])
def test_a_scope_covers_itself_and_what_is_beneath(scope: str) -> None:
    assert names.covers(scope, "a/b")


def test_long_names_are_not_compared_and_of_others_only_so_many() -> None:
    word = "ab" * 50
    endless = (f"{word[:-1]}{number % 10}" for number in count())

    assert names.find_closest(word, endless, 1) == [f"{word[:-1]}9"]
    assert names.find_closest("a" * 101, ["a" * 100]) == []
    assert names.find_closest("a" * 100, ["a" * 101, "a" * 99]) == ["a" * 99]


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("a\u034fb", "a\\u034fb"),
        ("\U000e0100", "\\U000e0100"),
        ("\U000e0041", "\\U000e0041"),
        ("\U0001d173", "\\U0001d173"),
        ("\U0001bca0", "\\U0001bca0"),
        ("\u2065", "\\u2065"),
        ("a\ufe0f", "a\\ufe0f"),
        ("❤\ufe0f\ufe0e", "❤\ufe0f\\ufe0e"),
    ],
)
def test_what_nobody_can_see_is_shown_as_an_escape(hidden: str, shown: str) -> None:
    assert names.to_visible(hidden) == shown
    assert names.from_visible(shown) == hidden


@pytest.mark.parametrize("text", ["❤\ufe0f", "1\ufe0f\u20e3", "⚠\ufe0e", "日本\u3000語", "é"])
def test_what_chooses_how_the_sign_before_it_looks_stays(text: str) -> None:
    assert names.to_visible(text) == text


def test_a_scope_covers_no_neighbour_with_the_same_beginning() -> None:
    assert not names.covers("a", "ab/c")


def test_names_that_could_harm_a_terminal_are_escaped() -> None:
    assert names.to_printable("a\x1b[31m\n\udcff\u202e.json") == "a\\x1b[31m\\x0a\\xff\\u202e.json"
    assert names.to_printable("Zoë 🦊.json") == "Zoë 🦊.json"
    assert names.is_presentable("Zoë 🦊\u00a0.json")
    assert not names.is_presentable("a\x1b.json")


def test_a_long_text_of_control_characters_is_escaped_in_one_piece() -> None:
    text = "\x01é" * 500_000

    tracemalloc.start()
    try:
        shown = names.to_printable(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert shown == "\\x01é" * 500_000
    assert peak < 12 * 1024 * 1024  # 37 MiB in pieces


def test_the_folders_above_a_path_end_at_the_project_root() -> None:
    assert names.ancestors("a/b/c.json") == ["a/b", "a", ""]


def test_a_path_is_within_scopes_that_cover_it() -> None:
    scopes = {"a", "b/c.json", "d/e"}
    for path in ("a", "a/x", "b", "b/c.json", "b/c.json/x", "b/c.jsonx", "d", "d/e/f/g", "d/ef", "", "aa"):
        assert is_within(scopes, path) == any(covers(scope, path) for scope in scopes)
        assert is_within({""}, path)
        assert not is_within(set(), path)
