"""diff: which files are read, which are gone, which are as they were."""

from dataclasses import replace

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from docsync.diff import Difference, diff
from docsync.model import Entry, FileState, Stamp

STAMP = Stamp(1, 1, 10, 1, 1)
ENTRY = Entry("a", "persona", FileState.OK, STAMP, "hash", 10)
PATHS = st.sampled_from([f"p{number}" for number in range(6)])
STAMPS = st.builds(Stamp, st.integers(0, 2), st.integers(0, 2), st.just(1), st.integers(0, 1), st.just(1))


def compared(entry: Entry | None, stamp: Stamp | None, must_read: frozenset[str] = frozenset()) -> Difference:
    found = {} if stamp is None else {"a": stamp}
    return diff(found, {} if entry is None else {"a": entry}, dict.fromkeys(found, "persona"), must_read)


def test_an_equal_stamp_means_an_unchanged_file() -> None:
    assert compared(ENTRY, STAMP) == Difference({}, (), (), (ENTRY,))


def test_a_file_that_is_not_known_is_read() -> None:
    assert compared(None, STAMP) == Difference({"a": STAMP}, (), (), ())


@pytest.mark.parametrize("field", Stamp._fields)
def test_whatever_differs_in_the_stamp_the_file_is_read(field: str) -> None:
    assert set(compared(ENTRY, STAMP._replace(**{field: 99})).stale) == {"a"}


@pytest.mark.parametrize(
    "entry",
    [
        replace(ENTRY, racy=True),
        replace(ENTRY, type="other"),
        replace(ENTRY, state=FileState.HELD),
        replace(ENTRY, state=FileState.UNREADABLE),
        replace(ENTRY, state=FileState.SKIPPED),
        replace(ENTRY, stamp=None),
    ],
)
def test_a_stamp_that_proves_nothing_is_read_again(entry: Entry) -> None:
    assert set(compared(entry, STAMP).stale) == {"a"}


def test_a_broken_file_is_not_read_again_while_its_stamp_stays() -> None:
    assert compared(replace(ENTRY, state=FileState.BROKEN), STAMP).stale == {}


def test_a_path_that_must_be_read_is_read() -> None:
    assert set(compared(ENTRY, STAMP, frozenset({"a"})).stale) == {"a"}


def test_a_path_that_must_be_read_and_is_not_there_is_gone() -> None:
    assert compared(ENTRY, None, frozenset({"a"})).gone == (ENTRY,)


@pytest.mark.parametrize("state", FileState)
def test_what_has_a_document_and_no_file_is_gone(state: FileState) -> None:
    entry = replace(ENTRY, state=state)
    assert compared(entry, None) == Difference({}, (entry,), (), ())


def test_what_has_neither_document_nor_file_is_forgotten() -> None:
    assert compared(replace(ENTRY, good_size=None), None) == Difference({}, (), ("a",), ())


def test_an_empty_last_good_version_is_still_a_document() -> None:
    assert compared(replace(ENTRY, good_size=0), None).gone


@seed(20261121)
@settings(max_examples=200, deadline=None)
@given(st.dictionaries(PATHS, STAMPS), st.dictionaries(PATHS, st.tuples(STAMPS, st.booleans())))
def test_every_path_is_in_exactly_one_part_and_a_second_diff_is_empty(
    found: dict[str, Stamp], rows: dict[str, tuple[Stamp, bool]]
) -> None:
    known = {
        path: Entry(path, "persona", FileState.OK, stamp, "hash", 1 if has_document else None)
        for path, (stamp, has_document) in rows.items()
    }
    types = dict.fromkeys(found, "persona")
    first = diff(found, known, types, set())
    parts = [*first.stale, *(e.path for e in first.gone), *first.forgotten, *(e.path for e in first.present)]
    assert sorted(parts) == sorted({*found, *known})

    for path in (*(entry.path for entry in first.gone), *first.forgotten):
        del known[path]
    known |= {
        path: Entry(path, "persona", FileState.OK, stamp, "hash", 1) for path, stamp in first.stale.items()
    }
    second = diff(found, known, types, set())
    assert (second.stale, second.gone, second.forgotten) == ({}, (), ())
    assert {entry.path for entry in second.present} == set(found)
