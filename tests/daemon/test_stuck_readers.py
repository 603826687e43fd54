"""A stop waits for no reader: SQLite cannot be ended within one step, and such a step may take for ever."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from docsync.admin.client import Client
from docsync.errors import DocsyncError

# What answers for a document that is not there is replaced by a question whose only step takes minutes.
STUCK = """
import sys
from docsync.reader import documents
from docsync.cli import main

ENDLESS = "SELECT instr(printf('%.*c', 30000000, 'a'), printf('%.*c', 1000000, 'a') || 'b')"
documents.find_similar_ids = lambda snapshot, id_: snapshot.ask(ENDLESS)
sys.argv = ["docsync", "run"]
sys.exit(main.main())
"""


@pytest.mark.parametrize("questions", [0, 1, 6])
def test_a_daemon_whose_readers_are_stuck_stops_in_time_and_its_database_is_whole(
    tmp_path: Path, questions: int
) -> None:
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas" / "ana.json").write_text('{"name": "Ana"}')
    (tmp_path / "docsync.toml").write_text("[admin]\nenabled = false\n")
    with subprocess.Popen(
        [sys.executable, "-c", STUCK], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as daemon:
        try:
            client = Client(tmp_path / ".docsync" / "docsync.sock", 20)
            _wait_until_ready(client)
            asking = [Thread(target=_ask, args=(client,)) for _ in range(questions)]
            for one in asking:
                one.start()
            for one in asking:
                one.join(20)  # each is given up after five seconds
            assert client.get("/v1/status")["ready"]
            (tmp_path / "personas" / "bo.json").write_text('{"name": "Bo"}')
            client.post("/v1/wait", {"timeout": 10})

            begun = time.monotonic()
            daemon.send_signal(signal.SIGTERM)
            _, log = daemon.communicate(timeout=10)
            assert time.monotonic() - begun < 5
        finally:
            daemon.kill()
    assert daemon.returncode == 0, log
    assert "docsync.stopped" in log
    told = subprocess.run(
        [sys.executable, "-m", "docsync", "verify"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "2 documents, equal to the files" in told.stdout


def _wait_until_ready(client: Client) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            if client.get("/v1/status")["ready"]:
                return
        except DocsyncError:
            time.sleep(0.02)
    raise AssertionError("it does not become ready")


def _ask(client: Client) -> None:
    with pytest.raises(DocsyncError, match="did not say within 5 s"):
        client.get("/v1/documents/persona/nobody")
