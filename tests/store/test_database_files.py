from pathlib import Path

import pytest

from docsync.store.database_files import is_there


@pytest.mark.parametrize("path", ["gone.db", "gone/docs.db", "file/docs.db", "broken-link"])
def test_what_certainly_does_not_exist_is_not_there(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "broken-link").symlink_to("nothing")

    assert not is_there(tmp_path / path)


@pytest.mark.parametrize("path", ["file", "folder", "loop", "x" * 300])
def test_what_exists_or_cannot_be_examined_may_be_there(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")

    assert is_there(tmp_path / path)
