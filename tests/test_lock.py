"""One docsync a database: who comes second is told who came first; the lock goes with its process, however it ends."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docsync.errors import AlreadyRunning
from docsync.lock import Announcement, announcing, holding, read_announcement
from tests.failpoints.forked import ForkedDaemon
from tests.helpers.project import Tell

ANNOUNCEMENT = Announcement(4711, "/run/docsync.sock", "http://127.0.0.1:8787")
_HOLD = """
import sys
from pathlib import Path
from docsync.lock import Announcement, announcing, holding
folder = Path(sys.argv[1])
with holding(folder), announcing(folder, Announcement(1, "socket", None)):
    print("held", flush=True)
    sys.stdin.readline()
"""
_RACE = """
import json, os, signal, sys, time
from pathlib import Path
import docsync.lock
from docsync.errors import AlreadyRunning
from docsync.lock import holding
folder, starts, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

def start(go, tell, end):
    os.read(go, 1)
    try:
        with holding(folder):
            os.write(tell, b"won %d\\n" % os.getpid())
            os.read(end, 1)
    except AlreadyRunning:
        os.write(tell, b"lost %d\\n" % os.getpid())

def race():
    go, begin = os.pipe()
    told, tell = os.pipe()
    end, never = os.pipe()
    children = []
    for _ in range(starts):
        child = os.fork()
        if child == 0:
            os.close(begin)
            os.close(never)
            start(go, tell, end)
            os._exit(0)
        children.append(child)
    os.close(begin)
    os.close(tell)
    answers = b""
    while answers.count(b"\\n") < starts:
        answers += os.read(told, 65536)
    winners = [int(line.split()[1]) for line in answers.splitlines() if line.startswith(b"won")]
    for winner in winners:
        os.kill(winner, signal.SIGKILL)
    for child in children:
        os.waitpid(child, 0)
    patience, docsync.lock._ASKING_SECONDS = docsync.lock._ASKING_SECONDS, -1  # it is free at the first try, or never
    begun = time.perf_counter()
    with holding(folder):
        seconds = time.perf_counter() - begun
    docsync.lock._ASKING_SECONDS = patience
    for descriptor in (go, told, end, never):
        os.close(descriptor)
    return len(winners), seconds

print(json.dumps([race() for _ in range(rounds)]))
"""
LONG = os.environ.get("DOCSYNC_LONG") == "1"


@contextmanager
def another(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds the lock on *folder*."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield other
        finally:
            other.kill()
            other.wait(30)


def test_the_second_is_told_who_came_first_and_what_to_type(tmp_path: Path) -> None:
    with another(tmp_path) as other:
        with (
            pytest.raises(AlreadyRunning, match=f"process {other.pid}.*docsync stop") as refused,
            holding(tmp_path),
        ):
            pass
        assert (refused.value.pid, refused.value.exit_code) == (other.pid, 6)


def test_the_lock_is_free_after_a_clean_end(tmp_path: Path) -> None:
    with holding(tmp_path):
        pass
    with holding(tmp_path):
        pass


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), holding(tmp_path):
        raise ZeroDivisionError
    with holding(tmp_path):
        pass


def test_the_lock_is_free_after_kill_9(tmp_path: Path) -> None:
    with another(tmp_path) as other:
        other.kill()
        other.wait(30)
        assert (tmp_path / "daemon.json").exists()
        assert read_announcement(tmp_path) is None
        with holding(tmp_path):
            pass


def test_deleting_every_file_does_not_let_a_second_one_in(tmp_path: Path) -> None:
    with another(tmp_path) as other:
        for file in tmp_path.iterdir():
            file.unlink()
        with pytest.raises(AlreadyRunning) as refused, holding(tmp_path):
            pass
        assert refused.value.pid == other.pid


def target_of(file: Path) -> str:
    """What an open file is; nothing if it was closed meanwhile, as those of a program that begins are."""
    try:
        return os.readlink(file)
    except FileNotFoundError:
        return ""


def test_a_child_that_outlives_its_parent_does_not_keep_the_lock(tmp_path: Path) -> None:
    with holding(tmp_path), subprocess.Popen(["sleep", "60"], close_fds=False) as child:
        try:
            open_files = Path(f"/proc/{child.pid}/fd")
            assert str(tmp_path) not in {target_of(file) for file in open_files.iterdir()}
        finally:
            child.kill()


def test_locks_of_different_folders_do_not_meet(tmp_path: Path) -> None:
    with holding(tmp_path / "a"), holding(tmp_path / "b"):
        pass


def test_where_the_system_does_not_tell_the_announcement_says_who_holds_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.lock._holder", lambda descriptor: None)
    with holding(tmp_path):
        with pytest.raises(AlreadyRunning, match="another process") as refused, holding(tmp_path):
            pass
        assert refused.value.pid is None
        with announcing(tmp_path, ANNOUNCEMENT), pytest.raises(AlreadyRunning) as refused, holding(tmp_path):
            pass
        assert refused.value.pid == 4711


def test_without_a_list_of_locks_nobody_knows_the_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, **options: str) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    with holding(tmp_path):
        monkeypatch.setattr(Path, "read_text", refuse)
        with pytest.raises(AlreadyRunning, match="another process"), holding(tmp_path):
            pass


def test_a_list_of_locks_without_this_one_does_not_name_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with holding(tmp_path):
        monkeypatch.setattr(
            Path, "read_text", lambda path, **_: "1: FLOCK  ADVISORY  WRITE 7 00:00:0 0 EOF\n"
        )
        with pytest.raises(AlreadyRunning, match="another process"), holding(tmp_path):
            pass


def test_the_folder_that_is_made_for_the_lock_is_for_its_owner_and_the_way_to_it_for_all(
    tmp_path: Path,
) -> None:
    before = os.umask(0o077)
    try:
        with holding(tmp_path / "var" / "docsync"):
            pass
    finally:
        os.umask(before)
    assert [
        stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "var", tmp_path / "var" / "docsync")
    ] == [0o755, 0o700]


def test_an_announcement_is_seen_as_long_as_the_lock_is_held(tmp_path: Path) -> None:
    with holding(tmp_path):
        assert read_announcement(tmp_path) is None
        with announcing(tmp_path, ANNOUNCEMENT):
            assert read_announcement(tmp_path) == ANNOUNCEMENT
        assert read_announcement(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_an_announcement_that_was_left_behind_does_not_count(tmp_path: Path) -> None:
    with announcing(tmp_path, ANNOUNCEMENT):
        assert read_announcement(tmp_path) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        '{"pid": 1}',
        json.dumps({"pid": 1, "socket": "s", "http": None, "more": 1}),
        "\udcff",
    ],
)
def test_an_announcement_that_cannot_be_understood_does_not_count(tmp_path: Path, text: str) -> None:
    (tmp_path / "daemon.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with holding(tmp_path):
        assert read_announcement(tmp_path) is None


def test_an_announcement_that_somebody_deleted_does_not_disturb_the_end(tmp_path: Path) -> None:
    with announcing(tmp_path, ANNOUNCEMENT):
        (tmp_path / "daemon.json").unlink()


def test_without_a_folder_nobody_is_announced(tmp_path: Path) -> None:
    assert read_announcement(tmp_path / "never") is None


def test_of_fifty_that_start_at_once_one_wins_and_after_its_kill_the_next_one_does(
    tmp_path: Path, tell: Tell
) -> None:
    rounds = 100 if LONG else 10
    race = [sys.executable, "-c", _RACE, str(tmp_path), "50", str(rounds)]
    done = subprocess.run(race, capture_output=True, text=True, check=True, timeout=100)
    found = json.loads(done.stdout)
    tell(
        f"{rounds} times 50 starts; the slowest start after a kill took {max(s for _, s in found) * 1000:.2f} ms"
    )
    assert [winners for winners, _ in found] == [1] * rounds


def test_of_many_daemons_that_start_at_once_one_serves_and_the_others_say_so(tmp_path: Path) -> None:
    daemons = [ForkedDaemon(tmp_path / "project") for _ in range(50 if LONG else 12)]
    try:
        for daemon in daemons:
            daemon.start(ready=False)
        one_serves(daemons)
        next(daemon for daemon in daemons if daemon.ended() is None).kill()
        successor = daemons[0]
        successor.start()
        assert successor.status()["state"] == "in_sync"
    finally:
        for daemon in daemons:
            daemon.kill()


def one_serves(daemons: list[ForkedDaemon]) -> None:
    daemons[0].until(lambda: [daemon.ended() for daemon in daemons].count(None) == 1)
    daemons[0].until(lambda: read_announcement(daemons[0].database.parent))
    assert sorted(daemon.ended() or 0 for daemon in daemons) == [0, *[6] * (len(daemons) - 1)]
    announcement = read_announcement(daemons[0].database.parent)
    alive = next(daemon for daemon in daemons if daemon.ended() is None)
    assert alive.process
    assert announcement is not None
    assert announcement.pid == alive.process.pid
