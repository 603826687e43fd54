"""When bad news is believed: after the debounce time, in groups, and never because of something old."""

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from docsync.model import Entry, FileState, Stamp, Timing
from docsync.policy.grace_period import GracePeriod

MS = 1_000_000


def entry(path: str, *, type_: str = "persona", inode: int = 1, mtime_ns: int = 1) -> Entry:
    return Entry(path, type_, FileState.OK, Stamp(mtime_ns, 1, 10, inode, 1), "hash", 10)


def belief() -> GracePeriod:
    return GracePeriod(Timing(), 20)


def paths(entries: list[Entry]) -> list[str]:
    return sorted(entry.path for entry in entries)


def test_a_bad_content_is_believed_once_quiet_for_the_debounce_time() -> None:
    doubt = belief()
    assert not doubt.suspect("a", 0, 0)
    assert not doubt.suspect("a", 500 * MS - 1, 0)
    assert doubt.suspect("a", 500 * MS, 0)


def test_a_newer_hint_puts_a_bad_content_off() -> None:
    doubt = belief()
    doubt.suspect("a", 0, 0)
    assert not doubt.suspect("a", 500 * MS, 300 * MS)
    assert doubt.next_due_ns() == 800 * MS
    assert doubt.suspect("a", 800 * MS, None)


def test_what_changes_unheard_while_it_is_in_doubt_is_in_doubt_anew_but_not_for_ever() -> None:
    doubt = belief()
    first, second = (1, 1, 10, 1), (1, 1, 5, 2)
    assert not doubt.suspect("a", 0, 0, first)
    assert not doubt.suspect("a", 500 * MS, 0, second)
    assert doubt.next_due_ns() == 1_000 * MS
    assert doubt.suspect("a", 1_000 * MS, 0, second)

    for step in range(4):
        assert not doubt.suspect("b", step * 499 * MS, 0, (1, 1, step, step))
    assert doubt.suspect("b", 2_000 * MS, 0, (1, 1, 9, 9))


def test_a_file_that_is_known_for_the_first_time_is_no_other_one() -> None:
    doubt = belief()
    assert not doubt.suspect("a", 0, 0)
    assert doubt.suspect("a", 500 * MS, 0, (1, 1, 10, 1))


def test_what_was_missed_before_a_time_is_known() -> None:
    doubt = belief()
    doubt.mark_missing(entry("a"), 7)
    assert not doubt.was_missed_before(entry("a"), 7)
    assert doubt.was_missed_before(entry("a"), 8)
    assert not doubt.was_missed_before(entry("b"), 8)
    assert not doubt.was_missed_before(entry("a", type_="other"), 8)


def test_a_look_without_a_hint_does_not_forget_the_last_one() -> None:
    doubt = belief()
    doubt.suspect("a", 0, 300 * MS)
    assert not doubt.suspect("a", 600 * MS, None)


def test_a_bad_content_is_believed_at_latest_max_delay_after_it_was_found_so() -> None:
    doubt = belief()
    for at_ms in range(0, 2000, 100):
        assert not doubt.suspect("a", at_ms * MS, at_ms * MS)
    assert doubt.suspect("a", 2000 * MS, 2000 * MS)


def test_a_hint_from_before_the_find_does_not_make_bad_news_older() -> None:
    doubt = belief()
    assert not doubt.suspect("a", 4000 * MS, 0)
    assert not doubt.suspect("a", 4500 * MS - 1, 0)
    assert doubt.suspect("a", 4500 * MS, 0)


def test_a_path_that_is_bad_is_not_missing_any_more() -> None:
    doubt = belief()
    doubt.mark_missing(entry("a"), 0)
    doubt.suspect("a", 100 * MS, None)
    assert doubt.list_overdue(10_000 * MS) == []
    assert doubt.list_undecided() == {"a"}


def test_a_path_that_is_missing_is_not_bad_any_more() -> None:
    doubt = belief()
    doubt.suspect("a", 0, None)
    doubt.mark_missing(entry("a"), 100 * MS)
    assert doubt.suspects() == set()
    assert doubt.next_due_ns() == 600 * MS


def test_what_is_cleared_or_settled_is_in_doubt_no_more() -> None:
    doubt = belief()
    for path in "abc":
        doubt.suspect(path, 0, None)
    doubt.mark_missing(entry("d"), 0)
    doubt.clear(["a", "never heard of"])
    doubt.settle("b", "persona")
    doubt.settle("c", "a type never heard of")
    doubt.settle("d", "persona")
    assert (doubt.list_undecided(), doubt.next_due_ns(), doubt.list_due(10**18)) == (set(), None, [])


def test_a_missing_file_is_believed_after_the_debounce_time() -> None:
    doubt = belief()
    doubt.mark_missing(entry("a"), 0)
    assert doubt.list_overdue(500 * MS - 1) == []
    assert paths(doubt.list_overdue(500 * MS)) == ["a"]


def test_a_missing_file_keeps_the_time_at_which_it_was_first_seen_missing() -> None:
    doubt = belief()
    doubt.mark_missing(entry("a"), 0)
    doubt.mark_missing(entry("a"), 400 * MS)
    assert doubt.next_due_ns() == 500 * MS


def test_twenty_missing_files_go_one_by_one() -> None:
    doubt = belief()
    for number in range(20):
        doubt.mark_missing(entry(f"{number:02}"), number * 100 * MS)
    assert doubt.next_due_ns() == 500 * MS
    assert paths(doubt.list_overdue(700 * MS)) == ["00", "01", "02"]


def test_the_twenty_first_makes_a_group_that_waits_for_the_last() -> None:
    doubt = belief()
    for number in range(21):
        doubt.mark_missing(entry(f"{number:02}"), number * 100 * MS)
    assert doubt.next_due_ns() == 2500 * MS
    assert doubt.list_overdue(2500 * MS - 1) == []
    assert len(doubt.list_overdue(2500 * MS)) == 21


def test_a_group_is_believed_after_ten_seconds_however_it_goes_on() -> None:
    doubt = belief()
    for number in range(200):
        doubt.mark_missing(entry(f"{number:03}"), number * 100 * MS)
    assert doubt.list_overdue(10_000 * MS - 1) == []
    assert len(doubt.list_overdue(10_000 * MS)) == 200


def test_a_group_that_shrinks_to_twenty_goes_one_by_one_again() -> None:
    doubt = belief()
    for number in range(21):
        doubt.mark_missing(entry(f"{number:02}"), number * 100 * MS)
    doubt.settle("20", "persona")
    assert paths(doubt.list_overdue(500 * MS)) == ["00"]


def test_each_collection_has_its_own_group() -> None:
    doubt = belief()
    for number in range(21):
        doubt.mark_missing(entry(f"p{number}"), number * 100 * MS)
    doubt.mark_missing(entry("x", type_="prompt"), 0)
    assert paths(doubt.list_overdue(500 * MS)) == ["x"]
    assert doubt.next_due_ns() == 500 * MS


def test_due_names_every_path_that_may_be_believed_by_now() -> None:
    doubt = belief()
    doubt.suspect("bad", 0, None)
    doubt.mark_missing(entry("gone"), 1)
    assert doubt.list_due(500 * MS) == ["bad"]
    assert doubt.list_due(500 * MS + 1) == ["bad", "gone"]


def test_a_path_that_rests_is_not_waited_for() -> None:
    doubt = belief()
    doubt.suspect("bad", 0, None)
    doubt.suspect("worse", 100 * MS, None)
    assert doubt.next_due_ns(resting={"bad"}) == 600 * MS
    assert doubt.list_due(600 * MS, resting={"bad"}) == ["worse"]


def test_a_rename_is_known_by_inode_size_and_time() -> None:
    doubt = belief()
    doubt.mark_missing(entry("old", inode=7), 0)
    same = Stamp(1, 99, 10, 7, 1)  # a rename changes ctime
    assert set(doubt.match_renames({"new": same})) == {"new"}
    assert doubt.match_renames({"new": same._replace(mtime_ns=2)}) == {}
    assert doubt.match_renames({"new": same._replace(size=2)}) == {}
    assert doubt.match_renames({"new": same._replace(device=2)}) == {}


def test_an_entry_that_was_never_stamped_is_no_rename_of_anything() -> None:
    doubt = belief()
    doubt.mark_missing(Entry("old", "persona", FileState.UNREADABLE, None, None, 10), 0)
    assert doubt.match_renames({"new": Stamp(0, 0, 0, 0, 0)}) == {}


def test_without_missing_files_nothing_is_a_rename() -> None:
    assert belief().match_renames({"new": Stamp(1, 1, 10, 1, 1)}) == {}


@seed(20261121)
@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 15_000), min_size=1, max_size=40))
def test_no_deletion_is_believed_early_or_later_than_ten_seconds(times_ms: list[int]) -> None:
    doubt = belief()
    for number, at_ms in enumerate(sorted(times_ms)):
        for gone in doubt.list_overdue(at_ms * MS):
            doubt.settle(gone.path, gone.type)
        doubt.mark_missing(entry(str(number)), at_ms * MS)
        due_ns = doubt.next_due_ns()
        assert due_ns is not None
        assert due_ns <= at_ms * MS + 10_000 * MS
        assert doubt.list_overdue(min(due_ns - 1, at_ms * MS + 500 * MS - 1)) == []


@pytest.mark.parametrize("count", [20, 21])
def test_next_due_is_exactly_when_due_gives_something(count: int) -> None:
    doubt = belief()
    for number in range(count):
        doubt.mark_missing(entry(str(number)), number)
    at_ns = doubt.next_due_ns()
    assert at_ns is not None
    assert (doubt.list_due(at_ns - 1), bool(doubt.list_due(at_ns))) == ([], True)


def test_what_git_deleted_does_not_wait_and_is_not_counted_to_a_group() -> None:
    doubt = belief()
    for number in range(30):
        doubt.mark_missing(entry(f"git{number}"), 7, immediate=True)
    doubt.mark_missing(entry("by-hand"), 7)
    assert doubt.next_due_ns() == 7
    assert len(doubt.list_overdue(7)) == 30
    for gone in doubt.list_overdue(7):
        doubt.settle(gone.path, gone.type)
    assert doubt.next_due_ns() == 7 + 500 * MS


def test_a_deletion_first_seen_before_git_was_at_work_keeps_its_time() -> None:
    doubt = belief()
    doubt.mark_missing(entry("a"), 0)
    doubt.mark_missing(entry("a"), 100 * MS, immediate=True)
    assert doubt.list_overdue(500 * MS - 1) == []
    assert paths(doubt.list_overdue(500 * MS)) == ["a"]
