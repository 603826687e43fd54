"""JSON files as documents: what is taken, and exactly."""

import json
from pathlib import Path

import pytest

from docsync.formats import parse
from docsync.formats.limits import LIMITS
from docsync.model import Content, ParsedFile, Severity

EDGES = Path(__file__).parents[1] / "edges"
EXPECTED = json.loads((EDGES / "expected.json").read_text(encoding="utf-8"))
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def read(text: str) -> ParsedFile:
    return parse("json", "personas/ada.json", text.encode())


def content(text: str) -> Content:
    parsed = read(text)
    assert parsed.content, parsed.problems
    return parsed.content


@pytest.mark.parametrize(
    "name", [name for name, edge in EXPECTED.items() if name.startswith("json/") and edge["ok"]]
)
def test_good_edges_are_taken_with_their_warnings(name: str) -> None:
    edge = EXPECTED[name]

    parsed = parse("json", name, (EDGES / name).read_bytes())

    assert parsed.content
    assert (parsed.content.name, parsed.content.name_from) == (edge["name"], edge["name_from"])
    assert [[p.code, p.line, p.column, p.message] for p in parsed.problems] == edge["warnings"]
    assert all(problem.severity is Severity.WARNING for problem in parsed.problems)


@pytest.mark.parametrize(
    "name", [name for name, edge in EXPECTED.items() if name.startswith("json/") and not edge["ok"]]
)
def test_bad_edges_are_refused_at_their_place(name: str) -> None:
    edge = EXPECTED[name]

    parsed = parse("json", name, (EDGES / name).read_bytes())

    assert parsed.content is None
    assert [(p.code, p.line, p.column) for p in parsed.problems] == [
        (edge["code"], edge["line"], edge["column"])
    ]


def test_every_edge_file_is_expected_and_there() -> None:
    assert sorted(path.relative_to(EDGES).as_posix() for path in EDGES.glob("json/*")) == sorted(
        name for name in EXPECTED if name.startswith("json/")
    )


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_every_persona_of_the_corpus_is_taken_as_written() -> None:
    paths = sorted(CORPUS.glob("*/personas*/**/*.json"))
    assert len(paths) >= 189
    for path in paths:
        parsed = parse("json", path.name, path.read_bytes())
        assert parsed.content, f"{path}: {parsed.problems}"
        written = json.loads(path.read_text(encoding="utf-8-sig"))
        assert json.loads(parsed.content.document) == written
        assert (parsed.content.name_from == "file stem") is (written.get("type") == "Fragment")


def test_a_persona_is_its_object_as_written() -> None:
    found = content('{\n  "tags": ["a"],\n  "name": "Ada",\n  "needs": {"b": 1.50, "a": "caf\\u00e9"}\n}\n')

    assert found == Content(
        "Ada", "name", '{"tags":["a"],"name":"Ada","needs":{"b":1.5,"a":"café"}}', "a\nAda\ncafé", None, ("a",)
    )  # fmt: skip


@pytest.mark.parametrize(
    "escape", ["\\u003a", "\\u003A", "\\ud83d\\ude00", "\\\\u0000", "\\\\ud83d", "\\\\\\\\u0000", "::"]
)
def test_escapes_that_only_look_odd_are_taken_without_a_word(escape: str) -> None:
    text = f'{{"name":"Ada","x":"{escape}","y:":"a:b"}}'

    parsed = read(text)

    assert parsed.problems == ()
    assert parsed.content
    assert json.loads(parsed.content.document) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "document", "places"),
    [
        ('{"a":1,"a":2}', '{"a":2}', [(1, 8)]),
        ('{"a":1,"\\u0061":2}', '{"a":2}', [(1, 8)]),
        ('{"a":1,\n"b":{"a":1},\n"a":2,"a":3}', '{"a":3,"b":{"a":1}}', [(3, 1), (3, 7)]),
        ('{"a":[{"b":1},{"b":2}],"x":{"c":"}","c":"{"}}', '{"a":[{"b":1},{"b":2}],"x":{"c":"{"}}', [(1, 37)]),
        ('{"a":1,"a":"\\u003a"}', '{"a":":"}', [(1, 8)]),
        ('{"x":{"a":{}, "a" : []}}', '{"x":{"a":[]}}', [(1, 15)]),
        ('{"x":{"a": "b:c", "a": {"d":{"e":1},"d":2}}}', '{"x":{"a":{"d":2}}}', [(1, 19), (1, 37)]),
    ],
)
def test_of_equal_keys_the_last_wins_and_both_places_are_named(
    text: str, document: str, places: list[tuple[int, int]]
) -> None:
    parsed = read(text)

    assert [(p.line, p.column) for p in parsed.problems] == places
    assert {p.code for p in parsed.problems} == {"duplicate-key"}
    assert parsed.content
    assert parsed.content.document == document


def test_a_duplicate_names_the_value_it_replaces() -> None:
    problem = read('{"a":1,\n"a":2}').problems[0]

    assert problem.message == "duplicate key 'a'; this value replaces the one at 1:2"
    assert [(note.line, note.column) for note in problem.notes] == [(1, 2)]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**100, 2**64])
def test_an_integer_beyond_64_bits_is_exact_and_warned_about(number: int) -> None:
    parsed = read(f'{{"a": {number}}}')

    assert [(p.code, p.line, p.column) for p in parsed.problems] == [("big-int", 1, 7)]
    assert parsed.content
    assert parsed.content.document == f'{{"a":{number}}}'


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 10**18, -(10**18)])
def test_an_integer_of_64_bits_is_ordinary(number: int) -> None:
    parsed = read(f'{{"a":{number},"b":"12345678901234567890123"}}')

    assert parsed.problems == ()
    assert parsed.content
    assert str(number) in parsed.content.document


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e999", "-1E+999", "1" * 5000, "1" * 400 + ".5", "-" + "9" * 4301],
)
def test_a_number_that_json_cannot_write_is_refused_at_its_place(number: str) -> None:
    parsed = read(f'{{"a":"NaN 1e999","b":[1,-2,1e-9,\n {number}]}}')

    assert parsed.content is None
    assert [(p.code, p.line, p.column) for p in parsed.problems] == [("json-number", 2, 2)]


def test_large_numbers_beside_something_odd_are_kept() -> None:
    parsed = read('{"a":1e200,"b":-1.5E-300,"a":2e300}')

    assert [p.code for p in parsed.problems] == ["duplicate-key"]
    assert parsed.content
    assert json.loads(parsed.content.document) == {"a": 2e300, "b": -1.5e-300}


def test_tiny_numbers_and_long_decimals_are_ordinary() -> None:
    assert read('{"a":[1e-999,0.12345678901234567890123,1e100,-0.0]}').problems == ()


def test_a_bad_number_is_found_behind_any_number_of_warnings() -> None:
    parsed = read('{"a":[' + "12345678901234567890," * 2000 + "NaN]}")

    assert [p.code for p in parsed.problems] == ["json-number"]


@pytest.mark.parametrize(
    ("text", "document", "columns"),
    [
        ('{"a":"\\ud83d"}', '{"a":"\ufffd"}', [7]),
        ('{"a":"\\ude00\\ud83d"}', '{"a":"\ufffd\ufffd"}', [7, 13]),
        ('{"a":"\\ud83d\\ud83d\\ude00"}', '{"a":"\ufffd\U0001f600"}', [7]),
        ('{"\\uD83D":"\\\\ud83d"}', '{"\ufffd":"\\\\ud83d"}', [3]),
    ],
)
def test_half_a_surrogate_pair_is_replaced_and_warned_about(
    text: str, document: str, columns: list[int]
) -> None:
    parsed = read(text)

    assert [(p.code, p.column) for p in parsed.problems] == [("surrogate", column) for column in columns]
    assert parsed.content
    assert parsed.content.document == document


@pytest.mark.parametrize("text", ['{"a":"x\\u0000"}', '{"a":1,"a":"\\\\\\u0000"}', '{"\\u0000":1}'])
def test_an_escaped_nul_is_refused_at_its_place(text: str) -> None:
    problem = read(text).problems[0]

    assert (problem.code, problem.column) == ("nul", text.index("\\u0000") + 1)


def test_warnings_come_in_the_order_of_the_file() -> None:
    parsed = read('{"a":99999999999999999999,"b":"\\ud800","a":1,"c":88888888888888888888}')

    assert [p.code for p in parsed.problems] == ["big-int", "surrogate", "duplicate-key", "big-int"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[1]", "an array"),
        ('"x"', "a text"),
        ("1", "a number"),
        ("1.5", "a number"),
        ("true", "true or false"),
        ("null", "null"),
    ],
)
def test_only_an_object_is_a_document(text: str, kind: str) -> None:
    problem = read("\n " + text).problems[0]

    assert problem == problem.__class__(
        "personas/ada.json",
        "json-not-object",
        f"the file must hold one JSON object, got {kind}",
        line=2,
        column=2,
    )


@pytest.mark.parametrize("opening", ['{"a":', "["])
def test_nesting_is_taken_up_to_the_limit_and_refused_beyond(opening: str) -> None:
    closing = "}" if opening.startswith("{") else "]"

    def nested(levels: int) -> str:
        return '{"a":' + opening * (levels - 1) + "1" + closing * (levels - 1) + "}"

    assert read(nested(LIMITS.max_depth)).problems == ()
    for levels in (LIMITS.max_depth + 1, 500, 100_000):
        assert [p.code for p in read(nested(levels)).problems] == ["too-deep"]


def test_unclosed_nesting_is_too_deep_before_it_is_truncated() -> None:
    assert [p.code for p in read("[" * 500_000).problems] == ["too-deep"]


def test_the_same_bytes_give_the_same_content() -> None:
    text = '{"b":{"y":1,"x":[2,3.25]},"a":"é","name":"A"}'

    assert content(text) == content(text)
    assert content(content(text).document).document == content(text).document
