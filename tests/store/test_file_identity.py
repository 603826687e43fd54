"""What tells a file from a copy of it, on systems that tell more and that tell less."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from docsync.store import file_identity
from docsync.store.file_identity import read_identity


def test_a_file_that_is_not_there_has_no_identity(tmp_path: Path) -> None:
    assert read_identity(tmp_path / "nothing") is None


@pytest.mark.parametrize(
    "answer", [None, lambda *_: 1, lambda *_: 0], ids=["no statx", "refused", "no birth time"]
)
def test_without_a_birth_time_it_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    monkeypatch.setattr(file_identity, "_find_statx", lambda: answer)
    found = read_identity(tmp_path)
    assert found is not None
    assert found.born_ns == 0


def test_where_stat_tells_the_birth_it_is_taken_from_there(tmp_path: Path) -> None:
    status = SimpleNamespace(st_birthtime=1.5)
    assert file_identity._read_birth(tmp_path, status) == 1_500_000_000  # type: ignore[arg-type]  # as macOS has it
