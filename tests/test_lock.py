"""One docsync a database: who comes second is told who came first; the lock goes with its process, however it ends."""

import fcntl
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from docsync.claim import Claim, ClaimRenewal, _claim_of, claiming
from docsync.errors import AlreadyRunning, UsageError
from docsync.lock import Announcement, announcing, holder, holding, read_announcement
from tests.failpoints.forked import ForkedDaemon
from tests.helpers.project import Tell
from tests.helpers.user import NEEDS_ROOT, STRANGER, User, find_python_of_users

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
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


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


# A lock that nobody else can hold


def refuse_start(folder: Path, words: str) -> None:
    with pytest.raises(UsageError, match=words), holding(folder):
        pass


@pytest.mark.parametrize("kind", ["link", "dangling", "pipe", "folder", "socket"])
def test_what_is_no_file_in_the_place_of_the_lock_is_refused_with_what_to_do(
    tmp_path: Path, kind: str
) -> None:
    lock = tmp_path / "lock"
    (tmp_path / "other").touch()
    match kind:
        case "pipe":
            os.mkfifo(lock)
        case "folder":
            lock.mkdir()
        case "socket":
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(str(lock))
        case _:
            lock.symlink_to("other" if kind == "link" else "nowhere")
    refuse_start(tmp_path, f"cannot be the lock .*rm {lock}")
    assert not (tmp_path / "nowhere").exists()


def test_a_lock_that_is_a_file_of_another_name_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    (tmp_path / "other").chmod(0o644)
    (tmp_path / "lock").hardlink_to(tmp_path / "other")

    refuse_start(tmp_path, "has another name")
    assert stat.S_IMODE((tmp_path / "other").stat().st_mode) == 0o644

    (tmp_path / "other").chmod(0o600)  # as in a copy that shares its files with this folder
    with holding(tmp_path):
        pass


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_docsync_folder_that_leads_elsewhere_is_refused_and_nothing_is_touched_there(
    tmp_path: Path, target: str
) -> None:
    elsewhere, project = tmp_path / "elsewhere", tmp_path / "project"
    elsewhere.mkdir(0o700)
    project.mkdir()
    (project / ".docsync").symlink_to(f"../{target}")

    with pytest.raises(UsageError, match="symbolic link; remove it"), holding(project / ".docsync"):
        pass

    assert list(elsewhere.iterdir()) == []
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("bits", [0o644, 0o666, 0o755, 0o600])
def test_a_lock_that_a_repository_brought_is_closed_to_others_and_works(tmp_path: Path, bits: int) -> None:
    (tmp_path / "lock").write_text('{"pid": 1}')
    (tmp_path / "lock").chmod(bits)
    with holding(tmp_path):
        assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600
        with pytest.raises(AlreadyRunning), holding(tmp_path):
            pass


@NEEDS_ROOT
@pytest.mark.parametrize("name", ["lock", "."])
def test_a_lock_or_a_folder_of_another_user_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "lock").touch(0o600)
    os.chown(tmp_path / name, STRANGER.uid, STRANGER.gid)
    refuse_start(tmp_path, f"belongs to user {STRANGER.uid}")


def test_a_folder_where_every_user_may_put_files_is_refused_or_closed(tmp_path: Path) -> None:
    for name in ("state", ".docsync"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o777)
    refuse_start(tmp_path / "state", "chmod o-w")
    with holding(tmp_path / ".docsync"):
        assert stat.S_IMODE((tmp_path / ".docsync").stat().st_mode) == 0o755
    (tmp_path / "state").chmod(0o1777)
    with holding(tmp_path / "state"):
        pass


_FLOCK = """
import ctypes, fcntl, os, sys
if int(sys.argv[2]):
    ctypes.CDLL(None).prctl(4, 0)  # not to be dumped: its folder in /proc is root's
descriptor = os.open(sys.argv[1], os.O_RDONLY)
fcntl.flock(descriptor, int(sys.argv[3]))
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def flocked(folder: Path, user: User, *, hides: bool = False, shared: bool = False) -> Iterator[None]:
    """A process of *user* that holds flock on *folder* itself, as an earlier docsync does."""
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    python = sys.executable if user.uid == os.geteuid() else find_python_of_users()[0]
    with subprocess.Popen(
        [python, "-c", _FLOCK, str(folder), str(int(hides)), str(kind)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        user=user.uid,
        group=user.gid,
        extra_groups=[],
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield
        finally:
            other.kill()


@NEEDS_ROOT
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("hides", [False, True])
def test_a_stranger_who_locks_the_folder_keeps_nobody_from_starting(*, hides: bool, shared: bool) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with flocked(folder, STRANGER, hides=hides, shared=shared), holding(folder):
            with pytest.raises(AlreadyRunning) as refused, holding(folder):
                pass
            assert refused.value.pid == os.getpid()
        with flocked(folder, STRANGER, hides=hides, shared=shared):
            (folder / "daemon.json").write_text(json.dumps(vars_of(ANNOUNCEMENT)))
            assert read_announcement(folder) is None


def vars_of(announcement: Announcement) -> dict[str, object]:
    return {"pid": announcement.pid, "socket": announcement.socket, "http": announcement.http}


def test_an_earlier_docsync_that_locks_the_folder_is_respected(tmp_path: Path) -> None:
    me = User("me", os.geteuid(), os.getegid())
    with flocked(tmp_path, me), pytest.raises(AlreadyRunning), holding(tmp_path):
        pass


def test_an_earlier_docsync_finds_the_folder_locked(tmp_path: Path) -> None:
    with holding(tmp_path):
        descriptor = os.open(tmp_path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)


def test_an_announcement_that_was_left_behind_is_gone_once_the_lock_is_held(tmp_path: Path) -> None:
    (tmp_path / "daemon.json").write_text(json.dumps(vars_of(ANNOUNCEMENT)))
    with holding(tmp_path):
        assert read_announcement(tmp_path) is None


@pytest.mark.timeout(20)
def test_an_announcement_that_is_a_pipe_or_a_link_never_hangs_and_does_not_count(tmp_path: Path) -> None:
    for make in (lambda path: os.mkfifo(path), lambda path: path.symlink_to("/dev/zero")):
        with holding(tmp_path):
            make(tmp_path / "daemon.json")
            with suppress(OSError):
                assert read_announcement(tmp_path) is None


# The same folder through a mount that shares no locks


@contextmanager
def mounted(folder: Path, place: Path) -> Iterator[Path]:
    """*folder* through FUSE, which keeps the locks on its files to itself."""
    if not shutil.which("bindfs") or os.geteuid() != 0:
        pytest.skip("needs root and bindfs")
    place.mkdir()
    if subprocess.run(["bindfs", str(folder), str(place)], capture_output=True).returncode:
        pytest.skip("bindfs cannot mount here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_second_one_through_fuse_is_told_who_came_first(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    with mounted(tmp_path / "real", tmp_path / "mount") as mount:
        with another(tmp_path / "real") as other:
            with pytest.raises(AlreadyRunning, match="another mount") as refused, holding(mount):
                pass
            assert refused.value.pid == other.pid
        with holding(mount):
            pass
        with another(mount), pytest.raises(AlreadyRunning), holding(tmp_path / "real"):
            pass


def test_a_claim_of_a_process_that_was_killed_refuses_nobody(tmp_path: Path) -> None:
    with another(tmp_path) as other:
        left = (tmp_path / "holder.json").read_bytes()
        assert json.loads(left)["pid"] == other.pid
    assert (tmp_path / "holder.json").read_bytes() == left
    with holding(tmp_path):
        assert json.loads((tmp_path / "holder.json").read_bytes())["pid"] == os.getpid()
    assert not (tmp_path / "holder.json").exists()


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Claim]:
    """The claim of another process that lives."""
    with subprocess.Popen(["sleep", "60"]) as child:
        yield _claim_of(child.pid, tmp_path)
        child.kill()


def test_a_claim_of_a_process_that_was_killed_and_not_waited_for_refuses_nobody(tmp_path: Path) -> None:
    """As in a container whose first process waits for no other: what was killed stays in the table of processes."""
    with subprocess.Popen(["sleep", "60"]) as child:
        left = _claim_of(child.pid, tmp_path)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        claim(tmp_path, left)
        assert wins(tmp_path)


def test_a_claim_that_was_copied_with_its_folder_refuses_nobody(tmp_path: Path, living: Claim) -> None:
    (tmp_path / "copy").mkdir()
    claim(tmp_path / "copy", living)
    assert wins(tmp_path / "copy")
    assert os.listdir(tmp_path / "copy") == []


def claim(folder: Path, claim: Claim, age_seconds: float = 0) -> None:
    path = folder / "holder.json"
    path.write_text(json.dumps(asdict(claim)))
    at = time.time() - age_seconds
    os.utime(path, (at, at))


def wins(folder: Path) -> bool:
    with claiming(folder) as other:
        return other is None


def test_a_claim_counts_while_its_very_process_lives(tmp_path: Path, living: Claim) -> None:
    claim(tmp_path, living)
    assert not wins(tmp_path)
    for gone in (
        replace(living, started="1"),
        replace(living, pid=2**22 + 1),
        replace(living, boot="another"),
    ):
        claim(tmp_path, gone, age_seconds=60)
        assert wins(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "\0" * 5000])
def test_a_claim_that_cannot_be_understood_refuses_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "holder.json").write_text(text)
    assert wins(tmp_path)


def test_a_claim_of_another_container_counts_while_its_time_moves(tmp_path: Path, living: Claim) -> None:
    elsewhere = replace(living, pids="pid:[1]", pid=1)
    claim(tmp_path, elsewhere)
    assert wins(tmp_path), "it was killed a moment ago"
    claim(tmp_path, elsewhere)
    over, renewal = threading.Event(), ClaimRenewal(tmp_path)

    def beat() -> None:
        while not over.wait(0.1):
            renewal.tick(time.monotonic_ns())

    beating = threading.Thread(target=beat)
    beating.start()
    try:
        assert not wins(tmp_path)
    finally:
        over.set()
        beating.join()


_CLAIM = """
import os, sys
from pathlib import Path
from docsync.claim import claiming
sys.stdin.readline()
with claiming(Path(sys.argv[1])) as other:
    print("won" if other is None else "lost", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("stale", [False, True])
def test_of_many_that_claim_at_once_without_a_lock_one_wins(tmp_path: Path, *, stale: bool) -> None:
    if stale:
        claim(tmp_path, Claim(2**22 + 1, "1", "another boot", "", str(tmp_path)), age_seconds=60)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _CLAIM, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.stdout.readline() for process in started if process.stdout]
    for process in started:
        process.kill()
        process.communicate()
    assert sorted(told) == ["lost\n"] * 7 + ["won\n"]


def test_the_system_tells_who_holds_the_lock(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with holding(tmp_path):
        assert holder(tmp_path) == os.getpid()
    assert holder(tmp_path / "nowhere") is None
