"""The strict YAML reader: values, limits and places."""

import pytest
import yaml

from docsync.formats import yaml_reader
from docsync.formats.limits import LIMITS
from docsync.formats.source import FileRefused, SourceText
from docsync.formats.yaml_node import YamlValue
from docsync.formats.yaml_reader import read_yaml
from docsync.model import Problem


def read(text: str) -> YamlValue:
    return read_yaml(SourceText("a.yaml", text), 0, len(text))


def refused(text: str) -> Problem:
    with pytest.raises(FileRefused) as caught:
        read(text)
    return caught.value.problems[0]


def place(text: str) -> tuple[str, int | None, int | None]:
    problem = refused(text)
    return problem.code, problem.line, problem.column


def test_ordinary_yaml_reads_as_pyyaml_does() -> None:
    text = "a: 1\nb: [x, 1.5, true, null, ~, 0x1f, -3]\nc:\n  d: |\n    two\n    lines\n"
    text += "  e: >\n    fol\n    ded\n'f': \"g\\n\"\n"

    assert read(text).value == yaml.safe_load(text)
    assert read(text).problems == ()


def test_nothing_but_comments_is_absent_and_null_is_not() -> None:
    assert read("# only this\n").is_absent
    assert not read("null\n").is_absent


def test_dates_stay_text() -> None:
    assert read(
        "a: 2024-05-01\nb: 2024-13-45\nc: 2024-05-01T10:00:00Z\nd: !!timestamp 2024-05-01\n"
    ).value == {
        "a": "2024-05-01",
        "b": "2024-13-45",
        "c": "2024-05-01T10:00:00Z",
        "d": "2024-05-01",
    }


def test_aliases_give_the_same_value_and_may_be_keys() -> None:
    assert read("a: &x [1, {b: 2}]\nc: *x\nd: &k word\n*k : 3\n&l e: *l\n").value == {
        "a": [1, {"b": 2}],
        "c": [1, {"b": 2}],
        "d": "word",
        "word": 3,
        "e": "e",
    }


def test_an_anchor_may_be_given_again() -> None:
    assert read("a: &x 1\nb: &x 2\nc: *x\n").value == {"a": 1, "b": 2, "c": 2}


@pytest.mark.parametrize(
    "text",
    [
        "base: &b {x: 1, y: 2}\nown: {<<: *b, y: 3, z: 4}\n",
        "one: &1 {x: 1, y: 1}\ntwo: &2 {x: 2, z: 2}\nown: {<<: [*1, *2], q: 0}\n",
        "own:\n  y: 3\n  <<: {x: 1, y: 2}\n",
        "own: {<<: {a: 1}, <<: {b: 2}}\n",
        'own: {"<<": 1}\n',
    ],
)
def test_merge_keys_read_as_pyyaml_does(text: str) -> None:
    assert read(text).value == yaml.safe_load(text)


def test_a_merge_key_takes_only_mappings() -> None:
    assert place("a:\n  <<: word\n") == ("yaml-value", 2, 3)
    assert place("a:\n  <<: [{b: 1}, 2]\n") == ("yaml-value", 2, 3)


def test_duplicate_keys_are_warned_of_with_both_places() -> None:
    found = read("a: 1\nb: {c: 1, c: 2}\na: 3\n")

    assert found.value == {"a": 3, "b": {"c": 2}}
    assert [(p.code, p.line, p.column, p.notes[0].line, p.notes[0].column) for p in found.problems] == [
        ("duplicate-key", 2, 11, 2, 5),
        ("duplicate-key", 3, 1, 1, 1),
    ]


@pytest.mark.parametrize(
    ("key", "kept"), [("1", "1"), ("true", "true"), ("~", "~"), ("1.50", "1.50"), ("no", "no")]
)
def test_keys_that_are_not_text_are_kept_as_written(key: str, kept: str) -> None:
    found = read(f"{key}: a\n")

    assert found.value == {kept: "a"}
    assert [problem.code for problem in found.problems] == ["yaml-key"]


def test_an_empty_key_is_kept_as_empty_text() -> None:
    assert read("? \n: a\n").value == {"": "a"}


@pytest.mark.parametrize("text", ["a: {{ b }}\n", "? [a]\n: b\n", "a: &x [1]\n*x : 2\n", "{[a]: b}\n"])
def test_a_key_that_is_no_scalar_is_refused(text: str) -> None:
    assert refused(text).code == "yaml-key"


def test_a_braced_value_is_told_to_be_quoted() -> None:
    assert "{{ ... }}" in (refused("a: {{ b }}\n").hint or "")
    assert "plain text" in (refused("? [a]\n: b\n").hint or "")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a: !secret b", 4),
        ("a: !!binary aGk=", 4),
        ("a: !!set {b}", 4),
        ("a: !!omap [b: 1]", 4),
        ("a: !!python/object/apply:os.system [ls]", 4),
        ("a: !!map [b]", 4),
        ("!!seq b: c", 1),
    ],
)
def test_tags_without_a_json_form_are_refused(text: str, column: int) -> None:
    assert place(text) == ("yaml-tag", 1, column)


def test_tags_with_a_json_form_are_taken() -> None:
    assert read("a: !!str 1\nb: !!int '2'\nc: !!seq [1]\nd: !!map {e: f}\ng: ! 5\n").value == {
        "a": "1",
        "b": 2,
        "c": [1],
        "d": {"e": "f"},
        "g": 5,
    }


def test_all_errors_of_a_file_are_told_with_their_paths() -> None:
    with pytest.raises(FileRefused) as caught:
        read("country: no\na:\n  b: [1, .nan]\nc: !x y\nd: !!int z\n")

    assert [(problem.code, problem.json_path) for problem in caught.value.problems] == [
        ("yaml-number", "a.b[1]"),
        ("yaml-tag", "c"),
        ("yaml-value", "d"),
        ("yaml-bool", "country"),
    ]


def test_an_alias_to_what_holds_it_is_refused() -> None:
    problem = refused("a: &a\n  b: [*a]\n")

    assert (problem.code, problem.line, problem.column) == ("yaml-recursive", 1, 4)
    assert [(note.line, note.column) for note in problem.notes] == [(2, 7)]


def test_an_unknown_alias_is_refused() -> None:
    assert place("a: *nope\n") == ("yaml-syntax", 1, 4)


def test_a_second_document_is_refused() -> None:
    assert place("a: 1\n---\nb: 2\n") == ("yaml-syntax", 2, 1)


def test_nesting_is_taken_up_to_the_limit() -> None:
    fits = LIMITS.max_depth - 1

    assert read("a: " + "[" * fits + "]" * fits).value
    assert place("a: " + "[" * (fits + 1) + "]" * (fits + 1)) == ("too-deep", 1, 4 + fits)
    assert place("[" * 60_000) == ("too-deep", 1, 1 + LIMITS.max_depth)
    assert place("a: " + "{a: " * 60_000) == ("too-deep", 1, 4 + 4 * fits)
    assert place("- " * 60_000) == ("too-deep", 1, 1 + 2 * LIMITS.max_depth)


def test_nesting_through_aliases_counts() -> None:
    chain = "k0: &a0 [1]\n" + "".join(f"k{i}: &a{i} [*a{i - 1}]\n" for i in range(1, LIMITS.max_depth + 1))

    assert refused(chain).code == "too-deep"


def test_merging_mappings_does_not_nest_them() -> None:
    chain = "k0: &a0 {x: 1}\n" + "".join(f"k{i}: &a{i} {{<<: *a{i - 1}}}\n" for i in range(1, 150))

    assert read(chain).problems == ()


def test_the_number_of_events_is_limited() -> None:
    assert read("- a\n" * (LIMITS.yaml_events // 2)).problems == ()
    assert refused("- a\n" * (LIMITS.yaml_events + 1)).code == "too-large"


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n"
            for old, new in zip("abcdef", "bcdefg", strict=True)
        ),
        "k0: &a0 {y: 1}\n" + "".join(f"k{i}: &a{i} {{<<: *a{i - 1}, x{i}: 1}}\n" for i in range(1, 300)),
        'a: &a "' + "x" * 30_000 + '"\nb: [' + "*a," * 9000 + "]",
        "a: &a\n  ? " + "x" * 30_000 + "\n  : 1\nb: [" + "*a," * 9000 + "]",
    ],
    ids=["laughs", "merges", "a long text", "a long key"],
)
def test_what_aliases_expand_to_is_limited(text: str) -> None:
    problem = refused(text)

    assert (problem.code, problem.line) == ("too-large", 1)
    assert problem.notes


def test_tag_directives_are_limited() -> None:
    assert refused("%TAG !a! tag:x,\n" * 200 + "--- a\n").code == "too-large"


def test_an_escaped_nul_is_refused_where_it_is() -> None:
    assert place('a: "x\\\\y\\0"') == ("nul", 1, 9)
    assert place('a: "\\x00"') == ("nul", 1, 5)
    assert place('a: "\\u0000"') == ("nul", 1, 5)


def test_half_a_surrogate_pair_is_refused_by_both_loaders(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused('a: "\\ud83d"').code == "yaml-syntax"
    monkeypatch.setattr(yaml_reader, "_Loader", yaml.SafeLoader)
    assert refused('a: "\\ud83d"').code == "yaml-syntax"


def test_thousands_of_problems_are_counted_and_not_built() -> None:
    many = 3000
    found = read("a:\n" + "  - no\n" * many)

    assert len(found.problems) == many
    assert found.problems[0].json_path == "a[0]"
    assert len({id(problem) for problem in found.problems}) < 100


def test_thousands_of_duplicates_and_odd_keys_are_counted_too() -> None:
    assert len(read("a: 1\n" * 1000).problems) == 999
    assert len(read("".join(f"{i}: 1\n" for i in range(1000))).problems) == 1000


def test_places_count_from_the_start_of_the_file_and_in_characters() -> None:
    text = "---\r\nä: 1\rb: ['é', .nan]\n"

    with pytest.raises(FileRefused) as caught:
        read_yaml(SourceText("a", text), 5, len(text))

    assert [(p.line, p.column) for p in caught.value.problems] == [(3, 10)]
