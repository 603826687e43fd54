"""What is refused is told with whose it is, who asks, and the next step."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from docsync.cli.denial import describe_owner
from tests.cli.conftest import environment
from tests.helpers.powerless import POWERLESS, give_away, needs_power


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that is closed to others by the modes of its folders."""
    folder = tmp_path / "project"
    (folder / "personas").mkdir(parents=True)
    (folder / "personas/a.json").write_text('{"name": "A"}')
    folder.chmod(0o755)
    return folder


def sync(folder: Path, *before: str) -> str:
    """What a sync in *folder* says on stderr, run by whoever the command *before* makes it."""
    command = [*before, sys.executable, "-m", "docsync", "sync"]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True).stderr


@needs_power
def test_a_folder_that_is_not_there_yet_is_told_by_whose_is_the_one_above(folder: Path) -> None:
    give_away(folder)

    said = sync(folder, *POWERLESS).rstrip()

    owner = describe_owner(folder).partition(" belongs to ")[2].partition(",")[0]
    assert said.startswith(
        f"docsync: {folder}/.docsync: permission denied; {folder} belongs to {owner}, you are "
    )
    assert said.endswith(f"; run this as {owner}, or make it yours: sudo chown -R root {folder}")


@needs_power
def test_what_another_user_left_in_ones_own_folder_is_told_with_the_whole_folder(folder: Path) -> None:
    sync(folder)
    give_away(folder)
    for path in (folder, folder / ".docsync", folder / ".docsync/lock"):
        os.chown(path, 0, 0)

    said = sync(folder, *POWERLESS).rstrip()

    assert f"{folder}/.docsync/docsync.db belongs to " in said
    assert said.endswith(f"sudo chown -R root {folder}/.docsync")


def test_what_is_ones_own_is_to_be_made_writable(tmp_path: Path) -> None:
    assert describe_owner(tmp_path / "not/there") == (
        f"{tmp_path} is yours; make it readable and writable: chmod u+rwX {tmp_path}"
    )


def test_a_user_without_a_name_is_told_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)

    assert "you are user 4000000" in describe_owner(tmp_path)


def test_what_may_not_be_looked_at_is_told_by_the_folder_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.stat

    def refuse(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.name == "shut":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", refuse)

    assert describe_owner(tmp_path / "shut").startswith(f"{tmp_path} is yours")
