"""Prompty files as documents: what is taken, what is refused and where."""

import json
import random
import sys
from pathlib import Path
from threading import Thread

import pytest

from docsync.formats import get_format, parse
from docsync.model import Content, ParsedFile, Reference, Severity

EDGES = Path(__file__).parents[1] / "edges"
EXPECTED = {
    name: edge
    for name, edge in json.loads((EDGES / "expected.json").read_text(encoding="utf-8")).items()
    if name.startswith("prompty/")
}
GOOD = [name for name, edge in EXPECTED.items() if edge["ok"]]
BAD = [name for name, edge in EXPECTED.items() if not edge["ok"]]
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
KEYS = [
    "name", "description", "version", "authors", "tags", "dialect", "model", "inputs", "outputs", "tools", "template",
    "metadata", "frontmatter", "body", "instructions", "body_line", "messages", "variables", "references",
]  # fmt: skip
FULL = """---
name: Greeter
description: says hi
version: 2
authors: [ada, bob]
tags: [x, y]
base: other.prompty
model:
  api: chat
  configuration:
    type: azure_openai
    azure_deployment: gpt-4o
    api_key: ${env:KEY:none}
  parameters: {max_tokens: 5}
inputs:
  who: Jane
sample: ${file:sample.json}
---
system:
You are {{kind}}.

user:
Hi {{who}}
"""


def read(text: str) -> ParsedFile:
    return parse("prompty", "prompts/team/greet.prompty", text.encode())


def content(text: str) -> Content:
    parsed = read(text)
    assert parsed.content, parsed.problems
    return parsed.content


def edge_expectation(name: str) -> dict[str, object]:
    edge = dict(EXPECTED[name])
    if name == "prompty/mustache.prompty":
        # A section's name is wanted from outside as well.
        edge["variables"] = ["items", "name"]
    if name == "prompty/role-edges.prompty":
        # A comma inside quotes belongs to the value.
        edge["messages"] = json.loads(
            json.dumps(edge["messages"]).replace('"name": "Ann"', '"name": "Ann, B"')
        )
    if name == "prompty/warn.prompty":
        # The sign that is wrong, and not the line that it is in.
        edge["warnings"] = json.loads(
            json.dumps(edge["warnings"]).replace('["template-syntax", 16, 1', '["template-syntax", 16, 9')
        )
    if name == "prompty/four-dashes.prompty":
        # Text, as expected, and nobody who wrote it meant it so.
        lost = "this looks like front matter, but no line of exactly '---' opens it; all of it is taken for the body"
        edge["warnings"] = [["fm-lost", 1, 1, lost]]
    return edge


@pytest.mark.parametrize("name", GOOD)
def test_good_edges_are_taken_with_their_warnings(name: str) -> None:
    edge = edge_expectation(name)

    parsed = parse("prompty", name, (EDGES / name).read_bytes())

    assert parsed.content
    document = json.loads(parsed.content.document)
    same = ("name", "dialect", "frontmatter", "body", "body_line", "messages", "variables")
    assert {key: document[key] for key in same} == {key: edge[key] for key in same}
    assert document["references"] == {"env": edge["env"], "files": edge["files"], "other": edge["other_refs"]}
    assert [[p.code, p.line, p.column, p.message] for p in parsed.problems] == edge["warnings"]
    assert all(problem.severity is Severity.WARNING for problem in parsed.problems)


@pytest.mark.parametrize("name", BAD)
def test_bad_edges_are_refused_at_their_place(name: str) -> None:
    edge = EXPECTED[name]

    parsed = parse("prompty", name, (EDGES / name).read_bytes())

    assert parsed.content is None
    assert [(p.code, p.line, p.column) for p in parsed.problems] == [
        (edge["code"], edge["line"], edge["column"])
    ]
    assert (parsed.problems[0].message, parsed.problems[0].hint) == (edge["message"], edge["hint"])


def test_every_edge_file_is_expected_and_there() -> None:
    assert sorted(path.relative_to(EDGES).as_posix() for path in EDGES.glob("prompty/*")) == sorted(EXPECTED)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_every_prompt_of_the_corpus_is_taken() -> None:
    paths = sorted(CORPUS.glob("**/*.prompty"))
    assert len(paths) >= 275
    parsed = {path: parse("prompty", path.name, path.read_bytes()) for path in paths}

    assert [path for path, found in parsed.items() if found.content is None] == []
    assert {problem.code for found in parsed.values() for problem in found.problems} == {"role-marker"}


def test_the_document_has_its_keys_in_order() -> None:
    document = json.loads(content(FULL).document)

    assert list(document) == KEYS
    assert list(json.loads(content("hi").document)) == KEYS
    assert document["version"] == "2"
    assert document["authors"] == ["ada", "bob"]
    assert document["model"]["id"] == "gpt-4o"
    assert document["frontmatter"]["model"]["configuration"]["api_key"] == "${env:KEY:none}"
    assert document["inputs"] == [{"name": "who", "kind": "string", "default": "Jane"}]
    assert document["variables"] == ["kind", "who"]
    assert [(message["role"], message["line"]) for message in document["messages"]] == [
        ("system", 19),
        ("user", 22),
    ]


def test_the_content_beside_the_document() -> None:
    found = content(FULL)

    assert (found.name, found.name_from, found.description, found.tags) == (
        "Greeter",
        "name",
        "says hi",
        ("x", "y"),
    )
    assert found.text.startswith("system:\nYou are")
    assert found.references == (
        Reference("env", "KEY", "model.configuration.api_key"),
        Reference("file", "sample.json", "sample"),
        Reference("base", "other.prompty", "base"),
    )


def test_no_environment_value_enters_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(FULL)
    monkeypatch.setenv("KEY", "hush")

    assert content(FULL) == before
    assert "hush" not in before.document


def test_values_in_metadata_stand_in_for_those_at_the_top() -> None:
    document = json.loads(content("---\nmetadata: {authors: [ada], tags: [x], version: '1'}\n---\n").document)

    assert (document["authors"], document["tags"], document["version"]) == (["ada"], ["x"], "1")
    assert document["metadata"] == {"authors": ["ada"], "tags": ["x"], "version": "1"}


@pytest.mark.parametrize(
    ("front", "name", "name_from"),
    [
        ("name: A", "A", "name"),
        ("name: 7", "7", "name"),
        ("name: ' '", "greet", "file stem"),
        ("name:", "greet", "file stem"),
        ("name: true", "greet", "file stem"),
        ("name: [a]", "greet", "file stem"),
        ("title: A", "greet", "file stem"),
    ],
)
def test_a_name_is_text_or_a_number_else_the_file_names_the_prompt(
    front: str, name: str, name_from: str
) -> None:
    found = content(f"---\n{front}\n---\n")

    assert (found.name, found.name_from) == (name, name_from)


def test_a_broken_template_is_a_warning_on_its_line_of_the_file() -> None:
    parsed = read("---\na: 1\n---\nhi\r\n{% if x %}\r\n{{ y \r\n")

    assert parsed.content
    assert [(p.code, p.severity, p.line) for p in parsed.problems] == [
        ("template-syntax", Severity.WARNING, 6)
    ]
    assert json.loads(parsed.content.document)["variables"] is None


def test_more_role_markers_than_the_limit_are_a_warning() -> None:
    parsed = read("user:\nhi\n" * 2001)

    assert parsed.content
    assert [(p.code, p.line) for p in parsed.problems] == [("role-marker", 4001)]
    assert len(json.loads(parsed.content.document)["messages"]) == 2000


def test_what_a_file_says_does_not_depend_on_how_deep_its_reader_stands() -> None:
    deep = (
        "".join("{% for a in b %}" + "(" * n for n in (0,) * 60) + "{{ " + "[" * 30 + "x" + "]" * 30 + " }}"
    )
    texts = [
        deep + "{% endfor %}" * 60,
        "{{ " + "(" * 25 + "x" + ")" * 25 + " }}",
        "{{ " + "not " * 150 + "x }}",
    ]

    def below(frames: int, text: str) -> ParsedFile:
        return below(frames - 1, text) if frames else read(text)

    for text in texts:
        assert below(0, text) == below(120, text)


def test_threads_read_the_same() -> None:
    seen: list[ParsedFile] = []
    threads = [Thread(target=lambda: seen.append(read(FULL))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [read(FULL)] * 4


def test_a_truncated_file_may_parse() -> None:
    assert get_format("prompty").proves_complete is False


def test_the_order_of_a_set_never_shows() -> None:
    seed = random.SystemRandom().randrange(2**32)
    names = [f"v{number}" for number in range(50)]
    random.Random(seed).shuffle(names)
    text = " ".join("{{ " + name + " }}" for name in names)

    assert json.loads(content(text).document)["variables"] == sorted(names), f"seed {seed}"
    assert sys.getrecursionlimit() >= 1000
