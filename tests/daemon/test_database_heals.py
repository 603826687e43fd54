"""A running daemon whose database is deleted, damaged or busy: it comes back, and the log stays small."""

import json
import random
import subprocess
import time

from docsync.verify import Kind
from tests.daemon.running import Daemon
from tests.helpers.tampering import tamper, write_documents
from tests.store.breaking import KINDS, PAGE, damage, log_of
from tests.store.reading_child import overlapping_readers

MEGABYTE = 1024 * 1024


def test_a_database_that_is_deleted_while_the_daemon_runs_comes_back(daemon: Daemon) -> None:
    daemon.personas(50)
    daemon.start()
    epoch = daemon.value("SELECT value FROM sync_state WHERE key = 'epoch'")
    for path in daemon.database.parent.glob("docsync.db*"):
        path.unlink()
    daemon.until(lambda: daemon.lines("database.mended"))
    daemon.wait()
    assert daemon.documents() == 50
    assert daemon.value("SELECT value FROM sync_state WHERE key = 'epoch'") != epoch
    daemon.persona("personas/new.json")
    daemon.wait()
    assert daemon.documents() == 51
    assert daemon.status()["state"] == "in_sync"
    daemon.verify()


def test_pages_that_are_wiped_while_the_daemon_runs_are_written_again(daemon: Daemon) -> None:
    for number in range(1500):
        daemon.persona(f"personas/p{number}.json", bio="word " * 800)
    daemon.start()
    daemon.until(lambda: log_of(daemon.database).stat().st_size <= 4 * MEGABYTE)
    size = daemon.database.stat().st_size
    with daemon.database.open("r+b") as file:
        file.seek(PAGE)
        file.write(bytes(size - PAGE))
    daemon.persona("personas/new.json")
    daemon.wait()
    assert daemon.lines("database.mended")
    daemon.verify()
    assert daemon.documents() == 1501


def test_a_database_that_was_damaged_meanwhile_is_mended_at_the_start(daemon: Daemon) -> None:
    daemon.personas(50)
    daemon.start()
    daemon.stop()
    for number, kind in enumerate(KINDS):
        damage(daemon.database, kind, random.Random(number))
        daemon.start()
        daemon.wait()
        assert daemon.documents() == 50
        assert daemon.stop() == 0
    assert daemon.lines("database.mended")
    daemon.verify()


def test_the_log_is_small_again_two_seconds_after_a_large_batch(daemon: Daemon) -> None:
    daemon.personas(10)
    daemon.start()
    with overlapping_readers(daemon.database, 3, 0.02):
        for number in range(2500):
            daemon.persona(f"personas/p{number}.json", bio="word " * 1000)
        daemon.wait()
        begun = time.monotonic()
        daemon.until(lambda: log_of(daemon.database).stat().st_size <= 8 * MEGABYTE)
        seconds = time.monotonic() - begun
    print(
        f"the database has {daemon.database.stat().st_size / MEGABYTE:.0f} MiB, the log was small after {seconds:.2f} s"
    )
    assert daemon.database.stat().st_size > 20 * MEGABYTE
    assert seconds < 2


def test_a_row_that_somebody_changed_is_mended_at_the_latest_by_a_sync_through_the_daemon(
    daemon: Daemon,
) -> None:
    daemon.personas(3)
    daemon.start()
    change = "UPDATE documents SET name = 'hacked' WHERE file_path = 'personas/many/g0/p1.json'"
    subprocess.run(["sqlite3", str(daemon.database), change], check=True)
    # The daemon looks soon by itself after a commit that is not its own.
    assert daemon.run("verify").returncode == 1 or daemon.lines("database.mended")
    assert daemon.run("sync").returncode == 0
    daemon.until(lambda: daemon.lines("database.mended"))
    daemon.verify()


def test_the_command_that_verify_names_mends_every_kind_of_difference_through_the_daemon(
    daemon: Daemon,
) -> None:
    write_documents(daemon.root)
    daemon.start()
    daemon.wait()
    for kind in Kind:
        mended = len(daemon.lines("database.mended"))
        tamper(daemon.database, kind)
        found = json.loads(daemon.run("verify", "--json").stdout)
        if kind not in {difference["kind"] for difference in found["differences"]}:
            # After a commit that is not its own the daemon looks by itself, and was first.
            daemon.until(lambda: len(daemon.lines("database.mended")) > mended)  # noqa: B023  # waited for here
        if not found["equal"]:
            daemon.run(*found["command"].split()[1:])
        daemon.until(lambda: json.loads(daemon.run("verify", "--json").stdout)["equal"])
    assert daemon.stop() == 0
