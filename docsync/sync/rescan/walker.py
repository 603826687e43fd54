"""The thread that walks: a slice of a pass, then a rest, so that whoever saves waits for a slice at most.

Never writes, never marks anything: it delivers claims, which the sync thread proves.
"""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import replace
from threading import Condition

import apsw

from docsync.clock import Clock
from docsync.errors import NoDatabase, StoreUnavailable
from docsync.sync.delivery import Delivery, Failure, WalkOrder
from docsync.sync.rescan.ports import Sources
from docsync.sync.rescan.survey_pass import survey_beside

SLICE_NS = 4_000_000
# The share of a core that a pass takes of its own accord is that of the slice; who waits for it wants more,
# and until the first one is over nothing else is done.
_REST_SECONDS = 0.012
_SHORT_REST_SECONDS = 0.001
# Work that is due goes first, but not for ever.
_MAX_REST_NS = 50_000_000

Deliver = Callable[[Delivery | Failure], None]
Opener = Callable[[], AbstractContextManager[Sources]]


class Walker:
    """Walks when it is told to: `begin` from the sync thread, `run` in the walker's own."""

    def __init__(
        self, open_sources: Opener, deliver: Deliver, is_busy: Callable[[], bool], clock: Clock
    ) -> None:
        """*is_busy* is true while the sync thread works, or something is due for it."""
        self._open = open_sources
        self._deliver = deliver
        self._is_busy = is_busy
        self._clock = clock
        self._bell = Condition()
        self._order: WalkOrder | None = None
        self._closed = False
        self._is_walking = False
        self._is_cancelled = False

    def begin(self, order: WalkOrder) -> None:
        """Begin a pass, in the place of one that is under way."""
        with self._bell:
            self._order = order
            self._bell.notify_all()

    def cancel(self) -> None:
        """End the pass that is under way, if one is: afterwards nothing of the database is open."""
        with self._bell:
            self._order, self._is_cancelled = None, True
            self._bell.notify_all()
            while self._is_walking and not self._closed:
                self._bell.wait()
            self._is_cancelled = False

    def close(self) -> None:
        """Let `run` return, after the slice that is under way."""
        with self._bell:
            self._closed = True
            self._bell.notify_all()

    def run(self) -> None:
        """Do one pass after the other until it is closed."""
        while (order := self._wait()) is not None:
            try:
                delivery = self._do(order)
            finally:
                self._mark_over()
            if delivery is not None:
                self._deliver(delivery)

    def _mark_over(self) -> None:
        with self._bell:
            self._is_walking = False
            self._bell.notify_all()

    def _wait(self) -> WalkOrder | None:
        with self._bell:
            while self._order is None and not self._closed:
                self._bell.wait()
            order, self._order = self._order, None
            self._is_walking = not self._closed
            return None if self._closed else order

    def _do(self, order: WalkOrder) -> Delivery | Failure | None:
        """One pass; None when it was replaced or is to end."""
        begun_ns = self._clock.cpu_ns()
        try:
            with self._open() as sources:
                delivery = self._work_off(survey_beside(sources, order), order)
        except (NoDatabase, StoreUnavailable, apsw.Error) as error:
            # The sync thread meets the same, and knows what to do.
            return Failure(order.number, str(error))
        if delivery is None:
            return None
        return replace(delivery, cpu_ns=self._clock.cpu_ns() - begun_ns)

    def _work_off(self, work: Generator[None, None, Delivery], order: WalkOrder) -> Delivery | None:
        monotonic_ns, rest = self._clock.monotonic_ns, _rest_of(order)
        slice_ends_ns, gives_way = monotonic_ns() + SLICE_NS, not order.is_first
        while True:
            try:
                next(work)
            except StopIteration as end:
                delivery: Delivery = end.value
                return delivery
            if monotonic_ns() >= slice_ends_ns or (gives_way and self._is_busy()):
                if not self._rest(rest):
                    work.close()
                    return None
                # After the longest rest there is one slice, whatever is due.
                slice_ends_ns = monotonic_ns() + SLICE_NS
                gives_way = not (order.is_first or self._is_busy())

    def _rest(self, seconds: float) -> bool:
        """Let others work, longer while there is work; False when this pass is not wanted any more.

        After no *seconds* it goes on, whatever is due.
        """
        ends_ns = self._clock.monotonic_ns() + _MAX_REST_NS
        with self._bell:
            while seconds and self._is_wanted():
                self._bell.wait(seconds)
                if not self._is_busy() or self._clock.monotonic_ns() >= ends_ns:
                    break
            return self._is_wanted()

    def _is_wanted(self) -> bool:
        return not self._closed and not self._is_cancelled and self._order is None


def _rest_of(order: WalkOrder) -> float:
    if order.is_first:
        return 0
    return _SHORT_REST_SECONDS if order.reads_all else _REST_SECONDS
