"""docsync init: an empty folder and a full one."""

import json
from pathlib import Path

from docsync.cli.schema_text import SCHEMAS, read_schema
from docsync.config import load_config
from tests.cli.conftest import PROMPT, Shell

EDITOR_FILES = [*(f"schemas/{name}.schema.json" for name in SCHEMAS), ".vscode/settings.json"]


def test_an_empty_folder_gets_samples_that_sync(shell: Shell) -> None:
    answer = shell("init")

    assert answer.code == 0
    assert sorted(str(path.relative_to(shell.root)) for path in shell.root.rglob("*") if path.is_file()) == [
        ".gitignore",
        ".vscode/settings.json",
        "docsync.toml",
        "personas/first-time-caller.json",
        "prompts/answer-politely.prompty",
        "schemas/config.schema.json",
        "schemas/document.schema.json",
        "schemas/persona.schema.json",
        "schemas/prompty.schema.json",
    ]
    assert answer.err == "next: docsync run\n"
    assert shell("check", "--strict").code == 0
    assert "persona: 1 document (+1), prompt_template: 1 (+1), 0 problems" in shell("sync").out
    assert "\nuser:\n" in shell("render", "prompt_template/answer-politely", "--samples").out


def test_what_is_there_is_found_and_kept(shell: Shell) -> None:
    shell.write("lib/characters/ada.json", '{"name": "Ada"}')
    shell.write("lib/people/grace.json", '{"name": "Grace"}')
    shell.write("greet.prompty", PROMPT)
    before = contents(shell.root)

    answer = shell("init", "--json")

    assert answer.json["found"] == {"personas": 2, "prompts": 1}
    assert answer.json["written"] == ["docsync.toml", ".gitignore", *EDITOR_FILES]
    assert {path: text for path, text in contents(shell.root).items() if path in before} == before
    assert [one.path for one in load_config(shell.root, environ={}).collections] == ["lib", "."]
    assert "persona: 2 documents (+2), prompt_template: 1 (+1)" in shell("sync").out


def test_a_project_is_not_made_twice(shell: Shell) -> None:
    shell("init")
    before = contents(shell.root)

    answer = shell("init")

    assert (answer.code, answer.out) == (2, "")
    assert str(shell.root / "docsync.toml") in answer.err
    assert contents(shell.root) == before


def test_an_existing_gitignore_is_left_alone_and_the_line_is_named(shell: Shell) -> None:
    shell.write(".gitignore", "*.pyc\n")

    answer = shell("init")

    assert (shell.root / ".gitignore").read_text() == "*.pyc\n"
    assert "add this line to .gitignore: .docsync/" in answer.err


def test_a_gitignore_that_has_the_line_needs_none(shell: Shell) -> None:
    shell.write(".gitignore", "/.docsync\n")

    assert "add this line" not in shell("init").err


def test_editors_find_the_schemas_by_the_settings_and_the_comment(shell: Shell) -> None:
    shell.write("lib/characters/ada.json", '{"name": "Ada"}')
    shell.write("lib/people/grace.json", '{"name": "Grace"}')
    shell.write("greet.prompty", PROMPT)

    shell("init")

    settings = json.loads((shell.root / ".vscode/settings.json").read_text())
    ((globs, url),) = [(one["fileMatch"], one["url"]) for one in settings["json.schemas"]]
    assert globs == ["/lib/characters/**/*.json", "/lib/people/**/*.json"]
    assert json.loads((shell.root / url).read_text()) == json.loads(read_schema("persona"))
    ((prompts_url, prompt_globs),) = settings["yaml.schemas"].items()
    assert prompt_globs == ["**/*.prompty"]
    assert (shell.root / prompts_url).read_text() == read_schema("prompty")
    first = (shell.root / "docsync.toml").read_text().splitlines()[0]
    assert (shell.root / first.removeprefix("#:schema ")).read_text() == read_schema("config")


def test_the_schemas_are_no_documents(shell: Shell) -> None:
    shell.persona("ada")
    shell.write("greet.prompty", PROMPT)

    shell("init")

    collections = load_config(shell.root, environ={}).collections
    assert [
        path for path in EDITOR_FILES if any(collection.matches(path) for collection in collections)
    ] == []


def test_files_of_the_editor_that_exist_are_left_alone(shell: Shell) -> None:
    shell.write(".vscode/settings.json", "{}")
    shell.write("schemas/persona.schema.json", "true")

    answer = shell("init", "--json")

    assert set(EDITOR_FILES) - set(answer.json["written"]) == {
        ".vscode/settings.json",
        "schemas/persona.schema.json",
    }
    assert (shell.root / ".vscode/settings.json").read_text() == "{}"
    assert (shell.root / "schemas/persona.schema.json").read_text() == "true"


def contents(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}
