import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from docsync.watch.mount import MountWatch, mount_table, remote_filesystem

LINES = r"""
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
28 27 0:41 / /srv/shared rw,relatime shared:7 master:1 - nfs4 server:/export rw,vers=4.2
29 27 0:42 / /srv/shared/local rw - tmpfs tmpfs rw
30 27 0:43 / /srv/with\040blank rw - fuse.sshfs host:/ rw
31 27 0:44 / /srv/disk rw - fuseblk /dev/sdb1 rw
32 27 0:45 / /srv/over rw - cifs //server/share rw
33 32 0:46 / /srv/over rw - ext4 /dev/sdc rw
34 27 0:47 / /srv/layers rw - overlay overlay rw,lowerdir=/srv/disk
""".strip()


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/project/personas", None),
        ("/srv/shared", "nfs4"),
        ("/srv/shared/project/personas", "nfs4"),
        ("/srv/sharedness", None),
        ("/srv/shared/local/personas", None),
        ("/srv/with blank/personas", "fuse.sshfs"),
        ("/srv/disk/personas", None),
        ("/srv/over/personas", None),
        ("/srv/layers/personas", "overlay"),
    ],
)
def test_the_nearest_mount_above_a_folder_decides(tmp_path: Path, folder: str, kind: str | None) -> None:
    (tmp_path / "mountinfo").write_text(LINES)
    assert remote_filesystem(folder, tmp_path / "mountinfo") == kind


def test_a_remote_file_system_mounted_inside_a_folder_counts(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text(LINES.splitlines()[0] + "\n" + LINES.splitlines()[1])
    assert remote_filesystem("/srv", tmp_path / "mountinfo") == "nfs4"


def test_the_files_of_a_container_itself_are_local(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text("27 1 0:40 / / rw - overlay overlay rw")
    assert remote_filesystem("/srv", tmp_path / "mountinfo") is None


def test_a_symlink_is_followed_to_where_the_files_lie(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text(
        f"27 1 254:0 / / rw - ext4 a rw\n28 27 0:41 / {tmp_path}/far rw - 9p b rw"
    )
    (tmp_path / "link").symlink_to("far/personas")
    assert remote_filesystem(tmp_path / "link", tmp_path / "mountinfo") == "9p"


def test_a_system_that_does_not_list_its_mounts_has_no_remote_ones(tmp_path: Path) -> None:
    assert remote_filesystem(tmp_path, tmp_path / "absent") is None


def test_the_table_of_mounts_is_another_one_when_something_was_mounted(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    assert mount_table(table) == ""
    table.write_text("one\n")
    before = mount_table(table)
    table.write_text("one\ntwo\n")
    assert (before, mount_table(table)) == ("one\n", "one\ntwo\n")


def test_the_list_of_this_system_can_be_read(tmp_path: Path) -> None:
    assert remote_filesystem(tmp_path) in (None, "9p", "virtiofs", "fuse", "nfs", "nfs4")


def test_where_no_mounts_are_listed_they_never_change(tmp_path: Path) -> None:
    watch = MountWatch(tmp_path / "absent")
    assert watch.state() == watch.state() == (0, "")
    watch.close()
    watch.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the table of mounts is Linux's")
def test_many_threads_may_ask_for_the_mounts_at_once() -> None:
    watch = MountWatch()
    begin = threading.Barrier(4)

    def ask() -> int:
        begin.wait()
        return len({watch.state() for _ in range(300)})

    with ThreadPoolExecutor(4) as pool:
        assert [asked.result() >= 1 for asked in [pool.submit(ask) for _ in range(4)]] == [True] * 4
    watch.close()
