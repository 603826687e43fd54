"""How long the feed of changes is remembered."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from docsync.store.connection import open_writer
from docsync.store.sqlite import SqliteStore
from tests.store.make import PERSONAS, upsert


class Feed:
    """A store that keeps *keep* changes, and what it keeps."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.version = 0

    def write(self, count: int) -> None:
        self.version += 1
        self.store.apply([upsert(f"personas/{n}.json", name=f"v{self.version}") for n in range(count)])

    @property
    def kept(self) -> list[int]:
        return [seq for (seq,) in self.store._connection.execute("SELECT seq FROM changes ORDER BY seq")]


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Feed]:
    with open_writer(tmp_path / "docsync.db") as connection:
        store = SqliteStore(connection, lambda: "now", keep_changes=10)
        store.declare([PERSONAS], {"persona": "rules"})
        yield Feed(store)


def test_no_more_than_the_last_changes_are_kept(feed: Feed) -> None:
    for number in range(1, 8):
        feed.write(3)
        assert feed.kept == list(range(max(0, 3 * number - 10) + 1, 3 * number + 1))


def test_a_batch_larger_than_what_is_kept_leaves_its_end(feed: Feed) -> None:
    feed.write(25)
    assert feed.kept == list(range(16, 26))


def test_what_a_shorter_memory_makes_superfluous_goes_piece_by_piece(feed: Feed) -> None:
    feed.store._keep_changes = 1_000_000
    feed.write(2_500)
    feed.store._keep_changes = 10
    left = []
    for _ in range(4):
        feed.write(1)
        left.append(len(feed.kept))
        assert feed.kept == list(range(feed.kept[0], feed.kept[-1] + 1)), "without gaps"
    assert left == [2_501 - 1_002, 2_502 - 2 * 1_002, 10, 10]


def test_nothing_is_forgotten_when_nothing_is_written(feed: Feed) -> None:
    feed.write(5)
    feed.store._keep_changes = 1
    feed.store.apply([upsert("personas/0.json", name="v1", mtime_ns=7)])
    assert len(feed.kept) == 5
