"""What the guard lets pass and what it keeps back, at the very edges of its limits."""

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from docsync.model import Entry, FileState, Stamp
from docsync.policy.guard import Guard, Verdict

SECOND = 1_000_000_000
MINUTE = 60 * SECOND


def entry(path: str, content_hash: str | None = None, type_: str = "persona") -> Entry:
    return Entry(path, type_, FileState.OK, Stamp(1, 1, 1, 1, 1), content_hash or f"hash of {path}", 1)


def entries(count: int, start: int = 0) -> list[Entry]:
    return [entry(str(number)) for number in range(start, start + count)]


def guard() -> Guard:
    return Guard(20, 0.5)


def apply(kept: Guard, deletions: list[Entry], rows: int, now_ns: int = 0) -> Verdict:
    """Judge *deletions* and commit the verdict."""
    verdict = kept.judge("persona", deletions, rows, now_ns)
    kept.mark_applied("persona", verdict, now_ns)
    return verdict


@pytest.mark.parametrize(
    ("count", "rows", "is_held"),
    [
        (20, 21, False),  # min_deletes exactly
        (21, 42, False),  # the ratio exactly
        (21, 41, True),
        (25, 50, False),
        (26, 50, True),
        (450, 1000, False),
        (1, 1, False),  # the only document of its collection
        (2, 2, True),  # the collection would be empty
        (20, 20, True),
    ],
)
def test_a_group_is_held_when_it_exceeds_both_limits_or_empties_its_collection(
    count: int, rows: int, is_held: bool
) -> None:
    verdict = apply(guard(), entries(count), rows)
    assert (len(verdict.held), len(verdict.allowed)) == ((count, 0) if is_held else (0, count))


def test_the_deletions_of_the_last_minute_count() -> None:
    kept = guard()
    assert not apply(kept, entries(20), 40).held
    assert len(apply(kept, entries(1, 20), 20, MINUTE).held) == 1


def test_deletions_of_more_than_a_minute_ago_do_not_count() -> None:
    kept = guard()
    apply(kept, entries(20), 40)
    assert not apply(kept, entries(9, 20), 20, MINUTE + 1).held


def test_a_collection_is_not_emptied_in_two_steps() -> None:
    kept = guard()
    assert not apply(kept, entries(1), 2).held
    assert len(apply(kept, entries(1, 1), 1, SECOND).held) == 1


def test_deletions_whose_file_came_back_do_not_count() -> None:
    kept = guard()
    gone = entries(450)
    assert not apply(kept, gone, 1000).held
    for one in gone:
        kept.mark_returned({one.path})
    assert not apply(kept, gone, 1000, SECOND).held


def test_a_file_that_was_seen_again_does_not_count_in_the_batch_that_takes_it() -> None:
    kept = guard()
    apply(kept, entries(25), 60)
    kept.mark_returned({"0", "1", "2", "3", "4", "5", "never"})
    assert kept.judge("persona", entries(11, 30), 41, 0).held == ()  # 11 + 19 of 41 + 19
    assert kept.judge("persona", entries(12, 30), 41, 0).held


def test_collections_are_counted_apart() -> None:
    kept = guard()
    apply(kept, entries(20), 40)
    assert not kept.judge("prompt", [entry("x", type_="prompt")], 5, 0).held


def test_what_follows_a_hold_is_held_with_it() -> None:
    kept = guard()
    apply(kept, entries(30), 50)
    assert len(apply(kept, entries(1, 30), 50, SECOND).held) == 1
    assert len(kept.list_held()) == 31


def test_a_hold_is_not_over_after_a_minute() -> None:
    kept = guard()
    gone = entries(30)
    apply(kept, gone, 50)
    assert len(apply(kept, entries(1, 30), 50, 10 * MINUTE).held) == 1
    assert kept.holds(gone[0])


def test_what_is_held_leaves_the_hold_when_its_file_is_back() -> None:
    kept = guard()
    gone = entries(30)
    apply(kept, gone, 50)
    for one in gone:
        kept.mark_present(one.path)
    assert (kept.list_held(), kept.holds(gone[0])) == ([], False)
    assert not apply(kept, entries(1), 50).held


def test_a_release_gives_what_is_held_and_empties_the_window() -> None:
    kept = guard()
    apply(kept, entries(20), 60)
    apply(kept, entries(30, 20), 40)
    assert len(kept.release("persona")) == 30
    assert kept.list_held() == []
    assert not apply(kept, entries(5, 50), 10).held


def test_a_release_of_one_collection_leaves_the_others() -> None:
    kept = guard()
    apply(kept, entries(30), 50)
    kept.mark_applied(
        "prompt", kept.judge("prompt", [entry(f"x{n}", type_="prompt") for n in range(3)], 3, 0), 0
    )
    assert [one.type for one in kept.release("prompt")] == ["prompt"] * 3
    assert (len(kept.list_held("persona")), len(kept.list_held("prompt")), len(kept.list_held())) == (
        30,
        0,
        30,
    )
    assert len(kept.release()) == 30


def test_one_other_file_with_the_same_content_excuses_a_deletion() -> None:
    kept = guard()
    gone = entries(60)
    for one in gone:
        kept.mark_appeared(f"copy of {one.path}", str(one.content_hash), 0)
    verdict = apply(kept, gone, 120)
    assert (len(verdict.allowed), verdict.excused["7"]) == (60, "copy of 7")


def test_each_appearance_excuses_one_deletion() -> None:
    kept = guard()
    gone = [entry(str(number), "same") for number in range(95)]
    kept.mark_appeared("new", "same", 0)
    verdict = apply(kept, gone, 101)
    assert (len(verdict.allowed), len(verdict.held)) == (1, 94)


def test_an_excuse_is_used_up_by_the_deletion_that_took_it() -> None:
    kept = guard()
    kept.mark_appeared("new", "same", 0)
    apply(kept, [entry("a", "same")], 3)
    assert not kept.judge("persona", [entry("b", "same")], 2, 0).excused


def test_an_excuse_is_not_used_up_by_a_verdict_that_was_never_committed() -> None:
    kept = guard()
    kept.mark_appeared("new", "same", 0)
    kept.judge("persona", [entry("a", "same")], 3, 0)
    assert kept.judge("persona", [entry("a", "same")], 3, 0).excused == {"a": "new"}


def test_an_excused_deletion_does_not_count_against_later_ones() -> None:
    kept = guard()
    gone = entries(30)
    for one in gone:
        kept.mark_appeared(f"copy of {one.path}", str(one.content_hash), 0)
    apply(kept, gone, 90)
    assert not apply(kept, entries(20, 30), 60).held


@pytest.mark.parametrize(("at_ns", "excuses"), [(MINUTE, True), (MINUTE + 1, False)])
def test_an_appearance_excuses_for_a_minute(at_ns: int, excuses: bool) -> None:
    kept = guard()
    kept.mark_appeared("new", "same", 0)
    assert bool(kept.judge("persona", [entry("a", "same")], 3, at_ns).excused) is excuses


def test_a_file_does_not_excuse_itself_nor_one_that_goes_with_it() -> None:
    kept = guard()
    kept.mark_appeared("a", "same", 0)
    kept.mark_appeared("b", "same", 0)
    assert not kept.judge("persona", [entry("a", "same"), entry("b", "same")], 9, 0).excused


def test_a_file_that_exists_no_more_excuses_nothing() -> None:
    kept = guard()
    kept.mark_appeared("new", "same", 0)
    kept.mark_appeared("other", "different", 0)
    assert kept.witnesses([entry("a", "same")]) == ["new"]
    kept.mark_vanished("new")
    kept.mark_vanished("never heard of")
    assert not kept.judge("persona", [entry("a", "same")], 9, 0).excused


def test_a_deletion_whose_content_is_not_known_is_never_excused() -> None:
    kept = guard()
    unknown = Entry("a", "persona", FileState.UNREADABLE, None, None, 10)
    kept.mark_appeared("new", "same", 0)
    assert kept.judge("persona", [unknown], 9, 0) == Verdict((unknown,))


def test_excused_deletions_pass_while_the_others_are_held() -> None:
    kept = guard()
    kept.mark_appeared("copy", "hash of 0", 0)
    verdict = apply(kept, entries(40), 61)
    assert [one.path for one in verdict.allowed] == ["0"]
    assert len(verdict.held) == 39


def test_a_moved_file_does_not_make_the_collection_look_larger() -> None:
    kept = guard()
    gone = entries(41)
    for one in gone[:20]:
        kept.mark_appeared(f"copy of {one.path}", str(one.content_hash), 0)
    # 41 files, 20 of them copied: 61 rows now. All 41 go, so 21 of the 41 that there really were, which is too many.
    assert len(kept.judge("persona", gone, 61, 0).held) == 21


@seed(20261121)
@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 70)), min_size=1, max_size=8), st.integers(1, 150)
)
def test_without_excuse_no_minute_sees_more_deletions_than_the_limits_say(
    groups: list[tuple[int, int]], rows: int
) -> None:
    kept, now_ns, number = guard(), 0, 0
    applied: list[int] = []
    for count, pause in groups:
        now_ns += pause * SECOND
        count = min(count, rows)
        verdict = apply(kept, entries(count, number), rows, now_ns)
        number += count
        recent = [at for at in applied if now_ns - at <= MINUTE]
        if verdict.allowed and count:
            assert len(recent) + count <= 20 or len(recent) + count <= 0.5 * (rows + len(recent))
            assert count < rows or rows + len(recent) == 1
        applied += [now_ns] * len(verdict.allowed)
        rows -= len(verdict.allowed)


def test_an_appearance_that_excused_in_one_collection_excuses_in_no_other_of_the_batch() -> None:
    kept = guard()
    kept.mark_appeared("personas/new.json", "same", 0)
    first = kept.judge("persona", [entry("personas/a.json", "same")], 10, 0)
    deletions = [entry("copies/a.json", "same", "copy"), entry("copies/b.json", "same", "copy")]
    second = kept.judge("copy", deletions, 2, 0, used_witnesses=set(first.excused.values()))
    assert first.excused == {"personas/a.json": "personas/new.json"}
    assert (second.excused, second.held) == ({}, tuple(deletions))
