"""What init finds in projects of many kinds: what it counts is what sync takes, and the rest is named."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from docsync.config import load_config
from tests.cli.conftest import PROMPT, Shell

PERSON = json.dumps({"name": "Ada", "demographics": {"ageGroup": "30-44"}, "tags": ["calm"]})
TINY = json.dumps({"type": "TinyPerson", "persona": {"name": "Oscar", "age": 30}, "mental_faculties": []})
FRAGMENT = json.dumps({"type": "Fragment", "persona": {"preferences": {"likes": ["tea"]}}})
ELIZA = json.dumps({"name": "Eliza", "bio": ["helps"], "lore": [], "messageExamples": [], "topics": []})
LOBE = json.dumps(
    {
        "author": "someone",
        "config": {"systemRole": "You review."},
        "identifier": "reviewer",
        "meta": {"title": "Reviewer", "description": "Finds risks", "tags": ["legal"]},
        "schemaVersion": 1,
    }
)
PACKAGE = json.dumps({"name": "web", "description": "A page", "version": "1.0.0", "dependencies": {}})
YAML_PERSON = "name: Ada\nbio: Counts.\n"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of project: its files, the documents that init takes, and the files that it names otherwise."""

    files: Mapping[str, str]
    taken: Mapping[str, int]
    path: Mapping[str, str]
    passed_over: Mapping[str, int] = field(default_factory=dict)
    excluded: Mapping[str, int] = field(default_factory=dict)


KINDS = {
    "flat": Kind(
        {**{f"p{number}.json": PERSON for number in range(10)}, "package.json": PACKAGE},
        {"persona": 10},
        {"persona": "."},
    ),
    "flat beside a folder of personas": Kind(
        {"ada.json": PERSON, "grace.json": PERSON, "tsconfig.json": "{}", "personas/x.json": PERSON},
        {"persona": 1},
        {"persona": "personas"},
        passed_over={".": 2},
    ),
    "deep": Kind(
        {"src/prompts/deep/er/a.prompty": PROMPT, "data/agents/x/y.json": PERSON},
        {"persona": 1, "prompt_template": 1},
        {"persona": "data/agents", "prompt_template": "src/prompts"},
    ),
    "a monorepo": Kind(
        {
            "packages/web/prompts/a.prompty": PROMPT,
            "packages/api/prompts/deep/b.prompty": PROMPT,
            "packages/web/node_modules/x/prompts/c.prompty": PROMPT,
            "packages/api/dist/prompts/b.prompty": PROMPT,
            "packages/api/dist/prompts/c.prompty": PROMPT,
            "packages/api/personas/ada.json": PERSON,
            "packages/web/personas/bob.json": PERSON,
            "packages/web/personas/package.json": PACKAGE,
            "packages/web/personas/build/bob.json": PERSON,
            "packages/web/package.json": PACKAGE,
        },
        {"persona": 2, "prompt_template": 2},
        {"persona": "packages", "prompt_template": "packages"},
        excluded={
            "packages/api/dist": 2,
            "packages/web/personas/build": 1,
        },
    ),
    "prompts in the root beside what programs install": Kind(
        {"a.prompty": PROMPT, "node_modules/x/b.prompty": PROMPT, "dist/a.prompty": PROMPT},
        {"prompt_template": 1},
        {"prompt_template": "."},
        excluded={"dist": 1},
    ),
    "Markdown": Kind(
        {"prompts/a.md": "hi\n", "prompts/sub/b.md": "hi\n", "prompts/README.md": "About.\n"},
        {"prompt_template": 2},
        {"prompt_template": "prompts"},
    ),
    "Markdown beside prompty": Kind(
        {"prompts/a.md": "hi\n", "prompts/b.prompty": PROMPT, "prompts/x.sample.json": '{"who": "you"}'},
        {"prompt_template": 1},
        {"prompt_template": "prompts"},
        passed_over={"prompts": 1},
    ),
    "YAML": Kind(
        {"personas/ada.yaml": YAML_PERSON, "personas/bob.yaml": YAML_PERSON, "personas/c.yml": YAML_PERSON},
        {"persona": 2},
        {"persona": "personas"},
        passed_over={"personas": 1},
    ),
    "TinyTroupe": Kind(
        {
            "examples/agents/Oscar.agent.json": TINY,
            "examples/agents/Lisa.agent.json": TINY,
            "examples/fragments/tea.fragment.json": FRAGMENT,
        },
        {"persona": 2},
        {"persona": "examples/agents"},
        passed_over={"examples/fragments": 1},
    ),
    "ElizaOS": Kind(
        {
            "characters/eliza.character.json": ELIZA,
            "characters/tate.character.json": ELIZA,
            "package.json": PACKAGE,
            "tsconfig.json": '{"compilerOptions": {}}',
        },
        {"persona": 2},
        {"persona": "characters"},
    ),
    "LobeChat": Kind(
        {
            **{f"src/agent{number}.json": LOBE for number in range(4)},
            "agent-template.json": LOBE,
            "package.json": PACKAGE,
            "locales/agent0/index.de-DE.json": LOBE,
            "locales/agent1/index.fr-FR.json": LOBE,
        },
        {"persona": 4},
        {"persona": "src"},
        passed_over={".": 1, "locales": 2},
    ),
    "all in src": Kind(
        {"src/personas/ada.json": PERSON, "src/prompts/a.prompty": PROMPT, "src/main.py": ""},
        {"persona": 1, "prompt_template": 1},
        {"persona": "src/personas", "prompt_template": "src/prompts"},
    ),
    "JSON of other kinds": Kind(
        {**{f"data/{number}.json": '{"rows": 1}' for number in range(12)}, "data/ada.json": PERSON},
        {"persona": 1, "prompt_template": 1},
        {"persona": "personas", "prompt_template": "prompts"},
        passed_over={"data": 1},
    ),
    "many files that are none among personas in the root": Kind(
        {
            **{f"ada{number}.json": PERSON for number in range(20)},
            **{f"x{number}.json": "[]" for number in range(15)},
        },
        {"persona": 20},
        {"persona": "."},
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_init_counts_is_what_sync_takes_and_the_rest_is_named(shell: Shell, name: str) -> None:
    kind = KINDS[name]
    for path, text in kind.files.items():
        shell.write(path, text)

    answer = shell("init", "--json").json

    counted = {one["type"]: one["files"] for one in answer["collections"] if one["files"]}
    collections = load_config(shell.root, environ={}).collections
    assert synced(shell) == kind.taken
    assert counted in (kind.taken, {})  # there were none: the samples are taken
    assert {one.type: one.path for one in collections} == kind.path
    assert {one["path"]: one["files"] for one in answer["passed_over"]} == kind.passed_over
    assert answer["excluded"] == kind.excluded


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.passed_over])
def test_the_lines_that_are_named_take_what_was_passed_over(shell: Shell, name: str) -> None:
    kind = KINDS[name]
    for path, text in kind.files.items():
        shell.write(path, text)
    answer = shell("init", "--json").json
    lines = [line for one in answer["passed_over"] for line in one["lines"]]
    written = (shell.root / "docsync.toml").read_text()
    assert all(f"\n# {line}\n" in written for line in lines)

    shell.write("docsync.toml", "\n".join([written, *lines, ""]))

    more = {one["type"]: one["files"] for one in answer["passed_over"]}
    assert synced(shell) == {**kind.taken, **more}


def synced(shell: Shell) -> dict[str, int]:
    return {type_: number for type_, number in shell("sync", "--json").json["documents"].items() if number}


@pytest.mark.parametrize("name", KINDS)
def test_no_collection_is_written_for_a_folder_that_is_not_there(shell: Shell, name: str) -> None:
    for path, text in KINDS[name].files.items():
        shell.write(path, text)
    shell("init")

    assert "no such folder" not in shell("check").err


def test_a_type_of_which_nothing_is_there_is_written_as_a_comment(shell: Shell) -> None:
    shell.persona("ada")

    shell("init")

    written = (shell.root / "docsync.toml").read_text()
    uncommented = written[written.index("# [[collections]]") :].replace("# ", "")
    (offered,) = tomllib.loads(uncommented)["collections"]
    assert offered["type"] == "prompt_template"


@pytest.mark.parametrize("folder", [".git", "node_modules", ".venv", "venv", "1/2/3/4/5/6/7/8/9"])
def test_hidden_foreign_and_very_deep_folders_are_left_alone(shell: Shell, folder: str) -> None:
    shell.write(f"{folder}/personas/a.json", PERSON)
    shell.write(f"{folder}/a.prompty", PROMPT)

    answer = shell("init", "--json").json

    assert (answer["found"], answer["passed_over"]) == ({"personas": 0, "prompts": 0}, [])


def test_a_link_to_a_folder_is_not_followed(shell: Shell) -> None:
    shell.persona("a")
    (shell.root / "loop").symlink_to(shell.root)

    assert shell("init", "--json").json["found"] == {"personas": 1, "prompts": 0}


def test_folders_that_cannot_be_taken_together_are_listed(shell: Shell) -> None:
    shell.write("data/agents/a.json", PERSON)
    shell.write("data/people/b.json", PERSON)

    shell("init")

    (personas,) = load_config(shell.root, environ={}).collections
    assert (personas.path, personas.include) == ("data", ("agents/**/*.json", "people/**/*.json"))


def test_what_passed_over_files_would_be_is_said_with_the_lines_for_them(shell: Shell) -> None:
    shell.persona("ada")
    shell.write("grace.json", PERSON)

    answer = shell("init")

    said = "passed over 1 *.json file in this folder that may be personas; to take what is there, add to docsync.toml:"
    assert said in answer.out
    assert '  type = "persona_json"\n  path = "."\n  include = ["*.json"]\n' in answer.out


def test_a_broken_or_huge_file_keeps_nobody_from_beginning(shell: Shell) -> None:
    shell.write("broken.json", '{"name": ')
    shell.write("huge.json", '{"name": "Ada", "bio": "' + "x" * (1 << 19) + '"}')
    shell.write("list.json", "[]")

    answer: Any = shell("init", "--json").json

    assert answer["passed_over"] == []
