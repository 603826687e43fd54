"""Time: two clocks of one machine, and how a moment is written for people."""

import time

from docsync.clock import SYSTEM, iso


def test_the_system_has_a_clock_that_only_goes_forward_and_one_that_people_read() -> None:
    before = time.monotonic_ns(), time.time_ns()
    now = SYSTEM.monotonic_ns(), SYSTEM.wall_ns()
    assert before[0] <= now[0] <= time.monotonic_ns()
    assert abs(now[1] - before[1]) < 60_000_000_000


def test_milliseconds_are_cut_and_not_rounded() -> None:
    assert iso(1_999_999) == "1970-01-01T00:00:00.001Z"
    assert iso(-1) == "1969-12-31T23:59:59.999Z"
