"""Alternatives in patterns: `{one,other}`, as shells know them."""

import pytest

from docsync.names import Collection, compile_any, expand_braces, suffix_of


@pytest.mark.parametrize(
    ("glob", "plain"),
    [
        ("**/*.json", ("**/*.json",)),
        ("{a,b}/**/*.json", ("a/**/*.json", "b/**/*.json")),
        ("*.{prompty,md}", ("*.prompty", "*.md")),
        ("a/{b,c/{d,e}}.x", ("a/b.x", "a/c/d.x", "a/c/e.x")),
        ("{a,b}{,1}.x", ("a.x", "a1.x", "b.x", "b1.x")),
        ("{a,a}.x", ("a.x",)),
        ("{one}.x", ("{one}.x",)),
        ("{a.x", ("{a.x",)),
        ("a}.x", ("a}.x",)),
        ("{a{b,c}.x", ("{ab.x", "{ac.x")),
    ],
)
def test_a_pattern_with_alternatives_stands_for_several(glob: str, plain: tuple[str, ...]) -> None:
    assert expand_braces(glob) == plain


def test_a_path_matches_a_pattern_if_it_matches_one_of_its_alternatives() -> None:
    matches = compile_any(("{team,solo}/**/*.json",)).match

    assert matches("team/a.json")
    assert matches("solo/x/a.json")
    assert not matches("other/a.json")
    assert not matches("{team,solo}/a.json")


def test_a_suffix_is_one_only_if_all_alternatives_end_in_it() -> None:
    assert suffix_of("{a,b}/*.json") == ".json"
    assert suffix_of("*.{json,json}") == ".json"
    assert suffix_of("*.{json,yaml}") is None


def test_an_exclusion_may_have_alternatives_too() -> None:
    kept = Collection("persona", "personas", ("**/*.json",), "json", exclude=("{drafts,old}/**",))

    assert kept.matches("personas/a.json")
    assert not kept.matches("personas/drafts/a.json")
    assert not kept.matches("personas/old/b/a.json")
