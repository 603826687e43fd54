"""Paths on the command line become scopes of the project."""

from pathlib import Path

import pytest

from docsync.cli.project import Project
from docsync.cli.session import Session
from docsync.errors import NotReachable, UsageError
from tests.cli.conftest import Shell


@pytest.fixture
def project(filled: Shell) -> Project:
    return Session(here=filled.root).project()


@pytest.mark.parametrize(
    ("paths", "scopes"),
    [
        (["personas/ada.json"], ["personas/ada.json"]),
        (["personas", "personas/ada.json"], ["personas"]),
        (["."], [""]),
        (["personas/team"], ["personas/team"]),
        (["personas/gone.json"], ["personas/gone.json"]),
        (["./personas/../prompts/greet.prompty"], ["prompts/greet.prompty"]),
    ],
)
def test_paths_are_relative_to_the_folder_of_the_session(
    project: Project, paths: list[str], scopes: list[str]
) -> None:
    assert project.scopes(map(Path, paths)) == scopes
    assert project.scopes(project.root / path for path in paths) == scopes


@pytest.mark.parametrize(
    "path", ["..", "/etc/passwd", "notes", "personas/notes.txt", "personas/.hidden.json"]
)
def test_a_path_outside_every_collection_is_refused(filled: Shell, project: Project, path: str) -> None:
    filled.write("personas/notes.txt", "")
    filled.write("personas/.hidden.json", "{}")

    with pytest.raises(UsageError, match="belongs to no collection"):
        project.scopes([Path(path)])


def test_a_way_to_the_project_through_a_link_is_found(filled: Shell, project: Project) -> None:
    link = filled.root.parent / "link"
    link.symlink_to(filled.root)

    assert project.scopes([link / "personas" / "ada.json"]) == ["personas/ada.json"]


def test_a_link_inside_the_collection_is_taken_by_its_own_name(filled: Shell, project: Project) -> None:
    (filled.root / "personas" / "alias.json").symlink_to(filled.root / "personas" / "ada.json")

    assert project.scopes([filled.root / "personas" / "alias.json"]) == ["personas/alias.json"]


def test_every_setting_that_decides_what_is_stored_is_passed_on(filled: Shell) -> None:
    filled.write(
        "docsync.toml",
        "[watch]\nsettle_ms = 1\ndebounce_ms = 2\nmax_delay_ms = 3\n[limits]\nmax_file_bytes = 4\n"
        "[guard]\nmin_deletes = 5\nmax_delete_ratio = 0.6\n[lint]\nignore = ['overlap']\n[changes]\nkeep = 8\n",
    )

    settings = Session(here=filled.root).project().settings()

    timing = settings.timing
    assert (timing.settle_ns, timing.debounce_ns, timing.max_delay_ns) == (1_000_000, 2_000_000, 3_000_000)
    assert (settings.max_file_bytes, settings.min_deletes, settings.max_delete_ratio) == (4, 5, 0.6)
    assert (set(settings.ignore), settings.keep_changes) == ({"overlap"}, 8)
    assert settings.root == filled.root


def test_no_daemon_is_told_with_the_command_that_starts_one(project: Project) -> None:
    with pytest.raises(
        NotReachable, match=f"no docsync is running for {project.root}; start one with: docsync run"
    ):
        project.require_daemon()


@pytest.mark.parametrize(
    "command", [["list"], ["search", "x"], ["query", "SELECT 1"], ["status"], ["changes"]]
)
def test_outside_of_any_project_a_command_says_what_check_says(shell: Shell, command: list[str]) -> None:
    answer, checked = shell(*command), shell("check")

    assert (answer.code, answer.err) == (checked.code, checked.err)
    assert answer.err.endswith("begin with: docsync init\n")


def test_a_database_whose_folders_have_gone_still_answers(filled: Shell) -> None:
    filled("sync")
    for folder in ("personas", "prompts"):
        (filled.root / folder).rename(filled.root / f"old-{folder}")

    assert len(filled("list").out.splitlines()) == 3
    assert filled("status").code == 3
