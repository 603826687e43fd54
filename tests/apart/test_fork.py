"""Work in a fork of this process: what it gives, and that it ends, whatever it is at."""

import threading

import pytest

from docsync.apart.fork import run_apart
from docsync.errors import NoDatabase, UsageError

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the runner of tests has threads


def raise_error(error: BaseException) -> None:
    raise error


def test_it_gives_what_the_work_gives() -> None:
    assert run_apart(lambda: {"rows": [1, "ä"] * 50_000}, 10) == {"rows": [1, "ä"] * 50_000}


def test_it_raises_what_an_operator_must_act_on() -> None:
    with pytest.raises(NoDatabase, match="gone"):
        run_apart(lambda: raise_error(NoDatabase("gone")), 10)


def test_a_bug_is_told_in_one_line() -> None:
    with pytest.raises(RuntimeError, match="LookupError: no such key"):
        run_apart(lambda: raise_error(LookupError("no such key")), 10)


def test_work_that_takes_too_long_is_ended() -> None:
    with pytest.raises(UsageError, match=r"stopped after 0\.1 s"):
        run_apart(threading.Event().wait, 0.1)


def test_work_that_the_system_ends_says_that_it_needed_too_much() -> None:
    with pytest.raises(UsageError, match="more memory"):
        run_apart(lambda: raise_error(MemoryError()), 10)
