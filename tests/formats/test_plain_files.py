"""Whole files of every format: what the quick ways make of them is what the thorough ones make."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docsync.formats import json_format, parse, yaml_front_matter, yaml_reader
from docsync.formats.prompty import role, template
from docsync.model import ParsedFile
from tests.formats.test_fuzz_json import mutated as mutated_json
from tests.formats.test_fuzz_prompty import mutated as mutated_prompt
from tests.helpers.for_a_while import try_for_a_while
from tests.helpers.project import Tell

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
EDGES = Path(__file__).parents[1] / "edges"
FORMATS = ["json", "prompty", "yaml", "markdown"]


@contextmanager
def nothing_is_plain() -> Iterator[None]:
    """Every quick way gives up at once, so that the thorough one behind it is taken."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_format, "read_plain_json", lambda _: None)
        patch.setattr(yaml_reader, "read_plain_yaml", lambda _: None)
        patch.setattr(template, "find_plain_variables", lambda _: None)
        patch.setattr(role, "_PARTS_OF_TAGS", ("",))
        patch.setattr(yaml_front_matter, "_find_closing", search_closing)
        yield


def search_closing(text: str, opening: re.Match[str]) -> re.Match[str] | None:
    pattern = yaml_front_matter._INDENTED_CLOSING if opening["indent"] else yaml_front_matter._CLOSING
    return pattern.search(text, opening.end())


def read_thoroughly(format_name: str, path: str, octets: bytes) -> ParsedFile:
    with nothing_is_plain():
        return parse(format_name, path, octets)


@pytest.mark.parametrize("format_name", FORMATS)
def test_files_of_others_and_at_the_edge_are_read_alike(format_name: str) -> None:
    files = [path for folder in (CORPUS, EDGES) for path in sorted(folder.rglob("*")) if path.is_file()]
    assert files
    for path in files:
        octets = path.read_bytes()[:100_000]
        assert parse(format_name, "p/a.b", octets) == read_thoroughly(format_name, "p/a.b", octets), path


FENCES = [
    "---",
    "+++",
    "----",
    " ---",
    "\n",
    "\r\n",
    "\r",
    "\u2028",
    " ",
    "a: 1",
    "- b",
    "x",
    "---\n",
    "\n---\n",
    "# c",
]
LINES = [
    "system:\n", "user: {{ a }}\n", "{% if a %}user:{% endif %}\n", "user:{# c #}\n", "{{ '' }}assistant:\n",
    "text {{ b.c }}\n",    "user[n=0.00001, m=1e9]:\n", "user[n=0.00001]:\n", "user[n=123456789012345678.5]:\n", "user[n=7]:\n",
    "\n", "é 😀\x7f\t\"\\\n",    "{{ self }}\n", "{{{ x }}}\n", "![i](a.png)\n",
]  # fmt: skip
VALUES = [
    "1.5",
    "1e-7",
    "0.00001",
    "1e22",
    "1234567890123456789",
    "no",
    "[a, 2.50]",
    "${env:A:b}",
    '"${file:a.txt}"',
    "{a: {b: ${x:y}}}",
]


def random_octets(format_name: str, dice: random.Random) -> bytes:
    kind = dice.randrange(3)
    if kind == 0:
        return mutated_json(dice) if format_name == "json" else mutated_prompt(dice)
    if kind == 1:
        return "".join(dice.choices(FENCES, k=dice.randint(1, 12))).encode()
    head = "".join(
        f"{key}: {dice.choice(VALUES)}\n" for key in dice.sample(["name", "version", "tags", "model", "x"], 3)
    )
    return f"---\n{head}---\n{''.join(dice.choices(LINES, k=dice.randint(0, 8)))}".encode()


@pytest.mark.parametrize("format_name", FORMATS)
def test_whatever_is_written_is_read_alike(format_name: str, tell: Tell) -> None:
    def is_taken(dice: random.Random, name: str) -> bool:
        octets = random_octets(format_name, dice)
        parsed = parse(format_name, "p/a.b", octets)
        assert parsed == read_thoroughly(format_name, "p/a.b", octets), f"{name}: {octets!r}"
        return parsed.content is not None

    count, taken = try_for_a_while(f"{format_name} read in both ways", tell, is_taken)
    assert 0 < taken < count
