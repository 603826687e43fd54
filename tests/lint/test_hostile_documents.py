"""Documents that were written to make the rules, the schema and the redaction slow: each is looked at in time."""

import json
import time
import tracemalloc

import pytest

from docsync.formats import parse
from docsync.lint.schema import compile_schema
from docsync.lint.secret import secrets_in
from docsync.model import ParsedFile, ReferenceStatus, ResolvedReference
from docsync.names import MAX_PLACE_CHARACTERS, Collection
from docsync.sync.batch.review import DocumentRules, ReadFile, Review
from tests.helpers.project import MAX_SECONDS

SCHEMAS: dict[str, object] = {
    "any": {},
    "no extra keys": {"properties": {"name": True}, "additionalProperties": False},
    "only numbers": {"additionalProperties": {"type": "integer"}},
    "nothing in anything": {"maxProperties": 0, "additionalProperties": {"$ref": "#"}},
}
MANY_TAGS = "{{a}}" * 150_000
DEEP = '{"a":' * 90 + "1" + "}" * 90


def listed(item: str, count: int, tail: str = "") -> bytes:
    return f'{{"a":[{",".join([item] * count)}]{tail}}}'.encode()


def prompt(matter: str, body: str = "hello") -> bytes:
    return f"---\n{matter}\n---\n{body}".encode()


CASES: dict[str, tuple[str, bytes, str]] = {
    "a secret under a key of a million dots": ("json", b'{"%b":{"token":"x"}}' % (b"." * 1_000_000), "any"),
    "sixty secrets under a key of a megabyte": (
        "json",
        b'{"%b":{"secrets":[%b]}}' % (b"x" * 1_000_000, b",".join([b'"x"'] * 60)),
        "any",
    ),
    "200 000 secrets": ("json", listed('"x"', 200_000).replace(b'"a"', b'"secrets"', 1), "any"),
    "60 000 objects of a secret": ("json", listed('{"token":"a"}', 50_000), "any"),
    "a secret behind 200 000 texts": ("json", listed('""', 200_000, ',"token":"x"'), "any"),
    "a secret that is the last item of many": (
        "json",
        listed('""', 150_000).replace(b"]}", b',{"token":"x"}]}'),
        "any",
    ),
    "a secret under the last of 60 000 keys": (
        "json",
        json.dumps({f"{number:x}": 0 for number in range(60_000)} | {"token": "x"}).encode(),
        "any",
    ),
    "40 000 keys that are nearly those of secrets": (
        "json",
        json.dumps({f"{number:x}api": "x" for number in range(40_000)} | {"token": "x"}).encode(),
        "any",
    ),
    "80 000 keys that the schema does not know": (
        "json",
        json.dumps({f"{number:x}": 0 for number in range(80_000)}).encode(),
        "no extra keys",
    ),
    "100 000 objects under one key that breaks the schema": (
        "json",
        listed('{"":0}', 100_000),
        "only numbers",
    ),
    "levels that each break the schema": ("json", listed(DEEP, 200), "nothing in anything"),
    "a variable of 30 000 letters, and short ones": (
        "prompty",
        prompt(
            "name: A",
            "{{" + "a" * 30_000 + "}}" + "".join(f"{{{{{'a' * length}}}}}" for length in range(1, 30)),
        ),
        "any",
    ),
    "missing images among 150 000 tags": (
        "prompty",
        prompt("authors: [a]", "".join(f"![a](b{number})\n" for number in range(50)) + MANY_TAGS),
        "any",
    ),
    "an input of 60 000 dots": ("prompty", prompt(f"inputs:\n- name: {'x.' * 30_000}"), "any"),
    "inputs and variables of thousands of letters": (
        "prompty",
        prompt(
            f"inputs:\n- name: {'ab' * 15_000}\n- name: {'ba' * 15_000}",
            "".join(f"{{{{{'ba' * 700}{number}}}}}" for number in range(20)),
        ),
        "any",
    ),
}


def reviewed(format_name: str, octets: bytes, schema: str) -> ParsedFile:
    path = f"d/x.{format_name}"
    parsed = parse(format_name, path, octets)
    assert parsed.content, parsed.problems
    links = tuple(
        ResolvedReference(reference, None, ReferenceStatus.MISSING) for reference in parsed.content.references
    )
    collection = Collection("d", "d", (f"**/*.{format_name}",), format_name)
    review = Review(
        DocumentRules(
            redact_secrets=True, schemas={"d": compile_schema("s", json.dumps(SCHEMAS[schema]).encode())}
        )
    )
    begun = time.process_time()
    found = review.review(ReadFile(path, collection, octets, links), parsed.content, parsed.problems)
    assert time.process_time() - begun < MAX_SECONDS
    return found


@pytest.mark.parametrize(("format_name", "octets", "schema"), CASES.values(), ids=CASES)
def test_a_hostile_document_is_looked_at_in_time(format_name: str, octets: bytes, schema: str) -> None:
    for attempt in range(3):  # one of three: the machine may be busy with something else
        try:
            found = reviewed(format_name, octets, schema)
        except AssertionError:
            if attempt == 2:
                raise
            continue
        break

    assert "internal" not in {problem.code for problem in found.problems}
    assert max(len(problem.json_path or "") for problem in found.problems) <= MAX_PLACE_CHARACTERS + 1


def test_a_large_document_that_breaks_its_schema_is_refused_without_a_place() -> None:
    found = reviewed(*CASES["100 000 objects under one key that breaks the schema"])

    assert found.content is None
    assert [(problem.code, problem.line, problem.column) for problem in found.problems] == [("schema", 1, 1)]
    assert "too many values" in found.problems[0].message


def test_long_keys_of_hostile_files_are_not_remembered() -> None:
    secrets_in({"token": "x"})
    tracemalloc.start()
    try:
        for number in range(20):
            secrets_in({f"{number}token" * 20_000: "x"})
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 100_000


def test_every_secret_is_taken_out_however_many_there_are() -> None:
    found = reviewed("json", listed('{"token":"hunter2"}', 300), "any")

    assert found.content
    assert "hunter2" not in found.content.document + found.content.text
    assert found.content.document.count("[REDACTED]") == 300
