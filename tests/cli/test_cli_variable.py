"""Variables that are nearly those of docsync are remarked on; those of others are not."""

import pytest

from docsync.cli.variable import slips

from .conftest import Shell


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DOCSYNC_LOG_LEVEL", "DOCSYNC_LOG__LEVEL"),
        ("DOCSYNC_WATCH_POLL_MS", "DOCSYNC_WATCH__POLL_MS"),
        ("DOCSYNC_SORCE", "DOCSYNC_SOURCE"),
    ],
)
def test_a_slip_is_told_what_was_meant(name: str, meant: str) -> None:
    assert list(slips([name])) == [f"{name} is not a setting; did you mean {meant}?"]


@pytest.mark.parametrize(
    "name",
    ["DOCSYNC_LOG__LEVEL", "DOCSYNC_ENV", "DOCSYNC_ADMIN_TOKEN", "DOCSYNC_PORT", "DOCSYNC_SERVICE_HOST", "LOG_LEVEL"],
)
def test_what_is_right_or_may_be_anothers_is_let_be(name: str) -> None:
    assert list(slips([name])) == []


def test_a_command_says_it_once_and_does_its_work(filled: Shell) -> None:
    answer = filled("sync", DOCSYNC_LOG_LEVEL="debug")

    assert answer.code == 0
    assert answer.err == "DOCSYNC_LOG_LEVEL is not a setting; did you mean DOCSYNC_LOG__LEVEL?\n"


def test_also_a_command_that_needs_the_project_twice_says_it_once(filled: Shell) -> None:
    filled("sync")

    answer = filled("export", "--out", "all.json", DOCSYNC_LOG_LEVEL="debug")

    assert answer.code == 0
    assert answer.err.count("is not a setting") == 1
