"""A real daemon that is killed again and again while files are edited: no service sees what it must not."""

import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.failpoints.forked import ForkedDaemon
from tests.failpoints.sealed import Scribe, scribbling
from tests.failpoints.witness import witness_outside
from tests.helpers.project import Tell

SECONDS = float(os.environ.get("DOCSYNC_KILL_SECONDS", "5"))
SEED = int(os.environ.get("DOCSYNC_SEED", "20261121"))
_MAX_LIFE_SECONDS = 0.15


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[ForkedDaemon]:
    built = ForkedDaemon(tmp_path / "project")
    (built.root / "docsync.toml").write_text("[watch]\ndebounce_ms = 50\n")
    yield built
    built.kill()


@pytest.mark.dose
@pytest.mark.timeout(4 * SECONDS + 120)
def test_however_often_it_is_killed_no_service_sees_anything_wrong(daemon: ForkedDaemon, tell: Tell) -> None:
    generator = random.Random(SEED)
    scribe = Scribe(daemon.root, SEED)
    scribe.write_all()
    kills = 0
    with witness_outside(daemon.database) as sights:
        with scribbling(scribe):
            deadline = time.monotonic() + SECONDS
            while time.monotonic() < deadline or kills < 5:
                live_and_die(daemon, generator)
                kills += 1
        daemon.start()
        daemon.wait()
        daemon.verify()
    tell(
        f"{kills} SIGKILLs, {scribe.edits} edits, {sights.transactions} reader transactions, "
        f"{sights.states} states, {sights.rows} rows, seed {SEED}"
    )
    assert sights.wrong == []
    assert (len(sights.epochs), sights.reopened) == (1, 0), daemon.lines("database.mended")
    assert sights.states > 5


def live_and_die(daemon: ForkedDaemon, generator: random.Random) -> None:
    """One life: it ends during the start, or in the middle of work."""
    daemon.start(ready=False)
    if generator.random() < 0.5:
        daemon.until(daemon.is_announced)
    threading.Event().wait(generator.uniform(0, _MAX_LIFE_SECONDS))
    daemon.kill()
