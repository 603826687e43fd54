"""When a path may be looked at: settle, debounce and max_delay at their very edges."""

from dataclasses import replace

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from docsync.model import Sign, Timing
from docsync.policy.batch import Batch, DirtyPath
from docsync.policy.coalesce import Coalescer

MS = 1_000_000
AT_ONCE = (Sign.RENAMED, Sign.GONE, Sign.FOLDER, Sign.CREATED, Sign.LOST)
HINTS = st.lists(
    st.tuples(st.integers(0, 3000), st.sampled_from("abc"), st.sampled_from(Sign)), min_size=1, max_size=30
).map(sorted)


def coalescer() -> Coalescer:
    return Coalescer(Timing(), lambda path: path.endswith(".json"))


def due_ms(box: Coalescer, path: str) -> float:
    return box.due_ns(path) / MS


@pytest.mark.parametrize("sign", AT_ONCE)
def test_what_is_complete_or_gone_is_looked_at_at_once(sign: Sign) -> None:
    box = coalescer()
    box.mark("a.json", sign, 7 * MS)
    assert due_ms(box, "a.json") == 7


@pytest.mark.parametrize("sign", [Sign.CLOSED, Sign.ATTRIBUTES])
def test_a_closed_write_settles(sign: Sign) -> None:
    box = coalescer()
    box.mark("a.json", sign, 0)
    assert (due_ms(box, "a.json"), box.next_due_ns()) == (10, 10 * MS)


def test_a_path_is_taken_exactly_when_it_is_due_and_only_once() -> None:
    box = coalescer()
    box.mark("a.json", Sign.CLOSED, 0)
    assert box.take(10 * MS - 1) == Batch({}, frozenset({"a.json"}))
    assert box.take(10 * MS) == Batch({"a.json": DirtyPath(0, 0, Sign.CLOSED)})
    assert (box.take(10 * MS), len(box), box.next_due_ns()) == (Batch(), 0, None)


def test_a_file_still_open_waits_for_the_debounce_time() -> None:
    box = coalescer()
    box.mark("a.json", Sign.OPEN, 0)
    assert due_ms(box, "a.json") == 500


@pytest.mark.parametrize(("path", "wait_ms"), [("a.json", 10), ("a.prompty", 50)])
def test_without_close_reports_only_a_format_that_proves_itself_is_read_early(
    path: str, wait_ms: int
) -> None:
    box = coalescer()
    box.mark(path, Sign.WRITTEN, 0)
    assert due_ms(box, path) == wait_ms


def test_a_settle_time_above_the_unproven_one_counts() -> None:
    box = Coalescer(Timing(settle_ns=80 * MS), lambda path: False)
    box.mark("a", Sign.WRITTEN, 0)
    assert due_ms(box, "a") == 80


def test_every_new_hint_starts_the_settle_time_again() -> None:
    box = coalescer()
    box.mark("a.json", Sign.CLOSED, 0)
    box.mark("a.json", Sign.CLOSED, 9 * MS)
    assert due_ms(box, "a.json") == 19


def test_a_path_that_never_goes_quiet_is_looked_at_after_max_delay() -> None:
    box = coalescer()
    for at_ms in range(0, 3000, 5):
        box.mark("a.json", Sign.OPEN, at_ms * MS)
    assert due_ms(box, "a.json") == 2000


@pytest.mark.parametrize("sign", [Sign.RENAMED, Sign.OPEN, Sign.GONE])
def test_a_change_of_attributes_changes_nothing_of_what_is_known(sign: Sign) -> None:
    box = coalescer()
    box.mark("a.json", sign, 0)
    before = box.due_ns("a.json")
    box.mark("a.json", Sign.ATTRIBUTES, 3 * MS)
    assert box.due_ns("a.json") == before


@pytest.mark.parametrize("later", [Sign.FOLDER, Sign.CLOSED, Sign.GONE, Sign.ATTRIBUTES])
def test_that_hints_were_lost_is_not_forgotten_for_a_later_hint(later: Sign) -> None:
    box = coalescer()
    box.mark("", Sign.LOST, 0)
    box.mark("", later, 1 * MS)
    assert box.take(1 * MS).dirty[""].sign is Sign.LOST


def test_that_hints_were_lost_survives_a_batch_that_is_put_back() -> None:
    box = coalescer()
    box.mark("", Sign.LOST, 0)
    batch = box.take(0)
    box.mark("", Sign.FOLDER, 1 * MS)
    box.put_back(batch, 0)
    assert box.take(1 * MS).dirty[""].sign is Sign.LOST


def test_new_content_rests_for_the_debounce_time() -> None:
    box = coalescer()
    box.mark_applied("a.json", 0)
    box.mark("a.json", Sign.RENAMED, 1 * MS)
    box.mark("b.json", Sign.RENAMED, 1 * MS)
    assert (due_ms(box, "a.json"), due_ms(box, "b.json")) == (500, 1)


def test_a_name_that_went_does_not_rest() -> None:
    box = coalescer()
    box.mark_applied("a.json", 0)
    box.mark("a.json", Sign.GONE, 1 * MS)
    assert due_ms(box, "a.json") == 1


@pytest.mark.parametrize(
    ("at_ms", "debounce_ms", "until"), [(1, 500, {"a": 500}), (500, 500, {}), (1, 5000, {"a": 2001})]
)
def test_a_file_that_is_there_although_its_name_went_rests(
    at_ms: int, debounce_ms: int, until: dict[str, int]
) -> None:
    box = Coalescer(Timing(debounce_ns=debounce_ms * MS), lambda path: True)
    box.mark_applied("a", 0)
    box.mark("a", Sign.GONE, at_ms * MS)
    box.mark("b", Sign.GONE, at_ms * MS)
    assert box.take(at_ms * MS).rest_until_ns == {path: ms * MS for path, ms in until.items()}


def test_a_barrier_lets_nothing_rest() -> None:
    box = coalescer()
    box.mark_applied("a.json", 0)
    box.mark("a.json", Sign.GONE, 1 * MS)
    assert box.take_all(1 * MS).rest_until_ns == {}


def test_resting_ends_at_max_delay_too() -> None:
    box = Coalescer(Timing(debounce_ns=5000 * MS, max_delay_ns=100 * MS), lambda path: True)
    box.mark_applied("a", 0)
    box.mark("a", Sign.CLOSED, 10 * MS)
    assert due_ms(box, "a") == 110


def test_a_path_that_is_not_due_delays_nobody() -> None:
    box = coalescer()
    box.mark("slow.json", Sign.OPEN, 0)
    box.mark("fast.json", Sign.RENAMED, 0)
    batch = box.take(0)
    assert (set(batch.dirty), set(batch.resting)) == ({"fast.json"}, {"slow.json"})


def test_a_barrier_takes_everything_but_what_is_still_open() -> None:
    box = coalescer()
    box.mark_applied("a.json", 0)
    box.mark("a.json", Sign.CLOSED, 1 * MS)
    box.mark("open.json", Sign.OPEN, 1 * MS)
    batch = box.take_all(2 * MS)
    assert (set(batch.dirty), set(batch.resting)) == ({"a.json"}, {"open.json"})


def test_barriers_do_not_keep_an_open_file_from_its_turn() -> None:
    box = coalescer()
    box.mark("open.json", Sign.OPEN, 0)
    assert "open.json" not in box.take_all(500 * MS - 1).dirty
    assert "open.json" in box.take_all(500 * MS).dirty


def test_a_batch_that_is_put_back_is_due_again_and_not_before_its_time() -> None:
    box = coalescer()
    box.mark("a.json", Sign.RENAMED, 0)
    box.put_back(box.take(0), 30 * MS)
    assert due_ms(box, "a.json") == 30


def test_a_newer_hint_of_a_path_that_is_put_back_stays() -> None:
    box = coalescer()
    box.mark("a.json", Sign.CLOSED, 0)
    batch = box.take(10 * MS)
    box.mark("a.json", Sign.GONE, 11 * MS)
    box.put_back(batch, 0)
    assert box.take(11 * MS).dirty["a.json"].sign is Sign.GONE


def test_max_delay_counts_from_the_first_hint_also_when_the_batch_was_put_back() -> None:
    box = coalescer()
    box.mark("a.json", Sign.CLOSED, 0)
    batch = box.take(10 * MS)
    box.mark("a.json", Sign.OPEN, 1900 * MS)
    box.put_back(batch, 0)
    assert due_ms(box, "a.json") == 2000


def test_a_second_look_waits_unless_a_newer_hint_says_when() -> None:
    box = coalescer()
    box.look_again("a.json", 0, 40 * MS)
    box.mark("b.json", Sign.RENAMED, 1 * MS)
    box.look_again("b.json", 2 * MS, 40 * MS)
    assert (due_ms(box, "a.json"), due_ms(box, "b.json")) == (40, 1)


def test_what_a_batch_had_no_room_for_is_the_backlog_of_the_next() -> None:
    box = coalescer()
    box.mark("many/0.json", Sign.OPEN, 5 * MS)
    for number in range(9):
        box.defer(f"many/{number}.json", 6 * MS, 2 * MS)
    assert box.has_backlog
    first = box.take(6 * MS, most=4)
    assert len(first.dirty) == 4
    assert first.left_since_ns == 2 * MS, "what is missing since then waits for them"
    assert first.hints() == {}, "nothing was heard of them"
    box.mark("many/8.json", Sign.CLOSED, 7 * MS)
    rest = box.take(7 * MS, most=9)
    assert len(rest.dirty) == 3
    assert box.take(17 * MS).hints().keys() == {"many/8.json"}


def test_a_folder_that_was_made_is_due_at_once_and_leaves_others_their_turn() -> None:
    box = coalescer()
    for number in range(9):
        box.mark(f"many{number}", Sign.CREATED, 0)
    assert len(box.take(0, most=4).dirty) == 4


def test_a_folder_that_was_made_where_another_one_was_is_looked_at_whole() -> None:
    box = coalescer()
    box.mark("made", Sign.FOLDER, 0)
    box.mark("made", Sign.CREATED, 0)
    box.mark("moved", Sign.CREATED, 0)
    box.mark("moved", Sign.FOLDER, 0)
    assert {path: dirty.sign for path, dirty in box.take(0).dirty.items()} == {
        "made": Sign.FOLDER,
        "moved": Sign.FOLDER,
    }


def test_a_second_look_comes_at_the_time_that_was_asked_for_however_short_that_is() -> None:
    box = coalescer()
    box.look_again("a.json", 0, 4 * MS)
    assert (due_ms(box, "a.json"), box.next_due_ns()) == (4, 4 * MS)
    assert set(box.take(4 * MS).dirty) == {"a.json"}


def test_a_path_was_last_heard_of_when_it_or_a_folder_above_it_was() -> None:
    box = coalescer()
    box.mark("p/a.json", Sign.CLOSED, 1)
    box.mark("p", Sign.FOLDER, 2)
    assert [box.last_hint_ns(path) for path in ("p/a.json", "p/b.json", "q")] == [2, 2, None]


def test_a_change_of_attributes_is_no_news_for_whoever_waits() -> None:
    box = coalescer()
    box.mark("p/a.json", Sign.ATTRIBUTES, 1)
    assert (sorted(box.paths()), box.last_own_hint_ns("p/a.json")) == (["p/a.json"], None)


def test_memory_does_not_grow_with_the_paths_of_the_past() -> None:
    box = coalescer()
    for number in range(10_000):
        now_ns = number * 10 * MS
        box.mark(f"{number}.json", Sign.RENAMED, now_ns)
        box.take(now_ns)
        box.mark_applied(f"{number}.json", now_ns)
    assert len(box._last_hints) + len(box._applied_ns) < 2500
    assert box.last_hint_ns("9999.json") == 99_990 * MS


@seed(20261121)
@settings(max_examples=150, deadline=None)
@given(HINTS)
def test_no_path_is_taken_before_it_settled_nor_kept_longer_than_max_delay(
    hints: list[tuple[int, str, Sign]],
) -> None:
    box = coalescer()
    first_ms: dict[str, int] = {}
    last: dict[str, tuple[int, Sign]] = {}
    for at_ms, path, sign in hints:
        for taken in box.take(at_ms * MS).dirty:
            last_ms, said = last.pop(taken)
            assert said in AT_ONCE or at_ms - last_ms >= 10 or at_ms - first_ms[taken] >= 2000
            del first_ms[taken]
        box.mark(path, sign, at_ms * MS)
        first_ms.setdefault(path, at_ms)
        lost = path in last and last[path][1] is Sign.LOST
        if path not in last or sign is not Sign.ATTRIBUTES:
            last[path] = (at_ms, Sign.LOST if lost else sign)
        assert due_ms(box, path) <= first_ms[path] + 2000


@seed(20261121)
@settings(max_examples=150, deadline=None)
@given(HINTS, st.integers(0, 6000))
def test_the_order_of_hints_of_different_paths_does_not_matter(
    hints: list[tuple[int, str, Sign]], at_ms: int
) -> None:
    one, other = coalescer(), coalescer()
    for hint_ms, path, sign in hints:
        one.mark(path, sign, hint_ms * MS)
    for hint_ms, path, sign in sorted(
        hints, key=lambda hint: hint[1]
    ):  # all of one path, then all of the next
        other.mark(path, sign, hint_ms * MS)
    assert without_halves(one.take(at_ms * MS)) == without_halves(other.take(at_ms * MS))


def without_halves(batch: Batch) -> Batch:
    """*batch* without what only the order of hints tells: which names belong to one move."""
    return replace(batch, dirty={path: replace(dirty, is_half=False) for path, dirty in batch.dirty.items()})


def test_what_happens_to_a_volume_right_after_it_was_swapped_waits_for_the_swap() -> None:
    dirty = coalescer()
    dirty.mark("p", Sign.SWAPPED, 0)
    dirty.mark("p/removed.json", Sign.GONE, 0)
    dirty.mark("q/other.json", Sign.GONE, 0)
    assert dirty.take(0).dirty.keys() == {"q/other.json"}
    assert dirty.next_due_ns() == 10 * MS
    batch = dirty.take(10 * MS)
    assert batch.dirty.keys() == {"p", "p/removed.json"}
    dirty.put_back(batch, 20 * MS)
    assert dirty.next_due_ns() == 20 * MS
    dirty.take(20 * MS)
    dirty.mark("p/removed.json", Sign.GONE, 21 * MS)
    assert dirty.due_ns("p/removed.json") == 21 * MS


DEEDS = st.lists(
    st.tuples(
        st.sampled_from((0, 1, 5, 10, 20, 60, 500, 2000)),
        st.sampled_from(["p", "p/a.json", "p/b.md", "p/q", "p/q/c.json", "d.json"]),
        st.one_of(
            st.sampled_from(Sign),
            st.sampled_from(["applied", "again", "take", "take all", "put back", "ask", "slice"]),
        ),
    ),
    min_size=40,
    max_size=60,
)


@seed(20261128)
@settings(max_examples=300, deadline=None)
@given(DEEDS)
def test_what_is_due_is_found_without_looking_at_what_is_not(
    deeds: list[tuple[int, str, Sign | str]],
) -> None:
    """Whatever made it due sooner or later meanwhile: the answers are those of a look at every dirty path."""
    box = coalescer()
    taken = Batch()
    now_ns = 0
    for wait_ms, path, deed in deeds:
        now_ns += wait_ms * MS
        match deed:
            case Sign():
                box.mark(path, deed, now_ns)
            case "applied":
                box.mark_applied(path, now_ns)
            case "again":
                box.look_again(path, now_ns, now_ns + 30 * MS)
            case "put back":
                box.put_back(taken, now_ns + 1000 * MS)
                taken = Batch()
            case "take all":
                taken = box.take_all(now_ns)
            case "ask":
                assert is_when_something_is_due(box.next_due_ns(), box, now_ns)
            case _:
                due = {path for path in box.paths() if box.due_ns(path) <= now_ns}
                taken = box.take(now_ns, 1 if deed == "slice" else None)
                assert taken.dirty.keys() | taken.left.keys() == due
                assert bool(taken.dirty) == bool(due)
                assert deed == "slice" or not box.has_backlog
    assert is_when_something_is_due(box.next_due_ns(), box, now_ns)


def is_when_something_is_due(next_due_ns: int | None, box: Coalescer, now_ns: int) -> bool:
    """True for the time at which the first path is due, and for any that is over while some of a slice is left."""
    if box.has_backlog:
        return next_due_ns is not None and next_due_ns <= now_ns
    return next_due_ns == min(map(box.due_ns, box.paths()), default=None)


def test_memory_does_not_grow_with_the_hints_of_a_path() -> None:
    box = coalescer()
    for number in range(10_000):
        box.mark("a.json", Sign.CLOSED if number % 2 else Sign.OPEN, number * MS)
        box.next_due_ns()
        box.take(number * MS)
    assert len(box._queue) < 250


def test_what_waited_for_a_swap_is_found_at_its_own_time_once_a_barrier_has_taken_the_swap() -> None:
    box = coalescer()
    box.mark("p", Sign.SWAPPED, 0)
    box.put_back(box.take_all(0), 2000 * MS)
    box.mark("p/a.json", Sign.OPEN, MS)
    assert box.next_due_ns() == 2000 * MS
    assert box.take_all(10 * MS).dirty.keys() == {"p"}
    assert box.take(501 * MS).dirty.keys() == {"p/a.json"}


# Slices


def crowd(count: int) -> Coalescer:
    """So many files of one folder are due, and after them one of another."""
    box = coalescer()
    for number in range(count):
        box.mark(f"many/{number}.json", Sign.RENAMED, number)
    box.mark("few/by-hand.json", Sign.RENAMED, count)
    return box


def test_of_many_paths_a_slice_is_taken_and_the_others_are_due_at_once() -> None:
    box = crowd(1000)
    batch = box.take(1000, 100)
    assert (len(batch.dirty), len(batch.left), batch.resting) == (100, 901, frozenset())
    assert is_when_something_is_due(box.next_due_ns(), box, 1000)


def test_a_save_by_hand_does_not_wait_for_a_crowd_nor_the_oldest_for_those_that_keep_coming() -> None:
    batch = crowd(1000).take(1000, 100)
    assert {"few/by-hand.json", "many/0.json", "many/24.json"} <= batch.dirty.keys()


def test_slices_take_everything_in_the_end_and_nothing_twice() -> None:
    box = crowd(1000)
    slices = [box.take(1000, 64).dirty.keys() for _ in range(17)]
    assert len(frozenset().union(*slices)) == sum(map(len, slices)) == 1001
    assert (len(box), box.next_due_ns()) == (0, None)


@pytest.mark.parametrize("sign", [Sign.GONE, Sign.FOLDER, Sign.LOST])
def test_what_went_and_what_becomes_of_folders_is_part_of_the_first_slice(sign: Sign) -> None:
    box = crowd(1000)
    for number in range(200):
        box.mark(f"many/gone-{number}.json", sign, 1000)
    batch = box.take(1000, 100)
    assert sum(path.startswith("many/gone") for path in batch.dirty) == 200


def test_a_volume_that_was_swapped_is_one_batch() -> None:
    box = crowd(1000)
    box.mark("many", Sign.SWAPPED, 1000)
    assert len(box.take(20 * MS, 100).dirty) == 1002


def test_a_batch_tells_since_when_something_is_left() -> None:
    box = crowd(3)
    assert box.take(3, 2).left_since_ns == 1
    assert box.take(3, 2).left_since_ns is None


def test_a_path_that_is_left_waits_anew_when_it_is_hinted_again() -> None:
    box = crowd(200)
    (left, *_) = box.take(200, 100).left
    box.mark(left, Sign.CLOSED, 300)
    assert left not in box.take(300, 1000).dirty
    assert box.take(300 + 10 * MS, 1000).dirty.keys() == {left}


def test_a_path_that_is_left_rests_when_its_new_content_was_applied_with_another_name() -> None:
    box = crowd(200)
    (left, *_) = box.take(200, 100).left
    box.mark_applied(left, 300)
    assert left not in box.take(300, 1000).dirty
    assert box.due_ns(left) == 300 + 500 * MS


def test_what_a_barrier_leaves_is_taken_without_its_own_time_while_somebody_waits() -> None:
    box = coalescer()
    for number in range(10):
        box.mark(f"{number}.json", Sign.CLOSED, 0)
    assert len(box.take_all(1, 4).dirty) == 4
    second = box.take_all(2, 4)
    assert (len(second.dirty), len(second.left)) == (4, 2)
    assert box.take(3, 4).dirty == {}  # nobody waits any more
    assert len(box.take(10 * MS, 4).dirty) == 2


def test_a_path_that_is_hinted_again_and_again_keeps_its_turn() -> None:
    """After max_delay it is due whatever comes: neither new hints nor new paths take its place."""
    box = coalescer()
    box.mark("many/hot.json", Sign.CLOSED, 0)
    seen = []
    for now_ms in range(0, 3000, 10):
        box.mark("many/hot.json", Sign.CLOSED, now_ms * MS)
        for number in range(5):
            box.mark(f"many/{now_ms}-{number}.json", Sign.RENAMED, now_ms * MS)
        if "many/hot.json" in box.take(now_ms * MS, 4).dirty:
            seen.append(now_ms)
    assert seen == [2000]


@pytest.mark.parametrize("sign", [Sign.ATTRIBUTES, Sign.RENAMED])
def test_news_of_a_path_that_is_left_does_not_cost_it_its_turn(sign: Sign) -> None:
    box = crowd(200)
    (left, *_) = box.take(200, 100).left
    box.mark(left, sign, 300)
    assert left in box.take(300, 1000).dirty


def test_both_names_of_a_move_are_part_of_one_slice() -> None:
    box = crowd(1000)
    for old, new in (("many/b.json", "many/c.json"), ("many/a.json", "many/b.json")):
        box.mark(old, Sign.GONE, 1000)
        box.mark(new, Sign.RENAMED, 1000)
    assert {"many/a.json", "many/b.json", "many/c.json"} <= box.take(1000, 4).dirty.keys()


def test_a_save_by_way_of_a_name_that_is_no_document_is_no_move() -> None:
    box = Coalescer(Timing(), lambda _: True, lambda path: path.endswith(".json"))
    for number in range(1000):
        box.mark(f"many/{number}.tmp", Sign.GONE, number)
        box.mark(f"many/{number}.json", Sign.RENAMED, number)
    taken = box.take(1000, 100).dirty
    assert sum(path.endswith(".json") for path in taken) < 100


def test_what_somebody_waits_for_is_in_the_first_slice() -> None:
    box = crowd(1000)
    assert "many/999.json" in box.take_all(1000, 100, ["many/999.json", "nothing"]).dirty
