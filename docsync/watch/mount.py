"""Reads the mount table: which folders are on remote file systems, and whether mounts changed."""

import os
import re
import select
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from docsync.real_path import real_path

MOUNTS = Path("/proc/self/mountinfo")

_REMOTE = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "fuse", "gfs2", "gluster", "glusterfs",
        "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "pvfs2", "smb2", "smb3", "smbfs",
        "vboxsf", "virtiofs", "vmhgfs",
    }
)  # fmt: skip
_OCTAL = re.compile(r"\\([0-7]{3})")


def mount_table(mounts: Path = MOUNTS) -> str:
    """The mount table as text, another one after every mount; empty where the system shows none (now)."""
    try:
        return mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # any system but Linux, or one that has no descriptor to spare at this moment
        return ""


class MountState(NamedTuple):
    """The mount table as text, and how often it was seen to have changed: also by what was undone since."""

    changes: int
    table: str


class MountWatch:
    """Notices changes of the mount table: a poll of the open table tells of each (proc(5)).

    Any thread may ask: the sync thread does with its heartbeat, and whoever waits before that.
    """

    def __init__(self, mounts: Path = MOUNTS) -> None:
        self._mounts = mounts
        self._changes = 0
        self._lock = Lock()  # one poll must not be asked twice at the same time
        self._poll = select.poll()
        try:
            self._table: int | None = os.open(mounts, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:  # as in mount_table: then a mount that was undone goes unnoticed
            self._table = None
        else:
            self._poll.register(self._table, select.POLLPRI)

    def close(self) -> None:
        """Give the descriptor back."""
        with self._lock:
            if self._table is not None:
                self._poll.unregister(self._table)
                os.close(self._table)
                self._table = None

    def state(self) -> MountState:
        """The state now; another one after every mount, and after every end of one."""
        with self._lock:
            table = mount_table(self._mounts)
            while self._table is not None and self._poll.poll(0):
                self._changes += 1
                table = mount_table(self._mounts)  # what was read before may be older than the change
            return MountState(self._changes, table)


def remote_filesystem(folder: str | Path, mounts: Path = MOUNTS) -> str | None:
    """The type of the remote file system that *folder* is on, or that is mounted beneath it.

    None for local file systems, and where the system does not list its mounts.
    """
    mounted = _parse_mounts(mount_table(mounts))
    real = real_path(folder)
    above = max((point for point in mounted if _covers(point, real)), key=len, default=None)
    beneath = [point for point in mounted if _covers(real, point)]
    points = ([above] if above else []) + beneath
    return next((mounted[point] for point in points if _is_remote(point, mounted[point])), None)


def find_mounted_files(folder: str, table: str) -> list[str]:
    """The names beneath the real *folder*, from there, at which *table* has something mounted that is no folder.

    A container is given single files so (docker -v FILE:FILE, subPath of Kubernetes).
    """
    beneath = (point for point in _parse_mounts(table) if _covers(folder, point) and point != folder)
    return [os.path.relpath(point, folder) for point in beneath if not Path(point).is_dir()]


@lru_cache(maxsize=1)
def _parse_mounts(table: str) -> Mapping[str, str]:
    """The types by mount point. Cached: every folder asks, and the table seldom changes."""
    # Of two mounts on one folder the later one is seen.
    return dict(_parse_mount(line) for line in table.splitlines())


def _parse_mount(line: str) -> tuple[str, str]:
    """The mount point and the type of one line of mountinfo (proc(5)): optional fields end at a lone dash."""
    before, _, after = line.partition(" - ")
    point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), before.split(" ")[4])
    return point, after.split(" ")[0]


def _covers(folder: str, path: str) -> bool:
    return folder == "/" or path == folder or path.startswith(folder + "/")


def _is_remote(point: str, kind: str) -> bool:
    # What is written below an overlay gives no event in it. The one at / holds a container's own files, which
    # nobody writes there; one at any other place shows a folder that has a life of its own (podman -v
    # FOLDER:PLACE:O).
    if kind == "overlay":
        return point != "/"
    # Any program may stand behind fuse.NAME (sshfs, rclone, gvfsd); fuseblk is a local disk (ntfs-3g, exfat).
    return kind in _REMOTE or kind.startswith("fuse.")
