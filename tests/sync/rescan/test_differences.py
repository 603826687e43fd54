"""What a walk found to differ, as a value."""

from docsync.model import Entry, FileState, Stamp
from docsync.sync.rescan.differences import Divergence


def stamp(inode: int) -> Stamp:
    return Stamp(1, 1, 10, inode, 1)


def entry(path: str, inode: int) -> Entry:
    return Entry(path, "persona", FileState.OK, stamp(inode), "hash", 10)


def test_no_name_is_found_that_a_missing_file_may_have_nor_what_follows_from_it() -> None:
    found = Divergence(
        stale={"b": stamp(1), "c": stamp(2), "new": stamp(3)},
        gone={"a": entry("a", 1)},
        entries={"b": entry("b", 2)},
    )
    assert found.withhold_halves() == {"b", "c"}
    assert (found.stale, found.entries) == ({"new": stamp(3)}, {})
