"""What the log says: one line a batch, what appears and what clears, and never more than a screen of it."""

import pytest

from docsync.change import ApplyResult
from docsync.errors import StoreReason, StoreUnavailable
from docsync.model import Problem, Severity
from docsync.sync.batch.batch_context import BatchReport
from docsync.sync.thread.sync_log import SyncLog
from tests.helpers.rig import LogBook


@pytest.fixture
def log() -> LogBook:
    return LogBook()


def told(log: LogBook, applied: ApplyResult) -> LogBook:
    """The lines of a batch that is not the first."""
    journal = SyncLog(log)
    journal.log_batch(BatchReport(ApplyResult(1)), 0)
    log.lines.clear()
    journal.log_batch(BatchReport(applied, looked=3), 0.123456)
    return log


def test_the_first_batch_is_told_whatever_it_found(log: LogBook) -> None:
    SyncLog(log).log_batch(BatchReport(ApplyResult(7)), 0)
    assert [(level, event) for level, event, _ in log.lines] == [("info", "sync.finished")]


@pytest.mark.parametrize(
    ("applied", "looked", "plain"),
    [
        (
            ApplyResult(1, True, [str(number) for number in range(1_043)]),
            1_043,
            "1,043 files in 0.2 s: 1,043 new or changed; revision 1",
        ),
        (ApplyResult(7), 1, "1 file in 0.2 s: nothing has changed; revision 7"),
        (
            ApplyResult(7, True, ["a"], ["b"], held=3),
            9,
            "9 files in 0.2 s: 1 new or changed, 1 deleted, 3 held; revision 7",
        ),
    ],
)
def test_the_first_batch_is_told_in_plain_words_and_names_no_files(
    log: LogBook, applied: ApplyResult, looked: int, plain: str
) -> None:
    SyncLog(log).log_batch(BatchReport(applied, looked=looked), 0.23)
    values = log.lines[0][2]
    assert values["plain"] == plain
    assert not {"changed", "removed", "more"} & set(values)


def test_a_batch_that_readers_can_see_is_one_line(log: LogBook) -> None:
    ((level, event, values),) = told(log, ApplyResult(7, True, ["a", "b"], ["c"])).lines
    assert (level, event) == ("info", "sync.finished")
    assert values | {"seconds": 0} == {
        "upserted": 2, "deleted": 1, "held": 0, "looked": 3, "revision": 7, "seconds": 0,
        "changed": ["a", "b"], "removed": ["c"],
    }  # fmt: skip


def test_of_many_files_five_are_named_and_the_rest_counted(log: LogBook) -> None:
    many = [str(number) for number in range(43)]
    ((_, _, values),) = told(log, ApplyResult(7, True, many, ["x", "y"])).lines
    assert (values["changed"], values["removed"], values["more"]) == (sorted(many)[:5], ["x", "y"], 38)


@pytest.mark.parametrize("applied", [ApplyResult(7), ApplyResult(7, held=3), ApplyResult(8, True)])
def test_a_batch_in_which_nothing_happened_is_worth_a_debug_line(log: LogBook, applied: ApplyResult) -> None:
    ((level, event, values), *_) = told(log, applied).lines
    assert (level, event) == ("debug", "sync.finished")
    assert not {"changed", "removed", "more"} & set(values)


@pytest.mark.parametrize(
    "applied",
    [
        ApplyResult(7, True, ["a"]),
        ApplyResult(7, True, deleted=["a"]),
        ApplyResult(7, True, held=1),
        ApplyResult(7, True, appeared=[Problem("a", "x", "m")]),
        ApplyResult(7, True, cleared=[("a", "x")]),
    ],
)
def test_a_batch_in_which_something_happened_is_worth_a_line(log: LogBook, applied: ApplyResult) -> None:
    level, event, _ = told(log, applied).lines[0]
    assert (level, event) == ("info", "sync.finished")


def test_held_deletions_are_a_warning_and_no_list_of_problems(log: LogBook) -> None:
    held = [Problem(str(number), "held", "m", Severity.WARNING) for number in range(30)]
    told(log, ApplyResult(7, True, held=30, appeared=held, cleared=[("x", "held")]))
    assert log.events() == ["sync.finished", "deletions.held"]
    assert log.lines[1][2]["count"] == 30


def test_a_problem_is_told_with_its_place_and_hint(log: LogBook) -> None:
    error = Problem("a.json", "json-syntax", "expected ','", line=3, column=7, hint="add one")
    warning = Problem("b.json", "overlap", "twice", Severity.WARNING)
    told(log, ApplyResult(7, True, appeared=[error, warning]))
    first = {"at": "a.json:3:7", "code": "json-syntax", "message": "expected ','", "hint": "add one"}
    assert log.lines[1:] == [
        ("error", "problem.appeared", first),
        ("warning", "problem.appeared", {"at": "b.json", "code": "overlap", "message": "twice"}),
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "lines"), [(20, 20), (21, 21), (500, 21)])
def test_of_many_problems_twenty_are_told_and_the_rest_counted(log: LogBook, count: int, lines: int) -> None:
    told(log, ApplyResult(7, True, appeared=[Problem(str(number), "x", "m") for number in range(count)]))
    appeared = [values for _, event, values in log.lines if event == "problem.appeared"]
    assert len(appeared) == lines
    assert ("more" in appeared[-1]) is (count > 20)
    assert appeared[-1].get("more", 0) == max(0, count - 20)


@pytest.mark.parametrize(("count", "lines"), [(1, 1), (20, 20), (500, 21)])
def test_of_many_problems_that_clear_twenty_are_told_and_the_rest_counted(
    log: LogBook, count: int, lines: int
) -> None:
    told(log, ApplyResult(7, True, cleared=[(str(number), "x") for number in range(count)]))
    assert log.events().count("problem.cleared") == lines


def test_every_other_event_has_its_name(log: LogBook) -> None:
    journal = SyncLog(log)
    journal.log_released(ApplyResult(8, True, deleted=["a"]))
    journal.log_resync()
    journal.log_unavailable(StoreUnavailable(StoreReason.DISK_FULL, "no space"))
    journal.log_available()
    assert [(level, event) for level, event, _ in log.lines] == [
        ("info", "deletions.released"),
        ("warning", "hints.lost"),
        ("error", "database.unavailable"),
        ("info", "database.available"),
    ]
    assert log.lines[2][2]["reason"] == "disk_full"


def test_a_release_of_nothing_is_no_line(log: LogBook) -> None:
    SyncLog(log).log_released(ApplyResult(7))
    assert log.lines == []
