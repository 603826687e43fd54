"""Variables that are nearly those of docsync are remarked on; those of others are not."""

import pytest

from docsync.cli.environment import find_typos
from tests.cli.conftest import Shell


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DOCSYNC_LOG_LEVEL", "DOCSYNC_LOG__LEVEL"),
        ("DOCSYNC_WATCH_POLL_MS", "DOCSYNC_WATCH__POLL_MS"),
        ("DOCSYNC_SORCE", "DOCSYNC_SOURCE"),
        ("DOCSYNC_DATABASE_PATH", "DOCSYNC_DATABASE__PATH"),
        ("DOCSYNC_ADMIN_TOKENS", "DOCSYNC_ADMIN_TOKEN"),
    ],
)
def test_a_slip_is_told_what_was_meant(name: str, meant: str) -> None:
    assert list(find_typos([name])) == [f"{name} is not a setting; did you mean {meant}?"]


@pytest.mark.parametrize(
    "name",
    [
        "DOCSYNC_LOG__LEVEL", "DOCSYNC_ENV", "DOCSYNC_ADMIN_TOKEN", "LOG_LEVEL", "DOCSYNC_", "DOCSYNC_HOME",
        # Kubernetes sets these where a service is called docsync, Docker where a container is.
        "DOCSYNC_PORT", "DOCSYNC_SERVICE_HOST", "DOCSYNC_SERVICE_PORT", "DOCSYNC_SERVICE_PORT_HTTP", "DOCSYNC_NAME",
        "DOCSYNC_PORT_8787_TCP", "DOCSYNC_PORT_8787_TCP_ADDR", "DOCSYNC_PORT_8787_TCP_PORT", "DOCSYNC_ENV_PATH",
    ],
)  # fmt: skip
def test_what_is_right_or_may_be_anothers_is_let_be(name: str) -> None:
    assert list(find_typos([name])) == []


def test_a_command_says_it_once_and_does_its_work(filled: Shell) -> None:
    answer = filled("sync", DOCSYNC_LOG_LEVEL="debug")

    assert answer.code == 0
    assert answer.err == "DOCSYNC_LOG_LEVEL is not a setting; did you mean DOCSYNC_LOG__LEVEL?\n"


def test_also_a_command_that_needs_the_project_twice_says_it_once(filled: Shell) -> None:
    filled("sync")

    answer = filled("export", "--out", "all.json", DOCSYNC_LOG_LEVEL="debug")

    assert answer.code == 0
    assert answer.err.count("is not a setting") == 1
