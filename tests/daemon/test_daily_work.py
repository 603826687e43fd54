"""What a newcomer does in the first five minutes: save, delete, break, mend, ask, stop."""

import os
import shutil
import signal
import sys
import time
from contextlib import suppress

import apsw
import pytest

from tests.daemon.frozen import DIE
from tests.daemon.running import Daemon, rest

PROMPT = "---\nname: Greeter\n---\nsystem:\n" + "You answer politely.\n" * 50


def test_a_saved_file_is_a_row_within_a_blink_and_a_deleted_one_goes(daemon: Daemon) -> None:
    daemon.persona("personas/keep.json")
    daemon.start()
    file = daemon.persona("personas/team/ana.json", name="Ana")
    daemon.until(
        lambda: daemon.query("SELECT 1 FROM documents WHERE id = 'persona/team/ana' AND name = 'Ana'"), 1
    )
    file.unlink()
    daemon.until(lambda: not daemon.query("SELECT 1 FROM documents WHERE id = 'persona/team/ana'"), 2)


def test_a_broken_file_gets_one_line_while_the_old_row_stays(daemon: Daemon) -> None:
    daemon.persona("personas/ana.json", name="Ana")
    daemon.start()
    daemon.write("personas/ana.json", '{"name": "Ana",}')
    daemon.until(lambda: daemon.query("SELECT 1 FROM document_status WHERE state = 'stale'"), 3)
    assert daemon.value("SELECT name FROM documents") == "Ana"
    daemon.until(lambda: daemon.lines("problem.appeared"), 1)
    (line,) = daemon.lines("problem.appeared")
    assert (line["at"], line["code"], line["level"]) == ("personas/ana.json:1:15", "json-syntax", "error")
    daemon.persona("personas/ana.json", name="Anna")
    daemon.until(lambda: daemon.query("SELECT 1 FROM document_status WHERE state = 'ok'"), 1)
    daemon.until(lambda: daemon.lines("problem.cleared"), 1)


def test_a_truncated_and_rewritten_prompt_is_never_seen_empty(daemon: Daemon) -> None:
    daemon.write("prompts/p.prompty", PROMPT)
    daemon.start()
    reader = daemon.connect()
    versions: set[str] = set()
    for number in range(5):
        daemon.write("prompts/p.prompty", "")
        _read_for(reader, 0.03, versions)
        daemon.write("prompts/p.prompty", PROMPT + f"version {number}")
        _read_for(reader, 0.6, versions)
    reader.close()
    assert versions == {
        PROMPT.split("---\n")[2],
        *(PROMPT.split("---\n")[2] + f"version {n}" for n in range(5)),
    }


def _read_for(reader: apsw.Connection, seconds: float, versions: set[str]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for (body,) in reader.execute("SELECT json_extract(document, '$.body') FROM documents"):
            versions.add(body)
        time.sleep(0.001)


def test_a_second_start_names_the_first_and_exits_with_6(daemon: Daemon) -> None:
    daemon.start()
    second = daemon.run("run")
    assert second.returncode == 6
    assert daemon.process
    assert str(daemon.process.pid) in second.stderr


def test_sigterm_stops_within_five_seconds_with_nothing_lost(daemon: Daemon) -> None:
    daemon.start()
    daemon.personas(300)
    begun = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - begun < 5
    daemon.start()
    assert daemon.documents() == 300
    daemon.verify()


def test_sighup_rescans(daemon: Daemon) -> None:
    daemon.start()
    before = daemon.status()["rescans"]
    assert daemon.process
    daemon.process.send_signal(signal.SIGHUP)
    daemon.until(lambda: daemon.status()["rescans"] > before, 5)


def test_stop_and_reload_and_status_by_command(daemon: Daemon) -> None:
    daemon.start()
    daemon.persona("personas/ana.json")
    assert daemon.run("reload").returncode == 0
    assert daemon.run("wait", "personas/ana.json").returncode == 0
    assert "in_sync" in daemon.run("status", "--json").stdout
    assert daemon.run("stop").returncode == 0
    assert daemon.run("status").returncode == 3
    assert not (daemon.root / ".docsync/daemon.json").exists()


def test_wait_says_1_for_a_broken_path_and_124_when_time_is_over(daemon: Daemon) -> None:
    daemon.environ |= {"DOCSYNC_WATCH__DEBOUNCE_MS": "600000", "DOCSYNC_WATCH__MAX_DELAY_MS": "600000"}
    daemon.start()
    daemon.write("personas/ana.json", "{")
    assert daemon.run("wait", "personas/ana.json", "--timeout", "0.05").returncode == 124
    daemon.stop()
    for name in ("DEBOUNCE_MS", "MAX_DELAY_MS"):
        del daemon.environ[f"DOCSYNC_WATCH__{name}"]
    daemon.start()
    assert daemon.run("wait", "personas/ana.json").returncode == 1


def test_ten_saves_in_400_ms_are_at_most_two_syncs(daemon: Daemon) -> None:
    daemon.persona("personas/ana.json", v=-1)
    daemon.start()
    rest()
    before, begun = daemon.revision, time.monotonic()
    for number in range(10):
        daemon.persona("personas/ana.json", v=number)
        time.sleep(0.04)
    took = time.monotonic() - begun  # 0.4 s, on a machine that has nothing else to do
    daemon.until(lambda: daemon.value("SELECT json_extract(document, '$.v') FROM documents") == 9)
    assert daemon.revision - before <= 2 + took // 0.5


def test_a_file_that_never_rests_is_updated_all_the_same(daemon: Daemon) -> None:
    daemon.persona("personas/ana.json", v=-1)
    daemon.start()
    reader, number = daemon.connect(), 0
    seen: set[int] = set()
    deadline = time.monotonic() + 60
    while len(seen) < 5:
        assert time.monotonic() < deadline
        number += 1
        daemon.persona("personas/ana.json", v=number)
        time.sleep(0.02)
        seen.add(reader.execute("SELECT json_extract(document, '$.v') FROM documents").get)
    reader.close()


def test_a_locked_database_is_degraded_and_nothing_is_forgotten(daemon: Daemon) -> None:
    daemon.persona("personas/ana.json")
    daemon.start()
    other = apsw.Connection(str(daemon.database))
    other.execute("BEGIN IMMEDIATE")
    daemon.persona("personas/ben.json")
    daemon.until(lambda: daemon.status()["state"] == "degraded", 5)
    assert {reason["code"] for reason in daemon.status()["reasons"]} == {"locked"}
    assert daemon.status()["ready"]
    other.execute("ROLLBACK")
    other.close()
    daemon.until(lambda: daemon.query("SELECT 1 FROM documents WHERE id = 'persona/ben'"), 8)
    daemon.until(lambda: daemon.status()["state"] == "in_sync", 5)


def test_an_edited_configuration_asks_for_a_restart(daemon: Daemon) -> None:
    config = daemon.write("docsync.toml", "")
    daemon.start()
    assert not daemon.status()["restart_to_apply"]
    config.write_text("[watch]\nsettle_ms = 11\n")
    assert daemon.status()["restart_to_apply"]


def test_a_configuration_that_is_new_asks_for_a_restart_too(daemon: Daemon) -> None:
    daemon.start()
    assert not daemon.status()["restart_to_apply"]
    daemon.write("docsync.toml", "[watch]\nsettle_ms = 11\n")
    assert daemon.status()["restart_to_apply"]


def test_a_dead_sync_thread_ends_the_process(daemon: Daemon) -> None:
    daemon.command = [sys.executable, "-m", "tests.daemon.frozen"]
    daemon.start()
    daemon.persona("personas/ana.json")
    daemon.wait()
    assert daemon.process
    daemon.process.send_signal(DIE)
    assert daemon.process.wait(10) == 70
    daemon.process = None
    assert os.path.exists(daemon.database)


@pytest.mark.parametrize("what", ["the files", "the folder"])
def test_a_database_that_is_deleted_while_it_is_in_use_comes_back_with_a_new_epoch(
    daemon: Daemon, what: str
) -> None:
    daemon.persona("personas/ana.json")
    daemon.start()
    epoch = daemon.status()["epoch"]
    if what == "the files":
        for file in daemon.database.parent.glob("docsync.db*"):
            file.unlink()
    else:
        shutil.rmtree(daemon.database.parent)
    daemon.until(lambda: _epoch(daemon) not in (None, epoch), 10)
    daemon.until(daemon.is_announced, 10)
    daemon.wait()
    assert daemon.documents() == 1
    assert len(daemon.lines("database.gone") + daemon.lines("database.mended")) == 1
    assert daemon.run("run").returncode == 6
    daemon.persona("personas/ben.json")
    daemon.until(lambda: daemon.documents() == 2, 2)
    daemon.verify()
    assert daemon.stop() == 0


def _epoch(daemon: Daemon) -> str | None:
    """The epoch of the database that is there, None while there is none."""
    with suppress(apsw.Error, IndexError):
        return str(daemon.value("SELECT value FROM sync_state WHERE key = 'epoch'"))
    return None


def test_a_stop_does_not_wait_for_a_long_first_scan(daemon: Daemon) -> None:
    daemon.personas(15_000)
    daemon.start(ready=False)
    daemon.until(lambda: daemon.database.exists() and daemon.lines("docsync.started"), 20)
    begun = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - begun < 5


def test_a_docsync_toml_that_has_gone_wrong_keeps_nobody_from_stopping_the_daemon(daemon: Daemon) -> None:
    daemon.write("docsync.toml", "")
    daemon.start()
    daemon.write("docsync.toml", "[wach]")
    status = daemon.run("status")
    assert (status.returncode, "unknown" in status.stderr) == (0, True)
    assert daemon.run("stop").returncode == 0


def test_without_files_and_configuration_there_is_no_project(daemon: Daemon) -> None:
    for folder in ("personas", "prompts"):
        (daemon.root / folder).rmdir()
    for command in ("run", "sync", "check"):
        result = daemon.run(command)
        assert (result.returncode, "docsync init" in result.stderr) == (2, True), command
    assert not daemon.database.parent.exists()
