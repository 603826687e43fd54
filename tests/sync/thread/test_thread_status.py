"""What the sync thread says of itself: a reason keeps its time while it lasts."""

from docsync.sync.thread.thread_status import Vitals


def test_a_reason_is_news_once_and_keeps_its_time_when_its_words_change() -> None:
    vitals = Vitals()
    assert vitals.blame("locked", "by one")
    (first,) = vitals.reasons
    assert not vitals.blame("locked", "by another")
    (second,) = vitals.reasons
    assert (second.since, second.message) == (first.since, "by another")
    assert not vitals.blame("locked", "by another")


def test_other_reasons_stay_when_one_is_over() -> None:
    vitals = Vitals()
    vitals.blame("locked", "m")
    vitals.blame("disk_full", "m")
    assert vitals.absolve("locked")
    assert [reason.code for reason in vitals.reasons] == ["disk_full"]
    assert not vitals.absolve("locked", "io_error")
