"""The lines of a start come in order, whichever thread is first."""

import json
from threading import Thread

import pytest

from docsync.daemon.ordered_log import in_order
from tests.daemon.running import Daemon
from tests.helpers.rig import LogBook


def test_what_other_threads_say_waits_until_docsync_has_started() -> None:
    log = LogBook()
    with in_order(log) as ordered:
        for told in (lambda: ordered.info("sync.finished", revision=1), lambda: ordered.debug("x")):
            thread = Thread(target=told)
            thread.start()
            thread.join()
        ordered.warning("database.mended")
        ordered.error("docsync.started")
        before = log.events()
        ordered.open()
        ordered.info("later")

    assert before == ["database.mended", "docsync.started"]
    assert log.events() == [*before, "sync.finished", "x", "later"]


def test_what_was_said_before_a_start_failed_is_not_lost() -> None:
    log = LogBook()

    def fail() -> None:
        with in_order(log) as ordered:
            thread = Thread(target=lambda: ordered.info("sync.finished"))
            thread.start()
            thread.join()
            raise OSError

    with pytest.raises(OSError):
        fail()

    assert log.events() == ["sync.finished"]


def test_a_restart_is_told_before_what_it_found(daemon: Daemon) -> None:
    daemon.persona("personas/ana.json")
    for _ in range(3):
        daemon.start()
        daemon.stop()

    told = [json.loads(line)["event"] for line in daemon.log.read_text().splitlines()]
    beginnings = [event for event in told if event in ("docsync.started", "sync.finished")]
    assert beginnings == ["docsync.started", "sync.finished"] * 3
