"""Who could read all of the collections without docsync: judged by folders, files, groups and the way to them."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from docsync.permission import Audience, Mode
from docsync.upkeep.audience import find_audience

FILES = ("personas/ada.json", "personas/team/bo.json")
SHARED, PRIVATE = Audience(Mode.SHARED), Audience(Mode.PRIVATE)
OTHER_GROUP = 54321


@pytest.fixture
def root() -> Iterator[Path]:
    """A project that every user may read, below a folder that every user may enter: pytest's own may not be."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        above = Path(name)
        made = above / "project"
        for folder in (made, made / "personas", made / "personas/team"):
            folder.mkdir()
        for file in FILES:
            (made / file).write_text("{}")
        for path in (above, made, *made.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield made


def judge(root: Path, folders: tuple[str, ...] = ("personas",), files: tuple[str, ...] = FILES) -> Audience:
    return find_audience(root, folders, files)


def test_what_every_user_may_read_is_shared(root: Path) -> None:
    assert judge(root) == SHARED


@pytest.mark.parametrize(
    ("path", "bits"),
    [
        ("..", 0o700),
        (".", 0o700),
        ("personas", 0o711),
        ("personas", 0o744),
        ("personas/team", 0o700),
        ("personas/team", 0o711),
        ("personas/ada.json", 0o600),
        ("personas/team/bo.json", 0o600),
        ("personas/team/bo.json", 0o604),
        ("personas", 0o705),
    ],
)
def test_one_path_that_is_closed_makes_all_private(root: Path, path: str, bits: int) -> None:
    (root / path).chmod(bits)
    assert judge(root) == PRIVATE


def test_what_others_may_not_read_and_a_group_of_ours_may_is_for_the_group(root: Path) -> None:
    (root / "personas/ada.json").chmod(0o640)
    assert judge(root) == Audience(Mode.GROUP, os.getegid())
    (root / "personas").chmod(0o750)
    assert judge(root) == Audience(Mode.GROUP, os.getegid())


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give a file to a group that is not its own")
def test_a_group_that_is_not_ours_counts_for_nothing(root: Path) -> None:
    file = root / "personas/ada.json"
    os.chown(file, -1, OTHER_GROUP)
    file.chmod(0o640)
    assert judge(root) == PRIVATE
    file.chmod(0o644)
    assert judge(root) == SHARED


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give a folder to a group that is not its own")
def test_two_groups_have_no_reader_in_common(root: Path) -> None:
    os.chown(root / "personas", -1, OTHER_GROUP)
    (root / "personas").chmod(0o750)
    (root / "personas/ada.json").chmod(0o640)
    assert judge(root) == PRIVATE


def test_the_way_is_that_of_the_files_behind_the_links(root: Path) -> None:
    hidden = root / "hidden"
    hidden.mkdir()
    (root / "personas").rename(hidden / "personas")
    (root / "personas").symlink_to("hidden/personas")
    assert judge(root) == SHARED
    hidden.chmod(0o700)
    assert judge(root) == PRIVATE


def test_a_file_behind_a_link_counts_not_the_link(root: Path) -> None:
    (root / "personas/ada.json").rename(root / "personas/.ada.json")
    (root / "personas/ada.json").symlink_to(".ada.json")
    assert judge(root) == SHARED
    (root / "personas/.ada.json").chmod(0o600)
    assert judge(root) == PRIVATE


@pytest.mark.parametrize("folders", [(), ("personas", "nowhere")])
def test_a_collection_that_is_not_there_leaves_all_private(root: Path, folders: tuple[str, ...]) -> None:
    assert judge(root, folders, ()) == PRIVATE


def test_a_file_that_went_after_it_was_read_leaves_all_private(root: Path) -> None:
    (root / "personas/ada.json").unlink()
    assert judge(root) == PRIVATE


def test_an_access_list_leaves_all_private(root: Path) -> None:
    # user::rw-, user:54321:---, group::r--, mask::r--, other::r-- as acl(5) keeps it
    entries = [(1, 6, -1), (2, 0, OTHER_GROUP), (4, 4, -1), (16, 4, -1), (32, 4, -1)]
    octets = b"\x02\0\0\0" + b"".join(
        tag.to_bytes(2, "little") + bits.to_bytes(2, "little") + (number & 0xFFFFFFFF).to_bytes(4, "little")
        for tag, bits, number in entries
    )
    try:
        os.setxattr(root / "personas/ada.json", "system.posix_acl_access", octets)
    except OSError:
        pytest.skip("this file system keeps no access lists")
    assert judge(root) == PRIVATE


def test_a_file_system_whose_other_side_decides_leaves_all_private(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.upkeep.audience.remote_filesystem", lambda folder: "fuse.sshfs")
    assert judge(root) == PRIVATE
