"""Which repositories enclose the files, and what the names in their directories say about Git's work."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from docsync.git import GitDirectories, find_git

MS = 1_000_000


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path / ".git"


def aged(path: Path, age_ms: int, text: str = "") -> None:
    """A file that was written *age_ms* ago."""
    path.write_text(text)
    then_ns = time.time_ns() - age_ms * MS
    os.utime(path, ns=(then_ns, then_ns))


def test_outside_of_any_repository_nobody_works(tmp_path: Path) -> None:
    git = find_git(tmp_path, ["personas"])
    assert (git.is_working(), git.indexes()) == (False, frozenset())


def test_the_nearest_repository_above_the_project_counts(directory: Path) -> None:
    (directory.parent / "a/b").mkdir(parents=True)
    git = find_git(directory.parent / "a/b", ["never"])
    aged(directory / "index.lock", 0)
    assert git.is_working()


@pytest.mark.parametrize("pointer", ["gitdir: ../real/modules/x\n", "gitdir: {}/real/modules/x"])
def test_a_worktree_or_submodule_leads_to_its_own_directory(tmp_path: Path, pointer: str) -> None:
    (tmp_path / "real/modules/x").mkdir(parents=True)
    (tmp_path / "project").mkdir()
    (tmp_path / "project/.git").write_text(pointer.format(tmp_path))
    git = find_git(tmp_path / "project", [])
    aged(tmp_path / "real/modules/x/index.lock", 0)
    assert git.is_working()


def test_a_git_file_that_points_nowhere_is_passed_over(directory: Path) -> None:
    (directory.parent / "inner").mkdir()
    (directory.parent / "inner/.git").write_text("something else")
    git = find_git(directory.parent / "inner", [])
    aged(directory / "index.lock", 0)
    assert git.is_working()


def test_a_folder_with_a_repository_of_its_own_is_looked_after_too(directory: Path) -> None:
    inner = directory.parent / "personas/.git"
    inner.mkdir(parents=True)
    git = find_git(directory.parent, ["personas", "prompts"])
    before = git.indexes()
    (inner / "index").write_text("one")
    assert git.indexes() > before
    aged(inner / "index.lock", 0)
    assert git.is_working()


def test_a_folder_that_is_a_link_into_another_repository_is_looked_after_too(
    directory: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / ".git").mkdir(parents=True)
    (elsewhere / "people").mkdir()
    (directory.parent / "personas").symlink_to(elsewhere / "people")
    git = find_git(directory.parent, ["personas"])
    aged(elsewhere / ".git/index.lock", 0)
    assert git.is_working()


@pytest.mark.parametrize(
    ("age_ms", "text", "is_working"),
    [
        (0, "", True),
        (9_900, "", True),
        (10_100, "", False),
        (0, "the new index", True),
        (400, "the new index", False),
        (-100, "", True),
        (-60_000, "", False),
    ],
)
def test_a_lock_counts_while_it_is_empty_and_young_or_was_written_just_now(
    directory: Path, age_ms: int, text: str, is_working: bool
) -> None:
    aged(directory / "index.lock", age_ms, text)
    assert GitDirectories(directory).is_working() is is_working


@pytest.mark.parametrize(
    ("make", "is_working"),
    [
        (lambda rebase: rebase.mkdir(), True),
        (lambda rebase: (rebase.mkdir(), (rebase / "stopped-sha").touch()), False),
        (lambda rebase: None, False),
    ],
)
def test_a_rebase_counts_until_it_stops(
    directory: Path, make: Callable[[Path], object], is_working: bool
) -> None:
    make(directory / "rebase-merge")
    assert GitDirectories(directory).is_working() is is_working


def test_a_rebase_that_was_left_behind_counts_no_more(directory: Path) -> None:
    (directory / "rebase-merge").mkdir()
    os.utime(directory / "rebase-merge", (time.time() - 60, time.time() - 60))
    assert not GitDirectories(directory).is_working()


def test_mailed_patches_count_for_a_moment_after_each_lock(directory: Path) -> None:
    (directory / "rebase-apply").mkdir()
    assert not GitDirectories(directory).is_working()
    (directory / "index").write_text("one")
    assert GitDirectories(directory).is_working()
    deadline = time.monotonic() + 20
    while GitDirectories(directory).is_working():
        assert time.monotonic() < deadline


def test_another_index_has_another_stamp_and_a_missing_one_has_none(directory: Path) -> None:
    git = GitDirectories(directory)
    seen = [git.indexes()]
    assert seen == [frozenset()]
    for text in ("one", "three"):
        (directory / "index").write_text(text)
        seen.append(git.indexes())
    assert len(set(seen)) == 3
    assert git.indexes() == seen[-1]


@pytest.mark.parametrize("entry", ["pipe", "shut", "loop", "long"])
def test_what_is_no_pointer_to_a_repository_is_passed_over(
    directory: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    """It is asked while the daemon runs: whatever lies there must not end it."""
    (directory.parent / "inner").mkdir()
    pointer = directory.parent / "inner/.git"
    match entry:
        case "pipe":
            os.mkfifo(pointer)
        case "loop":
            pointer.symlink_to(".git")
        case "long":
            pointer.write_text("x" * 100_000 + "gitdir: elsewhere")
        case _:
            pointer.write_text("gitdir: elsewhere")
            monkeypatch.setattr("builtins.open", _refused)
    aged(directory / "index.lock", 0)
    assert find_git(directory.parent / "inner", []).is_working()


def _refused(path: str, **_: object) -> None:
    raise PermissionError(13, "Permission denied", path)
