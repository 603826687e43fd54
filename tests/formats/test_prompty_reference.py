"""References of a prompt: recorded as written, never resolved."""

import pytest
import yaml

from docsync.formats.prompty.dialect import Dialect
from docsync.formats.prompty.reference import MAX_IMAGES, References, references_of


def references(front: str, body: str = "", dialect: Dialect = Dialect.V2) -> References:
    return references_of(yaml.safe_load(front), body, dialect)


def found(front: str, body: str = "", dialect: Dialect = Dialect.V2) -> list[tuple[str, str, str]]:
    return [(item.kind, item.target, item.at) for item in references(front, body, dialect).all]


def test_variables_keep_their_default_as_written() -> None:
    front = "{a: '${env:X}', b: '${ENV:Y:https://h:1/}', c: '${env:Z:}'}"

    assert references(front).env == [
        {"name": "X", "default": None, "at": "a"},
        {"name": "Y", "default": "https://h:1/", "at": "b"},
        {"name": "Z", "default": "", "at": "c"},
    ]
    assert found(front) == [("env", "X", "a"), ("env", "Y", "b"), ("env", "Z", "c")]


def test_references_are_found_in_lists_and_below() -> None:
    assert found("{a: [x, {b.c: ['${env:X}']}]}") == [("env", "X", "a[1].b.c[0]")]


@pytest.mark.parametrize("text", ["a ${env:X}", "${env:X} b", "${env}", "$env:X", "${a:b} and ${c:d}", "${}"])
def test_only_a_whole_text_is_a_reference(text: str) -> None:
    assert found(f"a: '{text}'") == []


def test_files_and_other_protocols_are_recorded() -> None:
    front = "{a: '${file:x/y.json}', b: '${Params:q}'}"

    assert references(front).to_document() == {
        "env": [],
        "files": [{"path": "x/y.json", "at": "a"}],
        "other": [{"protocol": "params", "value": "q", "at": "b"}],
    }
    assert found(front) == [("file", "x/y.json", "a"), ("other", "params:q", "b")]


def test_plain_paths_are_found_where_a_path_is_meant() -> None:
    front = "{base: b.prompty, sample: s.json, tools: [{kind: openapi, specification: ./t.json}, word, {name: n}]}"

    assert found(front) == [
        ("base", "b.prompty", "base"),
        ("sample", "s.json", "sample"),
        ("specification", "./t.json", "tools[0].specification"),
    ]


@pytest.mark.parametrize(
    "front", ["base: '${file:b.prompty}'", "base: ' '", "sample: {a: 1}", "tools: {a: {specification: x}}"]
)
def test_what_is_no_plain_path_is_not_taken_for_one(front: str) -> None:
    assert [item for item in found(front) if item[0] != "file"] == []


@pytest.mark.parametrize("path", ["https://h/x.json", "data:text/plain,x", "//h/x", "{{path}}"])
def test_addresses_and_templates_are_no_files(path: str) -> None:
    assert found(f"tools: [{{specification: '{path}'}}]") == []
    assert found("a: 1", f"![x]({path})", Dialect.V1) == []


def test_images_are_files_only_where_the_dialect_reads_them() -> None:
    body = 'hi ![one](a.png) ![two](b/c.jpg "title") [no](d) ![bro\nken](e.png) ![x] ](f.png)'

    assert found("a: 1", body, Dialect.V1) == [("file", "a.png", "body"), ("file", "b/c.jpg", "body")]
    assert found("a: 1", body, Dialect.BETA) == found("a: 1", body, Dialect.V1)
    assert found("a: 1", body, Dialect.V2) == []


def test_images_are_limited() -> None:
    assert len(found("a: 1", "![a](b) " * (MAX_IMAGES + 5), Dialect.V1)) == MAX_IMAGES
