"""Too many events and too few watches: what the kernel drops is found, and the status says what is wrong."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.daemon.running import NO_RESCAN, Daemon
from tests.daemon.short_queue import LIMIT
from tests.daemon.test_storms import Editor
from tests.helpers.project import Tell

LONG = bool(os.environ.get("DOCSYNC_LONG"))

REPOSITORY = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.timeout(1200 if LONG else 120)

# Known ones, so that the workers of a parallel run agree on the names of the tests; the long run draws its
# own.
SEEDS = [20261121, 20261122]

# A user namespace has a limit of its own for the watches of its users.
_NAMESPACE = ("unshare", "--user", "--map-root-user", "sh", "-c")
_LIMIT = "/proc/sys/user/max_inotify_watches"


@contextmanager
def raging(storm: Path) -> Iterator[None]:
    """While it lasts, two threads of the daemon keep the others from working."""
    storm.touch()
    try:
        yield
    finally:
        storm.unlink()


@pytest.mark.skipif(not os.access(LIMIT, os.W_OK), reason="this user may not shorten the queue of inotify")
@pytest.mark.parametrize("seed", random.SystemRandom().sample(range(10**9), 20) if LONG else SEEDS)
def test_with_a_queue_of_16_events_and_busy_threads_the_database_equals_the_files_after_a_storm(
    daemon: Daemon, seed: int, tell: Tell
) -> None:
    storm = daemon.root.parent / "storm"
    daemon.command = [sys.executable, "-m", "tests.daemon.short_queue", str(storm)]
    daemon.environ["PYTHONPATH"] = str(REPOSITORY)
    before = LIMIT.read_text()
    daemon.start()
    assert LIMIT.read_text() == before
    editor = Editor(daemon.root, seed)
    with raging(storm):
        for _ in range(8):
            editor.work(80)
            editor.work(5, pause=0.02)
        while not daemon.lines("hints.lost"):
            editor.work(80)
    daemon.wait()
    daemon.run("release")
    daemon.wait()
    daemon.verify()
    losses = len(daemon.lines("hints.lost"))
    tell(f"storm on a queue of 16 events: equal after {losses} losses, seed {seed}")


def may_limit_watches() -> bool:
    with suppress(OSError):
        return subprocess.run([*_NAMESPACE, f"echo 1 > {_LIMIT}"], capture_output=True).returncode == 0
    return False


@pytest.fixture
def cramped(daemon: Daemon) -> Daemon:
    """A daemon whose limit of watches can be set in the environment variable WATCHES."""
    if not may_limit_watches():
        pytest.skip("this system gives no user namespace with a limit of its own")
    script = f'echo "$WATCHES" > {_LIMIT} && exec "$@"'
    daemon.command = [*_NAMESPACE, script, "sh", sys.executable, "-m", "docsync"]
    daemon.environ |= {"DOCSYNC_WATCH__POLL_MS": "200"} | NO_RESCAN
    for number in range(20):
        daemon.persona(f"personas/g{number}/p{number}.json", version="old")
    return daemon


@pytest.mark.usefixtures("nothing_mounted")
@pytest.mark.parametrize("watches", [0, 2, 4, 12])
def test_with_too_few_watches_rows_still_come_and_the_status_says_why(cramped: Daemon, watches: int) -> None:
    cramped.environ["WATCHES"] = str(watches)
    cramped.start()
    status = cramped.status()
    assert status["state"] == "degraded"
    reasons = {reason["code"]: reason["message"] for reason in status["reasons"]}
    assert "fs.inotify.max_user_watches" in reasons["watch_limit"]
    rescans = status["rescans"]
    for number in range(20):
        cramped.persona(f"personas/g{number}/p{number}.json", version="new")
    cramped.persona("personas/fresh/deep/one.json", version="new")
    (cramped.root / "personas/g0/p0.json").unlink()
    cramped.until(lambda: _versions(cramped) == {"new": 20})
    # It was the polling of the folders without a watch that told, and no rescan of everything.
    assert cramped.status()["rescans"] == rescans
    cramped.verify()


def _versions(daemon: Daemon) -> dict[str, int]:
    return dict(
        daemon.query("SELECT json_extract(document, '$.version'), count(*) FROM documents GROUP BY 1")
    )
