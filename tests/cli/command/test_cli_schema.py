"""docsync schema: the schemas that come with docsync, against files that are known to be right."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from docsync.cli.schema_text import SCHEMAS, read_schema
from docsync.config.keys import DEFAULT_COLLECTIONS, ITEMS, REQUIRED, SECTIONS, SETTINGS
from docsync.formats import parse
from docsync.registry import list_ignorable_codes
from tests.cli.conftest import Shell

ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared" / "corpus"
COMMENTED = re.compile(r"^# (?=[a-z_]+ = |\[{1,2}[a-z.]+\]{1,2}$)", re.MULTILINE)
CONFIG = json.loads(read_schema("config"))


def errors(name: str, value: object) -> list[str]:
    validator = jsonschema_rs.validator_for(json.loads(read_schema(name)))
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]


def written(path: Path) -> object:
    """What a schema describes of a file: its front matter, or all; None for a file that is broken."""
    form = "prompty" if path.suffix == ".prompty" else "json"
    content = parse(form, path.name, path.read_bytes()).content
    document: dict[str, object] | None = json.loads(content.document) if content else None
    return document["frontmatter"] if document and form == "prompty" else document


def section(name: str) -> dict[str, Any]:
    found: dict[str, Any] = CONFIG["$defs"][name]
    return found


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_printed_as_it_is_in_its_file(shell: Shell, name: str) -> None:
    plain, as_json = shell("schema", name), shell("schema", name, "--json")

    assert (plain.code, plain.err) == (0, "")
    assert plain.out == read_schema(name)
    assert plain.json == as_json.json
    assert plain.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_schema_that_there_is_not_is_a_usage_error(shell: Shell) -> None:
    assert shell("schema", "prompt").code == 2


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    assert jsonschema_rs.meta.is_valid(json.loads(read_schema(name)))


@pytest.mark.parametrize(
    "path",
    [*sorted(ROOT.glob("personas/**/*.json")), *sorted(ROOT.glob("prompts/**/*.prompty"))],
    ids=lambda path: path.stem,
)
def test_the_bundled_files_keep_the_schemas(path: Path) -> None:
    assert errors("prompty" if path.suffix == ".prompty" else "persona", written(path)) == []


def test_the_files_found_in_the_wild_keep_the_schemas() -> None:
    if not CORPUS.exists():
        pytest.skip("the corpus is not here")
    paths = [
        *CORPUS.glob("**/*.prompty"),
        *(path for path in CORPUS.glob("**/*.json") if path.parent.name == "personas"),
    ]
    found = {
        path.name: errors("prompty" if path.suffix == ".prompty" else "persona", written(path))
        for path in paths
    }

    assert len(found) > 100
    assert {name: those for name, those in found.items() if those} == {}


@pytest.mark.parametrize("value", [{"name": ["a"]}, {"tags": 3}, {"demographics": "x"}])
def test_a_persona_that_is_plainly_wrong_is_told(value: object) -> None:
    assert errors("persona", value)


@pytest.mark.parametrize(
    "value", [{"model": 3}, {"inputs": True}, {"model": {"options": {"temperature": []}}}]
)
def test_a_prompt_that_is_plainly_wrong_is_told(value: object) -> None:
    assert errors("prompty", value)


def test_the_schema_of_the_configuration_accepts_the_one_that_shows_every_key() -> None:
    text = (ROOT / "docsync.toml").read_text(encoding="utf-8")

    assert errors("config", tomllib.loads(text)) == []
    assert errors("config", tomllib.loads(COMMENTED.sub("", text))) == []


def test_the_schema_of_the_configuration_names_every_key_and_no_other() -> None:
    keys = {f"{name}.{key}" for name in SECTIONS for key in section(name)["properties"]}

    assert keys == set(SETTINGS)
    for name, rules in ITEMS.items():
        assert set(section(name)["items"]["properties"]) == set(rules)
        assert set(section(name)["items"]["required"]) == set(REQUIRED[name])
    assert set(CONFIG["properties"]) == {*SECTIONS, *ITEMS, "env"}
    assert set(CONFIG["properties"]["env"]["additionalProperties"]["properties"]) == {*SECTIONS, *ITEMS}


def test_the_schema_of_the_configuration_knows_the_defaults_and_the_codes() -> None:
    told = {
        f"{name}.{key}": rule["default"]
        for name in SECTIONS
        for key, rule in section(name)["properties"].items()
        if "default" in rule
    }
    defaults = {key: rule.default for key, rule in SETTINGS.items() if rule.default is not None}

    assert told == {key: [*value] if isinstance(value, tuple) else value for key, value in defaults.items()}
    assert errors("config", {"collections": DEFAULT_COLLECTIONS}) == []
    assert section("lint")["properties"]["ignore"]["items"]["enum"] == list(list_ignorable_codes())


@pytest.mark.parametrize(
    "text",
    [
        "[lnt]",
        "[lint]\nignored = []",
        "[lint]\nignore = ['nul']",
        "[watch]\nsettle_ms = 0",
        "[admin]\nport = 70000",
        "[guard]\nmax_delete_ratio = 1.5",
        "[[collections]]\ntype = 'a'",
        "[env.production.env]",
        "[[collections]]\ntype = 'A'\npath = 'a'\ninclude = ['*.json']\nformat = 'json'",
    ],
)
def test_what_the_configuration_refuses_its_schema_refuses(shell: Shell, text: str) -> None:
    shell.write("docsync.toml", text)

    assert errors("config", tomllib.loads(text))
    assert shell("config", "show").code == 2


def test_whoever_names_no_schema_is_told_which_there_are_in_one_line(shell: Shell) -> None:
    answer = shell("schema")

    assert answer.code == 2
    assert (
        answer.err
        == "docsync: Name a schema: persona, prompty, document or config. See: docsync schema --help\n"
    )
