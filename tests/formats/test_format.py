"""What every format answers beside `parse`, and the defaults of one that overrides nothing."""

import json
from pathlib import Path

import pytest

from docsync.formats import get_format, parse
from docsync.formats.format import Format, Gaps
from docsync.formats.naming import encode_canonical
from docsync.formats.source import SourceText, decode_source
from docsync.model import ParsedFile
from docsync.registry import FORMATS

SAMPLES = {
    "json": '{"age": 36, "body": "text"}',
    "prompty": "---\r\nage: 36\r\n---\r\nHi \U0001f98a {{ who }}\r\n",
    "yaml": "age: 36\nbody: text\n",
    "toml": 'age = 36\nbody = "text"\n',
    "markdown": "\ufeff\n+++\nage: 36\n+++\n\n# Ada\n",
}
EDGES = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "edges").glob("*/*"))]
BODIES = {"prompty": "Hi \U0001f98a {{ who }}\r\n", "markdown": "\n# Ada\n"}


class Plain(Format):
    """A format that only parses."""

    name = "plain"
    version = 1

    def parse(self, source: SourceText) -> ParsedFile:
        return ParsedFile(None)


def sample(name: str) -> tuple[Format, SourceText, dict[str, object]]:
    octets = SAMPLES[name].encode()
    content = parse(name, "p/a", octets).content
    assert content
    return get_format(name), decode_source("p/a", octets), json.loads(content.document)


def test_every_format_was_tried() -> None:
    assert [*SAMPLES] == [*FORMATS]


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_person_wrote_is_in_the_document(name: str) -> None:
    format_, _, document = sample(name)

    assert format_.read_written(document)["age"] == 36


@pytest.mark.parametrize("name", FORMATS)
def test_the_body_is_the_end_of_the_text_or_empty(name: str) -> None:
    format_, source, document = sample(name)

    assert format_.body(document) == BODIES.get(name, "")
    assert source.text.endswith(format_.body(document))
    assert all(key in document for key in format_.body_members)


@pytest.mark.parametrize("name", FORMATS)
def test_a_value_is_found_where_it_stands(name: str) -> None:
    format_, source, _ = sample(name)

    places = format_.places(source, {"age", "nothing"})

    assert set(places) == (set() if name == "toml" else {"age"})
    assert all(source.text.startswith("36", place.value) for place in places.values())


def test_a_prompt_says_what_it_uses_and_does_not_declare() -> None:
    format_, _, document = sample("prompty")

    assert format_.gaps(document) == Gaps(("who",))


def test_a_format_that_only_parses_has_neither_body_nor_places_nor_gaps() -> None:
    plain = Plain()
    document: dict[str, object] = {"a": 1}

    assert plain.read_written(document) is document
    assert (plain.body(document), plain.gaps(document)) == ("", Gaps())
    assert plain.places(SourceText("p/a", "a"), {"a"}) == {}
    assert not plain.proves_complete


@pytest.mark.parametrize("name", FORMATS)
def test_the_value_at_hand_is_what_the_document_encodes(name: str) -> None:
    for octets in (SAMPLES[name].encode(), *EDGES):
        content = parse(name, "p/a", octets).content
        if content:
            assert content.value is not None
            assert encode_canonical(content.value) == content.document
            assert content.value == json.loads(content.document)
