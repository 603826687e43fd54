"""Nothing is left out without a word: check, sync and the path of a file say what is not read, and why."""

import pytest

from tests.cli.conftest import Shell

HIDDEN = "1 file in a hidden folder is not read (personas/.team/x.json)"


@pytest.fixture
def project(filled: Shell) -> Shell:
    filled.write("personas/.team/x.json", "{}")
    return filled


@pytest.mark.parametrize("command", ["check", "sync"])
def test_what_is_not_read_is_remarked(project: Shell, command: str) -> None:
    assert HIDDEN in project(command).err.splitlines()


@pytest.mark.parametrize("command", ["check", "sync"])
def test_whoever_wants_no_remarks_gets_none(project: Shell, command: str) -> None:
    assert "hidden" not in project("-q", command).err
    assert "hidden" not in project("--json", command).err


def test_what_the_configuration_excludes_is_told_on_demand(project: Shell) -> None:
    project.write(
        "docsync.toml",
        '[[collections]]\ntype = "persona"\npath = "personas"\ninclude = ["**/*.json", "{a,b}/c.json"]\n'
        'exclude = ["ada.json"]\nformat = "json"\n',
    )

    quiet, verbose = project("check"), project("-v", "check")

    assert "excluded" not in quiet.err
    assert "1 file is excluded (personas/ada.json)" in verbose.err.splitlines()
    assert "personas: no file matches {a,b}/c.json" in quiet.err.splitlines()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("personas/#1 fan.json", 'a name that starts with "#" is never read'),
        ("personas/venv/a.json", "personas/venv is not entered: a virtual environment of Python"),
        ("personas/X.JSON", "it differs in case only from what a pattern of persona matches; rename it"),
        ("notes.txt", "it lies outside of every collection (their folders: personas, prompts)"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_with_the_reason(project: Shell, path: str, reason: str) -> None:
    project.write(path, "{}")

    answer = project("check", path)

    assert (answer.code, answer.out) == (2, "")
    assert reason in answer.err


def test_a_file_outside_of_the_project_is_refused_as_such(project: Shell) -> None:
    answer = project("check", "/etc/hostname")

    assert answer.code == 2
    assert "it lies outside of the project" in answer.err


def test_a_folder_that_is_not_entered_is_remarked_with_the_reason(project: Shell) -> None:
    project.write("personas/node_modules/a.json", "{}")

    hidden, foreign = project("check", "personas/.team"), project("check", "personas/node_modules")

    assert 'personas/.team: a name that starts with "." is never read' in hidden.err
    assert "personas/node_modules is not entered: installed packages" in foreign.err
    assert "no file matches a collection" in foreign.err


def test_a_file_that_git_ignores_is_refused_with_the_line_and_counted_on_demand(project: Shell) -> None:
    project.write(
        "docsync.toml",
        '[[collections]]\ntype = "persona"\npath = "personas"\ninclude = ["**/*.json"]\nformat = "json"\n'
        'ignore = "git"\n',
    )
    project.write(".gitignore", "*.draft.json\n")
    project.write("personas/a.draft.json", "{}")

    one, counted = project("check", "personas/a.draft.json"), project("-v", "check")

    assert one.code == 2
    assert 'Git ignores it: .gitignore:1: "*.draft.json"' in one.err
    assert "1 file is ignored by Git (personas/a.draft.json)" in counted.err.splitlines()


def test_a_file_in_another_worktree_is_refused_as_its_name_alone_tells_nothing(project: Shell) -> None:
    project.write("personas/tree/.git", "gitdir: /x/.git/worktrees/tree")
    project.write("personas/tree/a.json", "{}")

    answer = project("check", "personas/tree/a.json")

    assert answer.code == 2
    assert "personas/tree is not entered: another worktree of a Git repository" in answer.err
