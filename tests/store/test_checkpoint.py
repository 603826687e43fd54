"""The log stays small, whoever reads, and the writer is hardly ever stopped for it."""

import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from docsync.store.checkpoint import MAX_LOG_BYTES, Checkpoint, CheckpointPace
from docsync.store.connection import open_reader_connection, open_writer
from docsync.store.transaction import transaction
from tests.store.faulty_vfs import under_fire
from tests.store.reading_child import overlapping_readers

MS = 1_000_000
MEGABYTE = 1024 * 1024


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[apsw.Connection]:
    with open_writer(tmp_path / "docsync.db") as connection:
        yield connection


def write(connection: apsw.Connection, octets: int) -> None:
    """One batch whose content is about this large."""
    with transaction(connection):
        for number in range(octets // 3000):
            connection.execute(
                "INSERT OR REPLACE INTO sync_state VALUES (?, hex(randomblob(1500)))", (f"key{number}",)
            )


def test_the_waits_double_until_it_is_done() -> None:
    pace, waits, now_ns = CheckpointPace().mark_written(0), [], 0
    for _ in range(7):
        assert pace.due_ns is not None
        waits.append((pace.due_ns - now_ns) // MS)
        now_ns = pace.due_ns
        pace = pace.mark_tried(now_ns, finished=False)
    assert waits == [200, 200, 400, 800, 1600, 3200, 6400]
    assert pace.mark_tried(now_ns, finished=True) == CheckpointPace()


def test_writing_on_does_not_put_off_a_try() -> None:
    pace = CheckpointPace().mark_written(0).mark_written(150 * MS)
    assert not pace.is_due(199 * MS)
    assert pace.is_due(200 * MS)


def test_writing_again_brings_a_far_try_near() -> None:
    pace = CheckpointPace(due_ns=9_000 * MS, wait_ns=6_400 * MS).mark_written(0)
    assert pace == CheckpointPace(200 * MS, 200 * MS)


def test_what_an_earlier_life_left_is_looked_for_once(writer: apsw.Connection) -> None:
    checkpoint = Checkpoint(writer)
    assert [checkpoint.tick(at * MS) for at in (0, 200, 10_000)] == [200 * MS, None, None]


def test_what_was_written_is_copied_back_when_it_is_due(writer: apsw.Connection) -> None:
    checkpoint = Checkpoint(writer)
    write(writer, 100_000)
    assert checkpoint.tick(0) == 200 * MS
    assert checkpoint.tick(199 * MS) == 200 * MS
    assert checkpoint.tick(200 * MS) is None
    assert len(set(writer.wal_checkpoint())) == 1


def test_a_reader_in_the_way_is_waited_for_longer_each_time(writer: apsw.Connection) -> None:
    checkpoint = Checkpoint(writer)
    with open_reader_connection(Path(writer.filename)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM sync_state").fetchall()
        write(writer, 100_000)
        checkpoint.tick(0)
        assert checkpoint.tick(200 * MS) == 400 * MS
        assert checkpoint.tick(400 * MS) == 800 * MS
        reader.execute("COMMIT")
    assert checkpoint.tick(800 * MS) is None


def test_a_large_log_is_emptied_at_once(writer: apsw.Connection) -> None:
    checkpoint = Checkpoint(writer)
    write(writer, 20 * MEGABYTE)
    assert checkpoint.wal_bytes() > 20 * MEGABYTE
    assert checkpoint.tick(time.monotonic_ns()) is None
    assert checkpoint.wal_bytes() == 0


def test_a_reader_that_never_lets_go_stops_the_writer_ever_less_often(writer: apsw.Connection) -> None:
    checkpoint = Checkpoint(writer)
    with open_reader_connection(Path(writer.filename)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM sync_state").fetchall()
        write(writer, 2 * MAX_LOG_BYTES)
        begun_ns = time.monotonic_ns()
        checkpoint.tick(begun_ns)
        stopped_ns = time.monotonic_ns() - begun_ns
        write(writer, 3000)
        again_ns = time.monotonic_ns()
        checkpoint.tick(again_ns)
        hardly_ns = time.monotonic_ns() - again_ns
        reader.execute("COMMIT")
    assert stopped_ns >= 250 * MS, "it tries for a while"
    assert hardly_ns < 250 * MS, "and then not again at once"
    assert checkpoint.tick(time.monotonic_ns() + 20_000 * MS) is None
    assert checkpoint.wal_bytes() == 0


def test_the_log_stays_small_with_three_overlapping_readers(writer: apsw.Connection) -> None:
    checkpoint = Checkpoint(writer)
    most = 0
    with overlapping_readers(Path(writer.filename), 3, 0.02):
        for _ in range(400):
            write(writer, 60_000)
            most = max(most, checkpoint.wal_bytes())
            checkpoint.tick(time.monotonic_ns())
        write(writer, 30 * MEGABYTE)
        largest = checkpoint.wal_bytes()
        begun_ns = now_ns = time.monotonic_ns()
        while checkpoint.wal_bytes() > 8 * MEGABYTE and now_ns < begun_ns + 2_000 * MS:
            checkpoint.tick(now_ns)
            now_ns = time.monotonic_ns()
    print(
        f"most {most / MEGABYTE:.1f} MiB, batch {largest / MEGABYTE:.1f} MiB, small after {(now_ns - begun_ns) / MS:.0f} ms"
    )
    assert most <= 8 * MEGABYTE
    assert largest > 30 * MEGABYTE
    assert checkpoint.wal_bytes() <= 8 * MEGABYTE


def test_a_disk_that_fails_is_a_reason_to_try_again_later(tmp_path: Path) -> None:
    with under_fire() as fire, open_writer(tmp_path / "docsync.db") as connection:
        checkpoint = Checkpoint(connection)
        write(connection, 100_000)
        checkpoint.tick(0)
        fire.arm(["write"], 1, persistent=True, code=apsw.SQLITE_FULL)
        assert checkpoint.tick(200 * MS) == 400 * MS
        fire.cease()
        assert checkpoint.tick(400 * MS) is None


def test_a_log_that_is_gone_has_no_size(writer: apsw.Connection) -> None:
    Path(writer.filename_wal).unlink()
    assert Checkpoint(writer).wal_bytes() == 0
