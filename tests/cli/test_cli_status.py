"""docsync status: what the daemon says, for people."""

from collections.abc import Iterator

import pytest
from click import unstyle

from docsync.admin.wire import to_json
from docsync.cli.command.status import _lines
from docsync.status import CollectionStatus, LastBatch, Reason, Status

from .conftest import Shell

STATUS = Status(
    version="1.2.3",
    pid=42,
    project="/srv/project",
    database="/srv/project/.docsync/docsync.db",
    socket="/srv/project/.docsync/docsync.sock",
    http=None,
    started_at="2026-11-21T07:00:00.000Z",
    state="degraded",
    ready=False,
    epoch="abc",
    revision=7,
    watcher="polling",
    documents=2,
    errors=1,
    warnings=2,
    held=3,
    pending=1,
    undecided=4,
    rescans=1,
    restart_to_apply=True,
    last_batch=LastBatch("2026-11-21T07:00:01.000Z", 7, 5, 6, 0.25),
    reasons=(Reason("watcher_dead", "it stopped\x1b[2J", "2026-11-21T07:00:02.000Z", "personas"),),
    collections=(CollectionStatus("persona", "personas", "json", "missing", 2, 1, 2, 3),),
)


def test_everything_that_needs_a_person_is_told() -> None:
    value = to_json(STATUS)
    assert isinstance(value, dict)

    lines = [unstyle(line) for line in _lines(value)]

    assert lines == [
        "state        degraded, 1 error in files, not ready",
        "project      /srv/project",
        "database     /srv/project/.docsync/docsync.db, revision 7, epoch abc",
        "process      42, docsync 1.2.3, started 2026-11-21T07:00:00.000Z",
        "address      /srv/project/.docsync/docsync.sock only",
        "watcher      polling, 1 rescan",
        "documents    2, 1 error, 2 warnings, 3 held",
        "under way    1 path to look at, 4 in doubt",
        "last change  2026-11-21T07:00:01.000Z, revision 7: 5 updated, 6 deleted in 0.250 s",
        "settings     docsync.toml has changed; restart to apply",
        "",
        "TYPE     FOLDER              DOCUMENTS  ERRORS  WARNINGS  HELD",
        "persona  personas (missing)  2          1       2         3",
        "watcher_dead: personas: it stopped\\x1b[2J (since 2026-11-21T07:00:02.000Z)",
    ]


@pytest.fixture
def running(filled: Shell) -> Iterator[Shell]:
    with filled.daemon():
        filled("wait")
        yield filled


def test_a_running_daemon_is_shown(running: Shell) -> None:
    answer = running("status")

    assert answer.code == 0
    assert answer.out.startswith("state ")
    assert "in sync, ready" in answer.out.splitlines()[0]
    assert str(running.root) in answer.out


def test_json_is_what_the_daemon_says(running: Shell) -> None:
    status = running("status", "--json").json

    assert (status["state"], status["documents"]) == ("in_sync", 3)


def test_without_a_daemon_the_command_that_starts_one_is_named(filled: Shell) -> None:
    answer = filled("status")

    assert (answer.code, answer.out) == (3, "")
    assert answer.err == f"docsync: no docsync is running for {filled.root}; start one with: docsync run\n"
