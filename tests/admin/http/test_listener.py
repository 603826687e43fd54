import os
import socket
import stat
from pathlib import Path

import pytest

from docsync.admin.http.listener import check_exposure, is_loopback, unix_listener
from docsync.errors import AlreadyRunning, ConfigError, UsageError


def test_the_socket_is_for_this_user_only_and_the_umask_is_left_alone(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "umask", None)
    with unix_listener(socket_path):
        assert stat.S_IMODE(socket_path.stat().st_mode) == 0o600


def test_nobody_can_connect_before_the_mode_is_set(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def chmod(path: Path, mode: int) -> None:
        with socket.socket(socket.AF_UNIX) as peer:
            tried.append(peer.connect_ex(str(path)))

    monkeypatch.setattr(Path, "chmod", chmod)
    with unix_listener(socket_path):
        assert len(tried) == 1
        assert tried[0] != 0


def test_the_socket_is_gone_afterwards_also_after_a_failure(socket_path: Path) -> None:
    with pytest.raises(RuntimeError), unix_listener(socket_path):
        raise RuntimeError

    assert not socket_path.exists()


def test_a_socket_that_somebody_else_put_there_meanwhile_stays(socket_path: Path) -> None:
    with unix_listener(socket_path):
        socket_path.rename(socket_path.with_name("kept"))  # so that the inode is not used again
        socket_path.write_text("theirs")

    assert socket_path.read_text() == "theirs"


def test_a_socket_that_was_taken_away_meanwhile_is_no_trouble(socket_path: Path) -> None:
    with unix_listener(socket_path):
        socket_path.unlink()


def test_a_stale_socket_is_replaced(socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(socket_path))

    with unix_listener(socket_path), socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(socket_path))


def test_a_socket_that_somebody_answers_on_is_not_taken(socket_path: Path) -> None:
    with unix_listener(socket_path):
        with pytest.raises(AlreadyRunning, match="docsync stop"), unix_listener(socket_path):
            pass
        assert socket_path.exists()


def test_a_socket_whose_owner_is_too_busy_to_answer_is_not_taken(socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as busy, socket.socket(socket.AF_UNIX) as first:
        busy.bind(str(socket_path))
        busy.listen(0)
        first.connect(str(socket_path))  # fills the queue
        with pytest.raises(AlreadyRunning), unix_listener(socket_path):
            pass


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_is_no_socket_is_never_removed(socket_path: Path, kind: str) -> None:
    if kind == "file":
        socket_path.write_text("precious")
    elif kind == "folder":
        socket_path.mkdir()
    else:
        socket_path.symlink_to(socket_path.parent / "elsewhere")

    with pytest.raises(UsageError, match="in the way and no socket"), unix_listener(socket_path):
        pass

    assert os.path.lexists(socket_path)


def test_a_path_over_107_bytes_is_refused_with_the_remedy(tmp_path: Path) -> None:
    short = Path("/tmp") / ("é" * 51)  # 107 bytes
    with pytest.raises(UsageError, match=r"107 bytes, this one has 108; set XDG_RUNTIME_DIR"):
        unix_listener(short.with_name(short.name + "x")).__enter__()


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.168.1.5", "example.org", "localhost.evil.com", "127.1"]
)
def test_a_host_that_others_can_reach_needs_a_token(host: str) -> None:
    with pytest.raises(ConfigError, match=r"needs admin\.token_file"):
        check_exposure(host, is_guarded=False)
    check_exposure(host, is_guarded=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_none(host: str) -> None:
    check_exposure(host, is_guarded=False)
    assert is_loopback(host)
