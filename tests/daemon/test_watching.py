"""The watcher under fire: what kills or blinds other watchers, polling, and a watcher that is opened anew."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from docsync.clock import SYSTEM
from docsync.daemon.watch_supervisor import WatchSupervisor
from docsync.model import FollowedFile, Sign, Timing
from docsync.policy.coalesce import Coalescer
from docsync.sync.thread.barrier import Barrier
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.thread_status import ThreadStatus
from docsync.watch import WatchReason
from tests.daemon.running import NO_RESCAN, Daemon, rest
from tests.helpers.powerless import POWERLESS, needs_power

COMMANDS: tuple[Callable[[Path], object], ...] = (
    lambda root: (root / "personas/a").rename(root / "out"),
    lambda root: (root / "personas/a").mkdir(),
    lambda root: (root / "personas/a").rmdir(),
    lambda root: shutil.rmtree(root / "out"),
)
"""Ordinary work on folders that ends the only thread of watchdog's own observer."""


@pytest.mark.usefixtures("nothing_mounted")
@pytest.mark.parametrize("places", [("personas/ana", "personas/b/ana"), ("personas/a/ana",), ()])
def test_the_commands_that_kill_the_stock_watcher_do_no_harm(daemon: Daemon, places: tuple[str, ...]) -> None:
    """*places* are where people save, after the last command, or after each of them when there are none."""
    for folder in ("personas/a", "personas/b"):
        (daemon.root / folder).mkdir()
    daemon.environ |= NO_RESCAN
    daemon.start()
    rescans = daemon.status()["rescans"]
    for number, command in enumerate(COMMANDS):
        command(daemon.root)
        if not places:
            _seen(daemon, f"personas/b/p{number}")
    for place in places:
        _seen(daemon, place)
    # It was a hint that told of each save, neither a rescan nor a watcher that had to be opened anew.
    assert daemon.status()["rescans"] == rescans
    assert daemon.lines("watcher.dead") == []


def _seen(daemon: Daemon, place: str) -> None:
    """Save a persona, wait until a reader sees it, and print how long that took."""
    daemon.persona(f"{place}.json")
    begun = time.monotonic()
    daemon.until(lambda: daemon.query("SELECT 1 FROM documents WHERE file_path = ?", f"{place}.json"))
    print(f"{place} visible after {(time.monotonic() - begun) * 1000:.0f} ms")


def test_without_a_free_inotify_instance_it_polls_and_says_so(daemon: Daemon) -> None:
    script = "echo 0 > /proc/sys/user/max_inotify_instances"
    namespace = ["unshare", "--user", "--map-root-user", "sh", "-c"]
    if subprocess.run([*namespace, script], capture_output=True).returncode:
        pytest.skip("this system gives no user namespace with a limit of its own")
    daemon.command = [*namespace, f'{script} && exec "$@"', "sh", sys.executable, "-m", "docsync"]
    daemon.environ |= {"DOCSYNC_WATCH__POLL_MS": "200"}
    daemon.environ |= NO_RESCAN
    daemon.start()
    rescans = daemon.status()["rescans"]
    assert (daemon.status()["state"], daemon.status()["ready"]) == ("degraded", True)
    assert [reason["code"] for reason in daemon.status()["reasons"]] == ["instance_limit"]
    daemon.persona("personas/ana.json")
    daemon.until(daemon.documents)
    assert daemon.status()["rescans"] == rescans


@needs_power
def test_an_unreadable_folder_keeps_its_rows_and_is_watched_once_it_may_be_read(daemon: Daemon) -> None:
    daemon.persona("personas/secret/ana.json", version="old")
    daemon.persona("personas/open.json")
    daemon.command = [*POWERLESS, sys.executable, "-m", "docsync"]
    daemon.environ |= NO_RESCAN
    daemon.start()
    (daemon.root / "personas/secret").chmod(0)
    daemon.until(lambda: daemon.query("SELECT 1 FROM problems WHERE code = 'unreadable'"))
    assert daemon.documents() == 2
    rescans = daemon.status()["rescans"]
    (daemon.root / "personas/secret").chmod(0o755)
    daemon.until(lambda: not daemon.query("SELECT 1 FROM problems"))
    daemon.persona("personas/secret/ana.json", version="new")
    daemon.until(
        lambda: daemon.query("SELECT 1 FROM documents WHERE json_extract(document, '$.version') = 'new'")
    )
    assert daemon.status()["rescans"] == rescans


def test_folders_made_moved_in_and_moved_out(daemon: Daemon) -> None:
    daemon.start()
    outside = daemon.root / "outside"
    for number in range(200):
        daemon.persona(f"outside/deep/er/p{number}.json", number=number)
    outside.rename(daemon.root / "personas/in")
    daemon.until(lambda: daemon.documents() == 200)
    daemon.persona("personas/in/deep/er/later.json")
    daemon.until(lambda: daemon.documents() == 201)
    daemon.persona("personas/keep.json")
    daemon.persona("personas/x/y/z/new.json")
    daemon.until(lambda: daemon.documents() == 203)
    (daemon.root / "personas/x").rename(daemon.root / "gone")
    daemon.until(lambda: daemon.documents() == 202)
    daemon.verify()


def test_a_root_that_is_removed_and_made_again_is_watched_again(daemon: Daemon) -> None:
    daemon.persona("personas/ana.json")
    daemon.start()
    for _ in range(3):
        shutil.rmtree(daemon.root / "personas")
        time.sleep(0.05)
        (daemon.root / "personas").mkdir()
        daemon.persona("personas/ana.json", name=f"Ana {time.monotonic_ns()}")
        wanted = (daemon.root / "personas/ana.json").read_text()
        daemon.until(partial(daemon.query, "SELECT 1 FROM documents WHERE document = json(?)", wanted), 3)
    daemon.verify()


def test_a_configmap_swap_lands_as_one_revision(daemon: Daemon) -> None:
    """As Kubernetes does it: files are links through ..data, which is renamed over."""

    def version(name: str, people: dict[str, str]) -> None:
        for person, text in people.items():
            daemon.persona(f"personas/..{name}/{person}.json", name=text)
        (daemon.root / "personas/..data_tmp").symlink_to(f"..{name}")
        (daemon.root / "personas/..data_tmp").rename(daemon.root / "personas/..data")

    version("one", {"ana": "Ana 1", "ben": "Ben 1", "cem": "Cem 1"})
    for person in ("ana", "ben", "cem"):
        (daemon.root / f"personas/{person}.json").symlink_to(f"..data/{person}.json")
    daemon.start()
    assert daemon.documents() == 3
    rest()
    before = daemon.revision
    version("two", {"ana": "Ana 2", "ben": "Ben 2", "cem": "Cem 2"})
    daemon.until(lambda: daemon.revision > before, 3)
    daemon.wait()
    assert daemon.query("SELECT name FROM documents ORDER BY name") == [("Ana 2",), ("Ben 2",), ("Cem 2",)]
    assert daemon.revision == before + 1


def test_hostile_files_that_appear_while_it_runs_harm_only_themselves(daemon: Daemon) -> None:
    daemon.persona("personas/keep.json")
    daemon.environ |= NO_RESCAN
    daemon.start()
    names = [b"byte\xff.json", b"line\nend.json", "t\u202eurned.json".encode(), b"bad\xfffolder/x.json"]
    for name in names:
        path = os.fsencode(daemon.root / "personas") + b"/" + name
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write('{"name": "x"}')
    os.mkfifo(daemon.root / "personas/pipe.json")
    (daemon.root / "personas/zero.json").symlink_to("/dev/zero")
    (daemon.root / "personas/loop.json").symlink_to("loop.json")
    daemon.persona("personas/after.json")
    daemon.until(lambda: daemon.documents() == 2)
    daemon.until(lambda: daemon.value("SELECT count(*) FROM problems") == 6)
    daemon.wait()
    assert sorted(daemon.query("SELECT file_path, code FROM problems")) == [
        ("personas/bad\\xfffolder", "name"),
        ("personas/byte\\xff.json", "name"),
        ("personas/line\\x0aend.json", "name"),
        ("personas/pipe.json", "skipped"),
        ("personas/t\\u202eurned.json", "name"),
        ("personas/zero.json", "skipped"),
    ]
    rescans = daemon.status()["rescans"]
    for name in os.listdir(os.fsencode(daemon.root / "personas")):
        if name not in (b"keep.json", b"after.json", b"bad\xfffolder"):
            os.unlink(os.fsencode(daemon.root / "personas") + b"/" + name)
    shutil.rmtree(os.fsencode(daemon.root / "personas") + b"/bad\xfffolder")
    daemon.until(lambda: not daemon.query("SELECT 1 FROM problems"))
    assert daemon.status()["rescans"] == rescans
    assert daemon.lines("database.unavailable") == []
    daemon.verify()


def test_polling_finds_the_same(daemon: Daemon) -> None:
    daemon.environ |= {"DOCSYNC_WATCH__MODE": "poll", "DOCSYNC_WATCH__POLL_MS": "200"}
    daemon.persona("personas/ana.json")
    daemon.persona("personas/keep.json")
    daemon.start()
    assert [reason["code"] for reason in daemon.status()["reasons"]] == ["polling"]
    assert daemon.status()["state"] == "in_sync"
    daemon.persona("personas/ana.json", name="Anna")
    daemon.until(lambda: daemon.query("SELECT 1 FROM documents WHERE name = 'Anna'"), 3)
    (daemon.root / "personas/ana.json").unlink()
    daemon.until(lambda: daemon.documents() == 1, 3)
    daemon.verify()


class FakeSource:
    """A watcher that a test can kill; passes the same words as the real one."""

    name = "inotify"

    def __init__(self) -> None:
        self.is_alive = True
        self.checks = 0
        self.followed: Mapping[str, FollowedFile] = {}
        self.trouble: tuple[WatchReason, ...] = ()

    def alive(self) -> bool:
        return self.is_alive

    def reasons(self) -> tuple[WatchReason, ...]:
        return self.trouble

    def check(self) -> tuple[str, ...]:
        self.checks += 1
        return ()

    def resync(self) -> None:
        """Nothing to watch."""

    def follow(self, files: Mapping[str, FollowedFile]) -> None:
        self.followed = files


class Post:
    """A lookout over watchers that the test opens and kills."""

    def __init__(self, barrier: Barrier) -> None:
        self.barrier = barrier
        self.sources: list[FakeSource] = []
        self.inbox = Inbox(Coalescer(Timing(), lambda _: True), SYSTEM)
        self.vitals = ThreadStatus(SYSTEM)
        self.lookout = WatchSupervisor(self.opener, barrier, self.inbox, self.vitals, structlog.get_logger())

    @contextmanager
    def opener(self) -> Iterator[FakeSource]:
        self.sources.append(FakeSource())
        yield self.sources[-1]


@pytest.fixture
def post(daemon: Daemon) -> Post:
    return Post(Barrier(daemon.root / ".docsync/cookies", ".docsync/cookies"))


def test_a_dead_watcher_is_opened_anew_and_everything_is_scanned(post: Post) -> None:
    with capture_logs() as logs, post.lookout:
        post.sources[0].is_alive = False
        post.lookout.tick(1)
        assert len(post.sources) == 2
        assert post.inbox.dirty() == {""}
        assert [reason.code for reason in post.vitals.reasons] == ["watcher_dead"]
        post.lookout.tick(10**11)
        assert post.vitals.reasons == ()
    assert [line["event"] for line in logs] == ["watcher.dead", "watcher.restored"]


def test_a_cookie_that_does_not_come_back_is_a_silent_watcher(post: Post) -> None:
    with post.lookout:
        post.lookout.tick(1)
        assert len(post.sources) == 1
        post.lookout.tick(4 * 10**9)
        assert len(post.sources) == 2
        assert "did not come back" in post.vitals.reasons[0].message


@pytest.mark.parametrize("code", ["watch_limit", "unwatchable"])
def test_without_watches_no_cookie_is_sent_since_none_could_come_back(post: Post, code: str) -> None:
    with post.lookout:
        post.sources[0].trouble = (WatchReason(code, "polling instead"),)
        for beat in range(1, 5):
            post.lookout.tick(beat * 4 * 10**9)
        assert len(post.sources) == 1
        assert post.sources[0].checks == 4
        assert post.vitals.reasons == ()
        post.sources[0].trouble = ()
        for beat in range(5, 7):
            post.lookout.tick(beat * 4 * 10**9)
        assert len(post.sources) == 2  # the cookie of the fifth beat did not come back


def test_a_cookie_that_comes_back_proves_the_watcher(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    send = post.barrier.send

    def answered() -> object:
        cookie = send()
        assert cookie is not None
        name = next(iter(post.barrier._waiting))
        assert post.barrier.take(f".docsync/cookies/{name}")
        return cookie

    monkeypatch.setattr(post.barrier, "send", answered)
    with post.lookout:
        for beat in range(1, 5):
            post.lookout.tick(beat * 4 * 10**9)
        assert len(post.sources) == 1
        assert post.sources[0].checks == 4
        assert post.lookout.prove()


def test_hints_of_cookies_are_not_for_the_inbox_and_others_are_not_for_the_barrier(post: Post) -> None:
    assert post.barrier.take(".docsync/cookies/unknown")
    assert not post.barrier.take("personas/ana.json")
    post.inbox.hint("personas/ana.json", Sign.CLOSED)
    assert post.inbox.dirty() == {"personas/ana.json"}


def test_a_real_daemon_follows_links_as_far_as_waiting_goes(daemon: Daemon) -> None:
    daemon.persona("personas/a.json", n=1)
    daemon.persona("personas/.store/h.json", n=1)
    os.symlink("a.json", daemon.root / "personas/b.json")
    os.symlink(".store/h.json", daemon.root / "personas/c.json")
    daemon.environ |= NO_RESCAN
    daemon.start()
    daemon.persona("personas/a.json", n=2)
    daemon.persona("personas/.store/h.json", n=2)
    daemon.wait()
    assert daemon.query("SELECT DISTINCT json_extract(document, '$.n') FROM documents") == [(2,)]
    daemon.verify()


def test_what_is_followed_is_followed_by_a_watcher_that_is_opened_anew(post: Post) -> None:
    followed = {"personas/a.json": FollowedFile(inode=(1, 2))}
    with post.lookout:
        post.lookout.follow(followed)
        post.sources[0].is_alive = False
        post.lookout.tick(1)
        assert [source.followed for source in post.sources] == [followed, followed]
