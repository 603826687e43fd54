"""docsync init: an empty folder and a full one."""

from pathlib import Path

from docsync.config import load_config

from .conftest import PROMPT, Shell


def test_an_empty_folder_gets_samples_that_sync(shell: Shell) -> None:
    answer = shell("init")

    assert answer.code == 0
    assert sorted(str(path.relative_to(shell.root)) for path in shell.root.rglob("*") if path.is_file()) == [
        ".gitignore",
        "docsync.toml",
        "personas/first-time-caller.json",
        "prompts/answer-politely.prompty",
    ]
    assert answer.err == "next: docsync run\n"
    assert shell("check", "--strict").code == 0
    assert "persona: 1 document (+1), prompt_template: 1 (+1), 0 problems" in shell("sync").out


def test_what_is_there_is_found_and_kept(shell: Shell) -> None:
    shell.write("lib/characters/ada.json", '{"name": "Ada"}')
    shell.write("lib/people/grace.json", '{"name": "Grace"}')
    shell.write("greet.prompty", PROMPT)
    before = contents(shell.root)

    answer = shell("init", "--json")

    assert answer.json["found"] == {"personas": 2, "prompts": 1}
    assert answer.json["written"] == ["docsync.toml", ".gitignore"]
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


def contents(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}
