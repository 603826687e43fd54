"""Makes a failing history small (ddmin): leaves out steps as long as it fails in the same way. Never adds a step."""

import re
import time
from collections.abc import Callable
from dataclasses import replace

from tests.simulation.step import History, News

Fails = Callable[[History], str | None]

_MAX_TRIES = 3_000


def shrunk(history: History, fails: Fails, seconds: float) -> History:
    """The smallest history found in so many seconds of which *fails* says the same, numbers and names apart."""
    end = time.monotonic() + seconds
    message = fails(history) if seconds else None
    if message is None:
        return history  # there is no time, or it fails under other circumstances only
    kind = _kind(message)
    tries = 0

    def still(candidate: History) -> bool:
        nonlocal tries
        tries += 1
        return tries <= _MAX_TRIES and time.monotonic() < end and _kind(fails(candidate)) == kind

    before: History = ()
    while before != history:
        before = history
        history = _calmer(_fewer(history, still), still)
    return history


def _fewer(history: History, still: Callable[[History], bool]) -> History:
    size = max(1, len(history) // 2)
    while history:
        for begin in range(0, len(history), size):
            # The time of what is left out passes all the same.
            rest = history[begin + size :]
            waited = sum(step.after_ms for step in history[begin : begin + size])
            later = (replace(rest[0], after_ms=rest[0].after_ms + waited), *rest[1:]) if rest else ()
            candidates = [history[:begin] + rest, history[:begin] + later]
            found = next((candidate for candidate in candidates if still(candidate)), None)
            if found is not None:
                history = found
                break
        else:
            if size == 1:
                return history
            size = max(1, size // 2)
    return history


def _calmer(history: History, still: Callable[[History], bool]) -> History:
    """Steps as usual where that makes no difference."""
    for number, step in enumerate(history):
        for calm in (replace(step, news=News.NOW, late_ms=0), replace(step, after_ms=0)):
            candidate = (*history[:number], calm, *history[number + 1 :])
            if calm != step and not (step.verb == "busy" and calm.late_ms == 0) and still(candidate):
                history = candidate
                break
    return history


def _kind(message: str | None) -> str | None:
    """What went wrong, without the names and numbers that differ from history to history."""
    if message is None:
        return None
    return re.sub(r"[0-9a-f]{16,}|[\d.]+|\w+(/\w+)+\.\w+|\[.*?\]", "", message.partition(";")[0])[:60]
