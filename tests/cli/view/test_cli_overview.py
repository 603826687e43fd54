"""The status of a daemon as lines: state, reasons, next steps, figures, collections, batches."""

from dataclasses import replace
from typing import Any

from click import unstyle

from docsync.admin.http.json_body import to_json
from docsync.cli.view.overview import overview, standing, summary
from docsync.model import BatchRecord
from docsync.status import CollectionStatus, InspectionStatus, LastBatch, Latency, Reason, Status

AT = "2026-11-21T07:00:01.000Z"
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
    last_batch=LastBatch(AT, 7, 5, 6, 0.25),
    reasons=(Reason("watcher_dead", "it stopped\x1b[2J", "2026-11-21T07:00:02.000Z", "personas"),),
    collections=(CollectionStatus("persona", "personas", "json", "missing", 2, 1, 2, 3),),
    latency=Latency(9, 13.04, 512.3, ((AT, 13.04), (AT, 512.3))),
    inspection=InspectionStatus(is_running=True, documents=1, of=2),
)
CALM = replace(
    STATUS, state="in_sync", ready=True, errors=0, warnings=0, held=0, pending=0, undecided=0, restart_to_apply=False,
    reasons=(), last_batch=None, latency=Latency(), http="http://127.0.0.1:8787",
    inspection=InspectionStatus(documents=2, of=2, proved_at=AT),
    collections=(CollectionStatus("persona", "personas", "json", "ok", 2),),
)  # fmt: skip


def answer(status: Status) -> dict[str, Any]:
    value = to_json(status)
    assert isinstance(value, dict)
    return value


def lines(status: Status, *, verbose: bool = False) -> list[str]:
    return [unstyle(line) for line in overview(answer(status), str, verbose=verbose)]


def test_in_sync_with_broken_files_says_which_version_is_served() -> None:
    calm = replace(STATUS, state="in_sync", ready=True, reasons=())

    assert lines(calm)[0] == ("state        in sync, ready: equal to the files, but for 1 broken file")


def test_the_state_why_it_is_so_and_what_to_do_come_first() -> None:
    assert lines(STATUS) == [
        "state        degraded, not ready: docsync works, but not as it should",
        "  watcher_dead: personas: it stopped\\x1b[2J (since 2026-11-21T07:00:02.000Z)",
        "    → docsync tries again by itself; if this does not pass within a minute, restart docsync and report its log.",
        "  → see what is held with: docsync held; if the files are gone for good: docsync release",
        "  → see what is broken with: docsync problems",
        "  → docsync.toml has changed; restart docsync to apply it",
        "project      /srv/project",
        "database     /srv/project/.docsync/docsync.db",
        "revision     7, epoch abc",
        "process      42, docsync 1.2.3, started 2026-11-21T07:00:00.000Z",
        "address      /srv/project/.docsync/docsync.sock only",
        "watcher      polling, 1 rescan",
        "documents    2, 1 error, 2 warnings, 3 held",
        "under way    1 path to look at, 4 in doubt",
        "last change  2026-11-21T07:00:01.000Z: 5 updated, 6 deleted in 0.250 s",
        "latency      13.0 ms from save to row (median), 99 % in 512.3 ms; 2 changes",
        "damage       none so far, 1 of 2 documents looked at; it goes on",
        "",
        "TYPE     FOLDER              DOCUMENTS  ERRORS  WARNINGS  HELD",
        "persona  personas (missing)  2          1       2         3",
    ]


def test_every_line_of_its_own_words_fits_a_terminal_of_80_columns() -> None:
    status = replace(STATUS, state="in_sync", ready=True, reasons=(), epoch="3c3ef45185261500", latency=Latency(
        100, 123.4, 5432.1, ((AT, 13.04),) * 100), last_batch=LastBatch(AT, 123456, 10000, 10000, 123.456),
        inspection=InspectionStatus(True, 123456, 1234567, AT),
    )  # fmt: skip

    assert [line for line in lines(status) if len(line) > 80 and "→" not in line] == []


def test_where_nothing_is_wrong_nothing_is_asked_of_anybody() -> None:
    assert lines(CALM) == [
        "state      in sync, ready: the database equals the files",
        "project    /srv/project",
        "database   /srv/project/.docsync/docsync.db",
        "revision   7, epoch abc",
        "process    42, docsync 1.2.3, started 2026-11-21T07:00:00.000Z",
        "address    http://127.0.0.1:8787",
        "watcher    polling, 1 rescan",
        "documents  2",
        "damage     none, all was looked at 2026-11-21T07:00:01.000Z",
        "",
        "TYPE     FOLDER    DOCUMENTS  ERRORS  WARNINGS  HELD",
        "persona  personas  2          0       0         0",
    ]


def test_a_reason_that_names_its_folder_is_not_told_it_twice_and_an_unknown_one_has_no_advice() -> None:
    named = replace(STATUS, reasons=(Reason("root_missing", "the folder prompts is missing", AT, "prompts"),))
    unknown = replace(STATUS, reasons=(Reason("odd", "what?", AT),))

    assert lines(named)[1] == f"  root_missing: the folder prompts is missing (since {AT})"
    assert lines(unknown)[1:3] == [
        f"  odd: what? (since {AT})",
        "  → see what is held with: docsync held; if the files are gone for good: docsync release",
    ]


def test_the_last_batches_are_for_those_who_want_more() -> None:
    batches = tuple(
        BatchRecord(f"2026-11-21T07:{minute:02}:00.000Z", minute, 12.34, 2, 1, "hints")
        for minute in range(20)
    )
    told = lines(replace(CALM, batches=batches), verbose=True)

    assert told[-12:-9] == [
        "",
        "REVISION  AT                        UPDATED  DELETED  TOOK     BECAUSE OF",
        "19        2026-11-21T07:19:00.000Z  2        1        12.3 ms  hints",
    ]
    assert lines(replace(CALM, batches=batches)) == lines(CALM)
    assert lines(CALM, verbose=True) == lines(CALM)


def test_a_state_that_is_not_known_is_said_as_it_is() -> None:
    assert lines(replace(CALM, state="dreaming"))[0] == "state      dreaming, ready: see the log"


def test_before_the_first_look_for_damage_it_says_that_there_was_none() -> None:
    assert "damage     not looked for since the start" in lines(replace(CALM, inspection=InspectionStatus()))


def test_documents_that_came_while_they_are_looked_at_are_not_counted_beyond_what_was_there() -> None:
    status = replace(CALM, inspection=InspectionStatus(True, 5, 3, AT))
    assert "damage     none so far, 3 of 3 documents looked at; it goes on" in lines(status)


def test_one_line_says_what_counts() -> None:
    assert summary(answer(CALM)) == "in sync, revision 7, 2 documents"
    assert summary(answer(STATUS)) == (
        "degraded, revision 7, 2 documents, 1 error, 2 warnings, 3 held, watcher_dead, not ready"
    )


def test_figures_that_always_move_are_no_change() -> None:
    moved = replace(
        CALM, pending=9, undecided=9, rescans=9, latency=STATUS.latency, last_batch=STATUS.last_batch
    )

    assert standing(answer(moved)) == standing(answer(CALM))
    for other in (replace(CALM, revision=8), replace(CALM, errors=1), replace(CALM, reasons=STATUS.reasons)):
        assert standing(answer(other)) != standing(answer(CALM))
