"""Numbers of what was done: added up by many threads, given out as copies, and news for who waits."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from docsync.counters import BatchResult, Counters, Histogram, RenderResult, Trigger
from docsync.model import BatchRecord

AT = "2026-01-02T03:04:05.678Z"


def batch(revision: int) -> BatchRecord:
    return BatchRecord(AT, revision, 1.0, 1, 0, "hint")


def test_many_threads_count_without_losing_anything() -> None:
    counters = Counters()

    def count(_: int) -> None:
        for _ in range(500):
            counters.record_hint("closed")
            counters.record_read("database")
            counters.record_run(Trigger.HINT, BatchResult.CHANGED, 0.02)
            counters.record_latency("upsert", AT, [0.02])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))

    assert (counters.hints(), counters.reads()) == ({"closed": 2000}, {"database": 2000})
    assert counters.runs() == {(Trigger.HINT, BatchResult.CHANGED): 2000}
    assert (sum(counters.seconds().counts), counters.recent()[0]) == (2000, 2000)


def test_the_last_fifty_batches_and_two_hundred_times_are_kept_oldest_first() -> None:
    counters = Counters()
    for number in range(300):
        counters.record_batch(batch(number))
        counters.record_latency("upsert", AT, [number / 1000])

    assert [one.revision for one in counters.batches()] == list(range(250, 300))
    count, recent = counters.recent()
    assert (count, len(recent), recent[0], recent[-1]) == (300, 200, (AT, 100.0), (AT, 299.0))


def test_a_deletion_is_no_save_but_has_a_latency() -> None:
    counters = Counters()
    counters.record_latency("delete", AT, [0.5])

    assert counters.recent() == (0, ())
    assert sum(counters.latency()["delete"].counts) == 1


def test_only_batches_that_came_to_an_end_have_a_duration() -> None:
    counters = Counters()
    for result in BatchResult:
        counters.record_run(Trigger.HINT, result, 1.0)

    assert sum(counters.runs().values()) == 5
    assert sum(counters.seconds().counts) == 2


def test_a_refused_batch_is_no_success() -> None:
    counters = Counters()
    counters.record_run(Trigger.HINT, BatchResult.REFUSED, 1.0)
    assert counters.last_success == 0.0
    before = time.time()
    counters.record_run(Trigger.HINT, BatchResult.UNCHANGED, 1.0)
    assert counters.last_success >= before


def test_who_waits_is_told_of_the_next_revision() -> None:
    counters = Counters()
    assert counters.wait(0, 0.01) == 0
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(counters.wait, 0, 30)
        counters.record_batch(batch(1))
        assert waiting.result(timeout=30) == 1
    assert counters.wait(0, 30) == 1


def test_a_histogram_counts_a_value_at_its_bound_below_it_and_copies_stay() -> None:
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.0, 2.5):
        histogram.add(value)
    kept = histogram.copy()
    histogram.add(9.0)

    assert (kept.counts, kept.total) == ([2, 2, 1], 7.5)


def test_nobody_who_counts_waits_for_somebody_who_listens() -> None:
    counters = Counters()
    listeners = [threading.Thread(target=counters.wait, args=(0, 30)) for _ in range(5)]
    for listener in listeners:
        listener.start()
    counters.record_hint("closed")
    counters.record_batch(batch(1))
    for listener in listeners:
        listener.join(30)
        assert not listener.is_alive()


def test_a_prompt_that_was_refused_has_no_time() -> None:
    counters = Counters()
    counters.record_render(RenderResult.RENDERED, 0.25)
    counters.record_render(RenderResult.REFUSED)
    assert (sum(counters.renders().values()), counters.renders()["refused"]) == (2, 1)
