import json

import pytest

from docsync.admin.http.problem_response import EXPECTED, DaemonStopping, Refusal, refusal_of
from docsync.commands import Busy
from docsync.errors import ConfigError, NoDatabase, StoreReason, StoreUnavailable, TimedOut, UsageError

CASES = [
    (TimedOut("late"), 504, 124),
    (Busy("twice"), 429, 3),
    (UsageError("outside"), 400, 2),
    (StoreUnavailable(StoreReason.DISK_FULL, "/srv/secret/docsync.db"), 503, 3),
    (NoDatabase("/srv/secret/docsync.db"), 503, 3),
    (DaemonStopping(), 503, 3),
    (ConfigError("/srv/secret/docsync.toml:3: wrong"), 500, 70),
    (KeyError("/srv/secret"), 500, 70),
]


@pytest.mark.parametrize(
    ("error", "status", "exit_code"), CASES, ids=[type(case[0]).__name__ for case in CASES]
)
def test_an_error_becomes_a_problem_document_without_a_path(
    error: Exception, status: int, exit_code: int
) -> None:
    refusal = refusal_of(error)
    problem = json.loads(refusal.body())

    assert set(problem) == {"type", "title", "status", "detail", "exit_code"}
    assert (refusal.status, problem["status"], problem["exit_code"]) == (status, status, exit_code)
    assert problem["type"].startswith("urn:docsync:")
    assert problem["detail"]
    assert "secret" not in str(problem)
    assert isinstance(error, EXPECTED) == (status != 500)


def test_a_refusal_is_its_own_answer_and_names_no_kind_if_it_has_none() -> None:
    refusal = Refusal(403, "Unknown Host.")

    assert refusal_of(refusal) is refusal
    assert json.loads(refusal.body()) == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "Unknown Host.",
    }


def test_an_error_without_words_is_explained_by_its_class() -> None:
    assert refusal_of(TimedOut()).detail == "The time that the caller gave is over; the work goes on."
