"""Repositories that come and go while the gate is asked; their real work is shown in tests/daemon/test_git.py."""

import shutil
from pathlib import Path

import pytest

from docsync.git import GitDirectories, find_git
from docsync.sync.thread.git_hold import BatchExtent, GitAtWork, GitHold


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "project/personas").mkdir(parents=True)
    return tmp_path / "project"


def gate_of(root: Path) -> GitHold:
    return GitHold(lambda: find_git(root, ["personas"]), lambda: True)


def repository(folder: Path, index: str | None = "one") -> Path:
    """A Git directory in *folder*, with an index unless that is None."""
    (folder / ".git").mkdir(parents=True)
    if index is not None:
        (folder / ".git/index").write_text(index)
    return folder / ".git"


def passed(gate: GitHold) -> BatchExtent:
    """One batch from its beginning to its end."""
    admitted = gate.enter(1)
    gate.check(1)
    gate.leave()
    return admitted


def test_a_repository_that_was_made_after_the_start_holds_the_next_batch(root: Path) -> None:
    gate = gate_of(root)
    assert passed(gate) is BatchExtent.PLAIN
    directory = repository(root, index=None)
    assert passed(gate) is BatchExtent.PLAIN  # it has no index: nothing was checked out
    (directory / "index.lock").touch()
    with pytest.raises(GitAtWork):
        gate.enter(1)
    (directory / "index.lock").rename(directory / "index")
    assert [passed(gate), passed(gate)] == [BatchExtent.WHOLE, BatchExtent.PLAIN]


def test_a_clone_that_is_moved_in_is_a_whole_batch(root: Path) -> None:
    gate = gate_of(root)
    repository(root / "elsewhere")
    shutil.rmtree(root / "personas")
    (root / "elsewhere").rename(root / "personas")
    assert [passed(gate), passed(gate)] == [BatchExtent.WHOLE, BatchExtent.PLAIN]


def test_a_repository_that_goes_holds_nothing_any_more(root: Path) -> None:
    directory = repository(root)
    gate = gate_of(root)
    (directory / "index.lock").touch()
    with pytest.raises(GitAtWork):
        gate.enter(1)
    shutil.rmtree(directory)
    assert passed(gate) is BatchExtent.WHOLE  # what was held back is still one batch
    assert passed(gate) is BatchExtent.PLAIN


def test_a_repository_that_goes_at_rest_makes_no_batch_whole(root: Path) -> None:
    directory = repository(root)
    gate = gate_of(root)
    shutil.rmtree(directory)
    assert passed(gate) is BatchExtent.PLAIN


def test_an_inner_repository_that_comes_is_looked_after_instead_of_the_outer_one(root: Path) -> None:
    outer = repository(root)
    gate = gate_of(root / "project")
    inner = repository(root / "project", index=None)
    (outer / "index").write_text("another one")
    assert passed(gate) is BatchExtent.PLAIN
    (inner / "index").write_text("one")
    assert passed(gate) is BatchExtent.WHOLE


def test_a_folder_that_becomes_a_worktree_leads_to_its_own_directory(root: Path, tmp_path: Path) -> None:
    gate = gate_of(root)
    (tmp_path / "real").mkdir()
    (tmp_path / "real/index").write_text("one")
    (root / ".git").write_text("gitdir: ../real\n")
    assert [passed(gate), passed(gate)] == [BatchExtent.WHOLE, BatchExtent.PLAIN]


def test_a_repository_that_came_while_nothing_was_dirty_concerns_no_later_batch(root: Path) -> None:
    gate = gate_of(root)
    repository(root)
    gate.rest()
    gate.rest()
    assert passed(gate) is BatchExtent.PLAIN


def test_without_a_repository_the_gate_is_open() -> None:
    assert passed(GitHold(GitDirectories, lambda: False)) is BatchExtent.PLAIN


def test_a_commit_waits_when_git_has_moved_on_since_the_batch_began(root: Path) -> None:
    directory = repository(root)
    gate = gate_of(root)
    assert gate.enter(1) is BatchExtent.PLAIN
    (directory / "index").write_text("another one")
    with pytest.raises(GitAtWork):
        gate.check(1)
    assert passed(gate) is BatchExtent.WHOLE
