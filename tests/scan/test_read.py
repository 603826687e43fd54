"""Reading one file: whole and unchanged, or the reason why not; nothing in its place can block the reader."""

import errno
import fcntl
import mmap
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from docsync.model import FileBytes, ReadFailure, RefusedPath, Stamp
from docsync.scan.read import Place, WriteState, is_racy, read_stable, read_write_state, stamp_of

PATH = "personas/a.json"
SECOND = 1_000_000_000


def read(file: Path, max_bytes: int = 100) -> FileBytes | RefusedPath | ReadFailure:
    return read_stable(PATH, Place(str(file.parent), file.name, "/"), max_bytes)


def test_a_file_is_read_with_its_stamp(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"{}")
    answer = read(file)
    assert isinstance(answer, FileBytes)
    assert (answer.octets, answer.stamp) == (b"{}", stamp_of(file.stat()))


def test_an_empty_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").touch()
    answer = read(tmp_path / "a.json")
    assert isinstance(answer, FileBytes)
    assert answer.octets == b""


@pytest.mark.parametrize(("size", "is_read"), [(100, True), (101, False)])
def test_the_size_limit_is_inclusive(tmp_path: Path, size: int, is_read: bool) -> None:
    (tmp_path / "a.json").write_bytes(b"x" * size)
    assert isinstance(read(tmp_path / "a.json"), FileBytes) is is_read


def test_a_file_that_is_too_large_is_refused_without_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    with file.open("wb") as hole:
        hole.truncate(10 * 1024**3)
    answer = read(file)
    assert isinstance(answer, RefusedPath)
    assert (answer.problem.path, answer.problem.code) == (PATH, "too-large")
    assert answer.stamp == stamp_of(file.stat())


def test_a_file_that_is_not_there_is_gone(tmp_path: Path) -> None:
    assert read(tmp_path / "a.json") is ReadFailure.GONE


def test_a_file_whose_folder_became_a_file_is_gone(tmp_path: Path) -> None:
    (tmp_path / "folder").touch()
    assert read(tmp_path / "folder" / "a.json") is ReadFailure.GONE


def test_a_pipe_in_its_place_neither_blocks_nor_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.json")
    assert read(tmp_path / "a.json") is ReadFailure.GONE


def test_a_socket_in_its_place_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("a.json")
        assert read(tmp_path / "a.json") is ReadFailure.GONE


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_in_its_place_is_gone(device: str) -> None:
    assert read(Path(device)) is ReadFailure.GONE


def test_a_folder_in_its_place_is_gone(tmp_path: Path) -> None:
    assert read(tmp_path) is ReadFailure.GONE


def test_a_link_put_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("{}")
    (tmp_path / "a.json").symlink_to(tmp_path / "secret")
    assert read(tmp_path / "a.json") is ReadFailure.GONE


@pytest.mark.parametrize("swapped", ["team", "team/deep"])
def test_a_link_put_in_the_place_of_a_folder_on_the_way_is_not_followed(tmp_path: Path, swapped: str) -> None:
    for folder in ("inside/team/deep", "outside/team/deep"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.json").write_text("{}")
    inside = str(tmp_path / "inside")
    assert isinstance(read_stable(PATH, Place(inside, "team/deep/a.json", "/"), 100), FileBytes)
    (tmp_path / "inside" / swapped).rename(tmp_path / "away")
    (tmp_path / "inside" / swapped).symlink_to(tmp_path / "outside" / swapped)
    assert read_stable(PATH, Place(inside, "team/deep/a.json", "/"), 100) is ReadFailure.GONE


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.json").write_text("{}")
    (tmp_path / "link").symlink_to("real")
    assert isinstance(read(tmp_path / "link/a.json"), FileBytes)


@pytest.mark.parametrize(
    ("number", "has_hint"),
    [(errno.EACCES, True), (errno.EPERM, True), (errno.EIO, False), (errno.ESTALE, False)],
)
@pytest.mark.parametrize("call", ["open", "read"])
def test_a_file_that_the_system_does_not_show_is_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, has_hint: bool
) -> None:
    (tmp_path / "a.json").write_text("{}")

    def refuse(*_: Any, **__: Any) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, refuse)
    answer = read(tmp_path / "a.json")
    assert isinstance(answer, RefusedPath)
    assert (answer.problem.code, answer.problem.path, answer.stamp) == ("unreadable", PATH, None)
    assert (answer.problem.hint is not None) is has_hint


def rewriting(monkeypatch: pytest.MonkeyPatch, file: Path, octets: bytes) -> None:
    """The file gets other content after the first bytes of it were read."""
    real, once = os.read, [octets]

    def read_then_write(descriptor: int, count: int) -> bytes:
        chunk = real(descriptor, count)
        if once:
            file.write_bytes(once.pop())
        return chunk

    monkeypatch.setattr(os, "read", read_then_write)


@pytest.mark.parametrize("octets", [b"[1,2]", b"[1,2,3,4,5]", b"", b"{}"])
def test_a_file_that_changes_while_it_is_read_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, octets: bytes
) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"[9,9]")
    os.utime(file, ns=(0, 0))
    rewriting(monkeypatch, file, octets)
    assert read(file) is ReadFailure.CHANGING
    assert isinstance(read(file), FileBytes)


def test_no_more_is_read_of_a_growing_file_than_one_byte_above_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"12345")
    real, counts = os.read, []

    def read_slowly(descriptor: int, count: int) -> bytes:
        counts.append(count)
        with file.open("ab") as growing:
            growing.write(b"x" * 1000)
        return real(descriptor, min(count, 2))

    monkeypatch.setattr(os, "read", read_slowly)
    assert read(file) is ReadFailure.CHANGING
    assert counts == [6, 4, 2]


def test_no_descriptor_is_left_open_whatever_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"{}")
    before = len(os.listdir("/proc/self/fd"))
    read(file)
    read(file, max_bytes=1)
    read(tmp_path)
    (tmp_path / "team/deep").mkdir(parents=True)
    for inner in ("team/deep/none.json", "team/none/none.json", "none/none/none.json"):
        assert read_stable(PATH, Place(str(tmp_path), inner, "/"), 100) is ReadFailure.GONE
    rewriting(monkeypatch, file, b"[]")
    read(file)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("age_ns", "fraction_ns", "racy"),
    [
        (0, 1, True),
        (20_000_000 - 1, 1, True),
        (20_000_000, 1, False),
        (2 * SECOND, 0, True),
        (2_100_000_000, 0, False),
        (-SECOND, 1, True),  # the clock was set back
    ],
)
def test_a_stamp_taken_right_after_a_write_is_racy(age_ns: int, fraction_ns: int, racy: bool) -> None:
    changed_ns = 1_000 * SECOND + fraction_ns
    assert is_racy(Stamp(changed_ns, changed_ns, 1, 1, 1), changed_ns + age_ns) is racy


def test_one_round_time_does_not_make_a_coarse_clock() -> None:
    assert not is_racy(Stamp(0, 1_000 * SECOND + 1, 1, 1, 1), 1_001 * SECOND)
    assert not is_racy(Stamp(1, 1_000 * SECOND, 1, 1, 1), 1_001 * SECOND)


@pytest.mark.parametrize(
    ("mtime_ns", "inode", "kept"),
    [
        (10_400_000_000 * SECOND, 1, (2**63 - 1, 1)),  # the year 2299
        (-10_400_000_000 * SECOND, 1, (-(2**63), 1)),
        (2**63 - 1, 2**63 - 1, (2**63 - 1, 2**63 - 1)),
        (5, 2**64 - 2, (5, -2)),
    ],
)
def test_a_stamp_always_fits_into_what_sqlite_keeps(mtime_ns: int, inode: int, kept: tuple[int, int]) -> None:
    status: Any = SimpleNamespace(st_mtime_ns=mtime_ns, st_ctime_ns=3, st_size=4, st_ino=inode, st_dev=7)
    assert stamp_of(status) == Stamp(kept[0], 3, 4, kept[1], 7)


def _place(folder: Path, name: str = "a.json") -> Place:
    return Place(str(folder), name, str(folder))


def test_a_file_is_open_as_long_as_somebody_may_write_it(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("{}")
    assert read_write_state(_place(tmp_path)) is WriteState.CLOSED
    with file.open():
        assert read_write_state(_place(tmp_path)) is WriteState.CLOSED
    with file.open("r+"):
        assert read_write_state(_place(tmp_path)) is WriteState.OPEN
    assert read_write_state(_place(tmp_path, "gone.json")) is WriteState.CLOSED


def test_a_mapping_may_still_be_written(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    with (tmp_path / "a.json").open("r+b") as file:
        mapping = mmap.mmap(file.fileno(), 0)
    assert read_write_state(_place(tmp_path)) is WriteState.OPEN
    mapping.close()
    assert read_write_state(_place(tmp_path)) is WriteState.CLOSED


def test_where_the_system_does_not_tell_a_second_name_says_that_the_file_was_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the owner of a file may ask."""

    def refuse(*_: object) -> int:
        raise PermissionError

    file = tmp_path / "a.json"
    file.write_text("{}")
    status = file.stat()
    monkeypatch.setattr(fcntl, "fcntl", refuse)
    if status.st_ctime_ns == status.st_mtime_ns:
        assert read_write_state(_place(tmp_path)) is WriteState.UNKNOWN
    (tmp_path / "b.json").hardlink_to(file)
    assert read_write_state(_place(tmp_path)) is WriteState.CLOSED
    monkeypatch.delattr(fcntl, "F_SETLEASE")
    assert read_write_state(_place(tmp_path)) is WriteState.CLOSED


def test_asking_disturbs_nobody_who_opens_the_file_meanwhile(tmp_path: Path) -> None:
    """Who breaks a lease sends a signal, and the usual one would end this process."""
    file = tmp_path / "a.json"
    file.write_text("{}")
    writer = subprocess.Popen(
        [sys.executable, "-c", "import sys\nfor _ in range(3000): open(sys.argv[1], 'r+').close()", str(file)]
    )
    while writer.poll() is None:
        read_write_state(_place(tmp_path))
    assert writer.returncode == 0


def test_a_folder_that_turns_out_to_lie_elsewhere_once_it_is_open_gives_nothing(tmp_path: Path) -> None:
    for name in ("project/real", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a.json").write_text("{}")
    for target, wanted in (("real", FileBytes), ("../elsewhere", ReadFailure)):
        link = tmp_path / "project/data"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        place = Place(str(link), "a.json", str(tmp_path / "project"))
        assert isinstance(read_stable(PATH, place, 100), wanted)
