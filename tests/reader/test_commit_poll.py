"""Who waits for commits is patient with a database that is replaced, and more so with one that is being filled."""

from collections.abc import Callable
from itertools import count
from types import SimpleNamespace

import pytest

from docsync.errors import NoDatabase, NotFilledYet
from docsync.reader import commit_poll
from docsync.reader.commit_poll import call_patiently


@pytest.fixture(autouse=True)
def _turned_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock is a second after the one before."""
    seconds = count()
    turned = SimpleNamespace(monotonic=lambda: float(next(seconds)), sleep=lambda _: None)
    monkeypatch.setattr(commit_poll, "time", turned)


def answer_after(times: int, error: NoDatabase) -> Callable[[], str]:
    """Something that raises *error* so often before it answers."""
    left = iter([error] * times)

    def ask() -> str:
        for one in left:
            raise one
        return "there"

    return ask


def test_a_database_that_is_replaced_is_waited_for_for_seconds() -> None:
    assert call_patiently(answer_after(3, NoDatabase())) == "there"
    with pytest.raises(NoDatabase):
        call_patiently(answer_after(20, NoDatabase()))


def test_one_that_is_being_filled_is_waited_for_as_long_as_it_takes_or_as_was_asked() -> None:
    assert call_patiently(answer_after(1_000, NotFilledYet())) == "there"
    with pytest.raises(NotFilledYet):
        call_patiently(answer_after(1_000, NotFilledYet()), until=60)
