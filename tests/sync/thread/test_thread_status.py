"""What the sync thread says of itself: a reason keeps its time while it lasts."""

from docsync.clock import SYSTEM
from docsync.sync.thread.thread_status import ThreadStatus


def test_a_reason_is_news_once_and_keeps_its_time_when_its_words_change() -> None:
    vitals = ThreadStatus(SYSTEM)
    assert vitals.raise_reason("locked", "by one")
    (first,) = vitals.reasons
    assert not vitals.raise_reason("locked", "by another")
    (second,) = vitals.reasons
    assert (second.since, second.message) == (first.since, "by another")
    assert not vitals.raise_reason("locked", "by another")


def test_other_reasons_stay_when_one_is_over() -> None:
    vitals = ThreadStatus(SYSTEM)
    vitals.raise_reason("locked", "m")
    vitals.raise_reason("disk_full", "m")
    assert vitals.clear_reasons("locked")
    assert [reason.code for reason in vitals.reasons] == ["disk_full"]
    assert not vitals.clear_reasons("locked", "io_error")
