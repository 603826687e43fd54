"""docsync against what the official packages made of real files. Every deviation is listed with its reason.

Metadata, bodies and variables are compared with prompty 2.1.0, messages with the package of the file's own dialect:
0.1.50 for v1, 1.0.0b3 for beta, 2.1.0 for the rest.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from docsync.formats import parse
from docsync.formats.prompty.dialect import Dialect
from docsync.formats.prompty.role import messages_of

SHARED = Path(__file__).parents[3] / "shared"
pytestmark = pytest.mark.skipif(not (SHARED / "oracle").is_dir(), reason="the oracle is not here")

VERSIONS = {"v1": "0.1.50", "beta": "1.0.0b3", "v2": "2.1.0", "none": "2.1.0"}


@cache
def oracle(version: str) -> dict[str, Any]:
    text = (SHARED / "oracle" / f"corpus.prompty-{version}.json").read_text(encoding="utf-8")
    files: dict[str, Any] = json.loads(text)["files"]
    return files


@cache
def vectors(stage: str) -> list[dict[str, Any]]:
    text = (SHARED / "oracle" / f"official-{stage}-vectors.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)["vectors"]
    return found


@cache
def documents() -> dict[str, Any]:
    parsed = {
        name: parse("prompty", name, (SHARED / "corpus" / name).read_bytes()).content
        for name in oracle("2.1.0")
    }
    return {name: json.loads(content.document) for name, content in parsed.items() if content}


def without_dates(value: Any) -> Any:
    """Dates are text in docsync; the oracle marks them."""
    if isinstance(value, dict):
        return (
            value.get("iso")
            if "__yaml__" in value
            else {key: without_dates(item) for key, item in value.items()}
        )
    return [without_dates(item) for item in value] if isinstance(value, list) else value


def compared(step: str) -> dict[str, tuple[Any, Any]]:
    """File -> (what the package has for *step*, our document), where the package did not fail."""
    return {
        name: (oracle("2.1.0")[name][step], document)
        for name, document in documents().items()
        if step in oracle("2.1.0")[name]
    }


def test_every_file_is_taken_also_those_that_no_package_reads() -> None:
    assert len(documents()) == len(oracle("2.1.0")) == 276


def test_dialects_are_those_of_the_study() -> None:
    found = [document["dialect"] for document in documents().values()]

    assert {dialect: found.count(dialect) for dialect in VERSIONS} == {
        "v1": 142,
        "beta": 42,
        "v2": 90,
        "none": 2,
    }


def test_metadata_and_bodies_are_equal() -> None:
    split = compared("split")
    # The package says null for front matter that is not there.
    other = [
        name
        for name, (it, ours) in split.items()
        if without_dates(it["metadata"] or {}) != ours["frontmatter"]
    ]

    assert len(split) == 272  # four files begin with a byte order mark, which the package does not strip
    assert other == []
    assert [name for name, (it, ours) in split.items() if it["body"].strip() != ours["instructions"]] == []


def test_variables_are_equal() -> None:
    found = compared("variables")

    assert (
        len(found) == 268
    )  # four with the mark, and four in Mustache, which the package's Jinja does not read
    assert [name for name, (it, ours) in found.items() if it != ours["variables"]] == []


def test_environment_references_are_equal_by_name() -> None:
    found = compared("env_references")
    # With a byte order mark the package sees no front matter.
    marked = {name for name in found if "split_error" in oracle("2.1.0")[name]}

    other = [
        name
        for name, (it, ours) in found.items()
        if set(it) != {reference["name"] for reference in ours["references"]["env"]}
    ]
    assert set(other) <= marked


def comparable(version: str, messages: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    if version == "2.1.0":
        return [(message["role"], message["content"], message.get("attributes", {})) for message in messages]
    # 1.0.0b3 keeps the '#' of '# system:' in the role; both strip contents and drop what is empty then.
    plain = [(message["role"].lstrip("# "), message["content"]) for message in messages]
    return [
        (role, content.strip() if isinstance(content, str) else content)
        for role, content in plain
        if not isinstance(content, str) or content.strip()
    ]


@pytest.mark.parametrize(
    ("dialect", "equal", "deviations"),
    [
        # An inline image is a part of its own there and stays text here.
        ("v1", 139, {"prompty_with_image.prompty": "image"}),
        ("beta", 42, {}),
        ("v2", 88, {}),
        ("none", 2, {}),
    ],
)
def test_messages_are_equal(dialect: str, equal: int, deviations: dict[str, str]) -> None:
    version = VERSIONS[dialect]
    ours = {name: document for name, document in documents().items() if document["dialect"] == dialect}
    both = {name: document for name, document in ours.items() if "messages" in oracle(version)[name]}
    other = [
        name
        for name, document in both.items()
        if comparable(version, oracle(version)[name]["messages"]) != comparable(version, document["messages"])
    ]

    assert {Path(name).name for name in other} == set(deviations)
    assert len(both) - len(other) == equal
    # What the package fails on are the files with a byte order mark.
    assert all("split_error" in oracle("2.1.0")[name] for name in ours.keys() - both.keys())


def test_official_parse_vectors() -> None:
    # Threads are put in when a prompt is run; docsync stores it unrendered.
    at_run_time = {"thread_nonce_expansion"}
    passed = set()
    for vector in vectors("parse"):
        messages = messages_of(vector["input"]["rendered"], 1, Dialect.V2).messages
        ours = [(message["role"], message["content"], message["attributes"]) for message in messages]
        expected = [
            (
                message["role"],
                "".join(part["value"] for part in message["content"]),
                message.get("metadata", {}),
            )
            for message in vector["expected"]["messages"]
        ]
        if ours == expected:
            passed.add(vector["name"])

    assert len(vectors("parse")) == 19
    assert {vector["name"] for vector in vectors("parse")} - passed == at_run_time


FIXTURES = [
    SHARED / "corpus" / "microsoft+prompty" / "prompts" / folder
    for folder in ("spec/fixtures", "runtime/csharp/Prompty.Core.Tests/Prompts")
]
AT_RUN_TIME = {
    # Files are recorded here and read when a prompt is run.
    "file_resolution", "file_reference_in_tree_allowed", "file_reference_traversal_rejected", "missing_file_error",
    # So are variables; that one is not set is no fault of the file.
    "env_missing_error",
    # Inputs are checked when a prompt is run.
    "input_validation_default_fill", "input_validation_example_not_used", "input_validation_optional_omit",
    "input_validation_required",
    # A bare text is v1's way to name a template, and real files do.
    "template_string_invalid",
}  # fmt: skip
NOT_STORED = {"kind"}  # says "prompt" for every file


def vector_text(given: dict[str, Any]) -> str:
    if "frontmatter_raw" in given:
        return str(given["frontmatter_raw"])
    if "frontmatter" in given:
        return "---\n" + json.dumps(given["frontmatter"]) + "\n---\n"
    fixture: Path = next(
        folder / given["fixture"] for folder in FIXTURES if (folder / given["fixture"]).exists()
    )
    return fixture.read_text(encoding="utf-8")


def with_variables(value: Any, variables: dict[str, str]) -> Any:
    """*value* as a runtime would see it: what docsync records is enough to put the variables in."""
    if isinstance(value, dict):
        return {key: with_variables(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [with_variables(item, variables) for item in value]
    whole = re.fullmatch(r"\$\{env:(\w+):?(.*)\}", value) if isinstance(value, str) else None
    return variables.get(whole[1], whole[2]) if whole else value


def holds(expected: Any, ours: Any) -> bool:
    """True when *ours* says all that *expected* says; null there is empty here."""
    if isinstance(expected, dict):
        return isinstance(ours, dict) and all(holds(item, ours.get(key)) for key, item in expected.items())
    if isinstance(expected, list):
        return isinstance(ours, list) and len(ours) == len(expected) and all(map(holds, expected, ours))
    return not ours if expected is None else bool(expected == ours)


def agrees(vector: dict[str, Any]) -> bool:
    content = parse("prompty", f"{vector['name']}.prompty", vector_text(vector["input"]).encode()).content
    if "error" in vector["expected"] or content is None:
        return "error" in vector["expected"] and content is None
    document = with_variables(json.loads(content.document), vector["input"].get("env", {}))
    return holds({key: value for key, value in vector["expected"].items() if key not in NOT_STORED}, document)


def test_official_load_vectors() -> None:
    stored = [vector for vector in vectors("load") if vector["name"] not in AT_RUN_TIME]

    assert (len(vectors("load")), len(stored)) == (28, 18)
    assert [vector["name"] for vector in stored if not agrees(vector)] == []
