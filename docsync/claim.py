"""Which process keeps a database, written beside it: seen also through a mount that shares no locks.

Never believes a process that is no more: pid, its start, its namespace and the boot are compared.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from docsync.permission import create_file
from docsync.real_path import real_path
from docsync.regular_file import read_regular

_FILE = "holder.json"
_MAX_BYTES = 4096
_MAX_AGE_NS = 10_000_000_000
_PATIENCE_SECONDS = 2.5
_RENEW_NS = 500_000_000
_TRIES = 5
_SETTLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Claim:
    """A process: `started` in ticks since `boot`, `pids` its namespace; empty where nobody tells.

    `folder` is where it keeps the database, as it sees it.
    """

    pid: int
    started: str
    boot: str
    pids: str
    folder: str


@contextmanager
def claiming(folder: Path) -> Iterator[int | None]:
    """Claim *folder* for this process, which holds its lock; yields None, or the pid of one that lives.

    Of two that begin at once, one makes the file.
    """
    mine = _claim_of(os.getpid(), folder)
    path = folder / _FILE
    other = _take_or_find(path, mine)
    try:
        yield None if other == mine.pid else other
    finally:
        if other == mine.pid and _read(path) == mine:
            path.unlink(missing_ok=True)


class ClaimRenewal:
    """Shows that the process that has claimed *folder* lives to those who see its file and not itself."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._due_ns = 0

    def tick(self, now_ns: int) -> None:
        """Called often, at least once a second; twice a second is enough, since the watcher hears of each."""
        if now_ns < self._due_ns:
            return
        self._due_ns = now_ns + _RENEW_NS
        with suppress(OSError):
            os.utime(self._path)


def _take_or_find(path: Path, mine: Claim) -> int | None:
    """The pid whose claim *path* is: that of *mine*, or of another one that lives; None if there is no telling."""
    for tries in range(_TRIES):
        if (pid := _take(path, mine)) is None:
            continue
        if pid == mine.pid and tries:
            # Another one that saw the same dead claim may just have had this one in hand for it.
            time.sleep(_SETTLE_SECONDS)
            found = _read(path)
            if found is None:
                continue
            return found.pid
        return pid
    return None


def _take(path: Path, mine: Claim) -> int | None:
    """The pid whose claim *path* is now: that of *mine*, or of another one that lives; None: try again."""
    try:
        _put(path, mine)
    except FileExistsError:
        known = _read(path)
        if known is not None and known != mine and _is_alive(known, path):
            return known.pid
        _remove(path, known)
        return None
    return mine.pid


def _put(path: Path, mine: Claim) -> None:
    """Let *mine* be at *path*, whole from the first moment. Raises FileExistsError, OSError."""
    draft = path.with_name(f"{_FILE}.{os.getpid()}.new.tmp")
    draft.unlink(missing_ok=True)
    _write(draft, mine)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        _write(path, mine)
    finally:
        draft.unlink()


def _write(path: Path, claim: Claim) -> None:
    with os.fdopen(create_file(path), "w", encoding="ascii") as file:
        json.dump(asdict(claim), file)


def _remove(path: Path, known: Claim | None) -> None:
    """Take *known*, of a process that is no more, away; but not one that was put there meanwhile."""
    aside = path.with_name(f"{_FILE}.{os.getpid()}.tmp")
    with suppress(FileNotFoundError):
        path.rename(aside)
        if _read(aside) != known:
            with suppress(FileExistsError):
                path.hardlink_to(aside)
        aside.unlink()


def _read(path: Path) -> Claim | None:
    with suppress(OSError, ValueError, TypeError):
        return Claim(**json.loads(read_regular(path, _MAX_BYTES, follow_links=False).octets))
    return None


def _is_alive(claim: Claim, path: Path) -> bool:
    here = _claim_of(claim.pid, path.parent)
    if claim.boot and (claim.boot, claim.pids) == (here.boot, here.pids):
        return bool(here.started) and claim.started == here.started and _is_same(claim, here, path)
    return _is_moving(path)  # of another container or another machine: the process itself cannot be seen


def _is_same(claim: Claim, here: Claim, path: Path) -> bool:
    """False where *path* was copied with its folder: what is put here is not seen where *claim* was made."""
    there = Path(claim.folder)
    if claim.folder == here.folder or not there.is_dir():  # seen by that process alone
        return True
    probe = path.with_name(f"{_FILE}.{os.getpid()}.probe.tmp")
    os.close(create_file(probe))
    try:
        return (there / probe.name).exists()
    finally:
        probe.unlink(missing_ok=True)


def _is_moving(path: Path) -> bool:
    """True when the time of *path* changes while it is watched; one that is old is not watched."""
    try:
        before_ns = path.stat().st_mtime_ns
        if abs(time.time_ns() - before_ns) > _MAX_AGE_NS:
            return False
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until:
            if path.stat().st_mtime_ns != before_ns:
                return True
            time.sleep(0.05)
    except OSError:
        return False
    return False


def _claim_of(pid: int, folder: Path) -> Claim:
    boot, pids = _read_text("/proc/sys/kernel/random/boot_id"), _read_link("/proc/self/ns/pid")
    return Claim(pid, _read_start(pid), boot, pids, real_path(folder))


def is_zombie(pid: int) -> bool:
    """True of a process that has ended, and for which the one that began it has not waited yet."""
    return _read_fields(pid)[:1] == ["Z"]


def _read_start(pid: int) -> str:
    """When the process began (proc(5), the 22nd field), empty when there is none that runs."""
    fields = _read_fields(pid)
    return fields[19] if len(fields) > 19 and fields[0] != "Z" else ""


def _read_fields(pid: int) -> list[str]:
    """What proc(5) says of a process, from its state on, the third field; nothing where there is none."""
    return _read_text(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _read_text(path: str) -> str:
    with suppress(OSError):
        return Path(path).read_text("utf-8", "replace").strip()
    return ""


def _read_link(path: str) -> str:
    with suppress(OSError):
        return str(Path(path).readlink())
    return ""
