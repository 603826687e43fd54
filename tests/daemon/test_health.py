"""Health of a real daemon whose threads are really harmed, and what the endpoint says of a real daemon."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import docsync
from docsync.lock import read_announcement
from tests.admin.endpoint import JSON, Endpoint
from tests.admin.events import Stream
from tests.daemon.frozen import END, HANG
from tests.daemon.running import OPEN, Daemon

REPOSITORY = Path(docsync.__file__).parent.parent
NOTICED_SECONDS = 5.0
BACK_SECONDS = 20.0


@pytest.fixture
def harmed(daemon: Daemon) -> Daemon:
    """A running daemon that can be harmed."""
    daemon.command = [sys.executable, "-m", "tests.daemon.frozen"]
    daemon.environ |= {
        "PYTHONPATH": str(REPOSITORY),
        "DOCSYNC_ADMIN__ENABLED": "true",
        "DOCSYNC_ADMIN__PORT": "0",
        **OPEN,
    }
    daemon.persona("personas/ana.json")
    daemon.start()
    return daemon


def endpoint(daemon: Daemon) -> Endpoint:
    announcement = read_announcement(daemon.database.parent)
    assert announcement is not None
    assert announcement.http is not None
    return Endpoint(Path(announcement.socket), int(announcement.http.rpartition(":")[2]))


def harm(daemon: Daemon, how: int) -> float:
    """Returns when it was done (monotonic)."""
    assert daemon.process
    os.kill(daemon.process.pid, how)
    return time.monotonic()


def test_a_frozen_sync_thread_ends_readiness_within_five_seconds_and_then_life(harmed: Daemon) -> None:
    asked = endpoint(harmed)
    assert (asked.ask("GET", "/readyz").status, asked.ask("GET", "/livez").status) == (200, 200)
    begun = harm(harmed, HANG)
    harmed.until(lambda: asked.ask("GET", "/readyz").status == 503)
    took = time.monotonic() - begun

    assert took < NOTICED_SECONDS + 1  # the second that a loaded machine may take to answer
    assert b"[-]sync: " in asked.ask("GET", "/readyz?verbose").body
    harmed.until(lambda: asked.ask("GET", "/livez").status == 503)
    assert asked.ask("GET", "/health").json["status"] == "failing"
    assert asked.ask("GET", "/health/db").status == 200
    assert asked.ask("GET", "/v1/documents").json["documents"][0]["id"] == "persona/ana"


def test_a_dead_watcher_ends_readiness_within_five_seconds_and_is_replaced(harmed: Daemon) -> None:
    asked = endpoint(harmed)
    begun = harm(harmed, END)
    harmed.persona("personas/wakes-it.json")
    harmed.until(lambda: asked.ask("GET", "/readyz").status == 503)

    assert time.monotonic() - begun < NOTICED_SECONDS + 1
    assert b"watcher:persona: " in asked.ask("GET", "/readyz?verbose").body
    harmed.until(lambda: asked.ask("GET", "/readyz").status == 200, BACK_SECONDS)
    harmed.persona("personas/after.json")
    harmed.until(lambda: asked.ask("GET", "/v1/documents/persona/after").status == 200)
    assert harmed.stop() == 0


def test_a_save_travels_to_the_stream_the_status_and_the_metrics(harmed: Daemon) -> None:
    asked = endpoint(harmed)
    with Stream(asked.port) as stream:
        stream.until("status")
        harmed.persona("personas/bo.json")
        assert stream.until("change").data["id"] == "persona/bo"
        harmed.wait()
        status = asked.ask("GET", "/v1/status").json
        assert (status["batches"][0]["trigger"], status["batches"][-1]["trigger"]) == ("start", "hint")
        assert status["latency"]["count"] >= 1
        assert 0 < status["latency"]["p50_ms"] <= status["latency"]["p99_ms"]
        assert b'docsync_change_latency_seconds_count{change="upsert"}' in asked.ask("GET", "/metrics").body
        asked.ask("POST", "/v1/reload", b'{"collection": "persona"}', JSON)
        [line] = harmed.lines("admin.asked")
        assert (line["who"], line["what"], line["of"]) == ("loopback", "reload", "personas")
        began = time.monotonic()
        assert harmed.stop() == 0

    assert time.monotonic() - began < 5
    assert "Traceback" not in harmed.log.read_text()


def test_a_token_is_wanted_and_found_nowhere(harmed: Daemon) -> None:
    harmed.stop()
    token = harmed.root / ".docsync" / "token"
    token.write_text("t0ps3cret")
    token.chmod(0o600)
    harmed.environ |= {"DOCSYNC_ADMIN_TOKEN_FILE": ".docsync/token", "DOCSYNC_LOG__LEVEL": "debug"}
    harmed.start()
    asked = endpoint(harmed)
    shown = {"Authorization": "Bearer t0ps3cret"}

    assert asked.ask("GET", "/v1/status").status == 401
    assert asked.ask("GET", "/v1/status", None, shown).status == 200
    assert asked.ask("POST", "/v1/reload", b"{}", JSON | shown).status == 200
    assert harmed.process
    told = [
        asked.ask_socket("GET", path).body for path in ("/v1/status", "/metrics", "/openapi.json", "/health")
    ]
    told.append(
        Path(f"/proc/{harmed.process.pid}/cmdline").read_bytes() if Path("/proc/self").exists() else b""
    )
    told += [harmed.log.read_bytes(), harmed.run("config", "show", "--origin").stdout.encode()]
    assert [text for text in told if b"t0ps3cret" in text] == []
    token.chmod(0o644)
    harmed.stop()
    refused = harmed.run("run")
    assert (refused.returncode, "chmod 600" in refused.stderr, "t0ps3cret" in refused.stderr) == (
        2,
        True,
        False,
    )


def test_a_burst_of_reloads_is_answered_or_told_to_come_again(harmed: Daemon) -> None:
    asked = endpoint(harmed)
    with ThreadPoolExecutor(50) as pool:
        got = list(pool.map(lambda _: asked.ask("POST", "/v1/reload", b"{}", JSON), range(50)))

    statuses = [one.status for one in got]
    assert set(statuses) == {200, 429}
    assert {one.headers["retry-after"] for one in got if one.status == 429} == {"1"}
    assert harmed.stop() == 0
