"""docsync init: an empty folder and a full one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from docsync.cli.schema_text import SCHEMAS, read_schema
from docsync.config import load_config
from tests.cli.conftest import PROMPT, Shell, environment
from tests.helpers.powerless import POWERLESS, needs_power

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


def test_a_dry_run_shows_what_it_would_write_and_take_and_writes_nothing(shell: Shell) -> None:
    shell.persona("ada")
    before = contents(shell.root)

    answer, value = shell("init", "--dry-run"), shell("init", "--dry-run", "--json").json

    assert contents(shell.root) == before
    assert "would write docsync.toml\n  #:schema" in answer.out
    assert "persona: **/*.json in personas (1 file)\n" in answer.out
    assert answer.err.endswith("nothing was written\n")
    shell("init")
    written = {path: text for path, text in contents(shell.root).items() if path not in before}
    assert value["files"] == written
    assert (value["written"], value["dry_run"]) == ([], True)


def test_what_the_settings_of_an_editor_lack_is_named(shell: Shell) -> None:
    shell.persona("ada")
    shell.write("prompts/greet.prompty", PROMPT)
    shell.write(".vscode/settings.json", '{\n  // mine\n  "editor.tabSize": 2, // two\n}\n')

    answer = shell("init")

    assert ".vscode/settings.json is left as it is; so that editors check personas" in answer.err
    assert '"fileMatch": [\n        "/personas/**/*.json"' in answer.err
    assert '"./schemas/prompty.schema.json": [\n      "prompts/**/*.prompty"' in answer.err


def test_settings_that_lack_nothing_are_not_spoken_of(shell: Shell) -> None:
    shell.persona("ada")
    shell.write("prompts/greet.prompty", PROMPT)
    shell("init")
    settings = (shell.root / ".vscode/settings.json").read_text()
    (shell.root / "docsync.toml").unlink()
    shell.write(".vscode/settings.json", settings.replace("{\n", '{\n  "a": "// no comment",\n', 1))

    assert "settings.json" not in shell("init").err


@pytest.mark.parametrize("text", ["[]", "{", "\x00", '{"json.schemas": 3, "yaml.schemas": []}'])
def test_settings_that_cannot_be_read_lack_everything(shell: Shell, text: str) -> None:
    shell.persona("ada")
    shell.write(".vscode/settings.json", text)

    assert "/personas/**/*.json" in shell("init", "--json").json["settings_lack"]


@needs_power
def test_a_folder_that_cannot_be_written_is_named_and_a_dry_run_goes(shell: Shell) -> None:
    shell.persona("ada")
    shell.root.chmod(0o555)

    answer, dry = (run_powerless(shell, "init", *more) for more in ((), ("--dry-run",)))

    assert answer.returncode == 3
    assert f"{shell.root}: docsync.toml cannot be written there (permission denied)" in answer.stderr
    assert "docsync init --dry-run" in answer.stderr
    assert dry.returncode == 0
    assert "persona: **/*.json in personas (1 file)" in dry.stdout


def test_a_file_that_cannot_be_written_is_named_and_the_others_are_written(shell: Shell) -> None:
    shell.write(".vscode", "a file")

    answer = shell("init")

    assert answer.code == 0
    assert "could not write .vscode/settings.json: " in answer.out
    assert "wrote schemas/persona.schema.json\n" in answer.out
    assert shell("check", "--strict").code == 0


def test_a_project_above_is_told_of(shell: Shell) -> None:
    shell("init")
    inner = shell.root / "src"
    inner.mkdir()

    answer = shell("-C", str(inner), "init")

    assert f"{shell.root / 'docsync.toml'} makes a project of a folder above" in answer.err


def run_powerless(shell: Shell, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [*POWERLESS, sys.executable, "-m", "docsync", *arguments]
    return subprocess.run(command, cwd=shell.root, env=environment(), capture_output=True, text=True)


def contents(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}
