"""Who may read what docsync writes, said by mode bits."""

import os
import stat
from pathlib import Path

import pytest

from docsync import git_index
from docsync.claim import ClaimRenewal
from docsync.permission import Access, access_of, create_file
from docsync.store.database_files import find_stranger


def test_a_file_has_its_bits_whatever_the_umask_is(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        os.close(create_file(tmp_path / "a", 0o644))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644


def test_the_narrower_of_two_gives_what_both_give() -> None:
    assert Access(0o644, 1, 2).narrow(Access(0o640, 3, 4)) == Access(0o640, 3, 4)
    assert Access(0o640, 1, 2).narrow(Access(0o640, 3, 4)).bits == 0o600
    assert Access(0o600).narrow(Access(0o644, 3, 4)).bits == 0o600


def test_of_what_is_not_there_nobody_has_access(tmp_path: Path) -> None:
    assert access_of(tmp_path / "nothing") is None


def test_a_claim_is_renewed_twice_a_second_at_most(tmp_path: Path) -> None:
    file = tmp_path / "holder.json"
    file.touch()
    renewal = ClaimRenewal(tmp_path)
    renewal.tick(1)
    os.utime(file, (1, 1))
    renewal.tick(2)
    assert file.stat().st_mtime == 1
    renewal.tick(600_000_000)
    assert file.stat().st_mtime != 1


def test_an_index_that_is_too_large_to_look_into_counts_as_one_that_has_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    index.write_bytes(b"DIRC" * 10)
    monkeypatch.setattr(git_index, "_MAX_INDEX_BYTES", 1)
    assert git_index._has(index, b"token")


def test_a_pipe_in_the_place_of_a_database_is_in_the_hands_of_somebody_else(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "docsync.db")
    assert "not a regular file" in find_stranger(tmp_path / "docsync.db")
    assert find_stranger(tmp_path / "nothing") == ""
