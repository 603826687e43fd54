"""docsync changes: the feed, up to now and as it goes on."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from docsync.cli.command import changes
from docsync.reader import Changes, Reader
from tests.cli.conftest import Shell, environment


@pytest.fixture
def synced(filled: Shell) -> Shell:
    filled("sync")
    return filled


@contextmanager
def following(shell: Shell, *flags: str) -> Iterator[subprocess.Popen[str]]:
    """`changes --follow` in a process of its own, until the block ends."""
    command = [sys.executable, "-m", "docsync", "changes", "--follow", *flags]
    with subprocess.Popen(
        command, cwd=shell.root, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(count)]


def test_a_start_begins_with_all_that_is_there(synced: Shell) -> None:
    answer = synced("changes", "--since", "start")

    rows = [line.split("\t") for line in answer.out.splitlines()]
    assert [row[3:] for row in rows] == [
        ["upsert", "persona/ada"],
        ["upsert", "persona/grace"],
        ["upsert", "prompt_template/greet"],
    ]
    assert {row[1] for row in rows} == {"1"}
    assert "started over" in answer.err
    assert "--since " in answer.err


def test_a_document_that_is_told_at_a_start_is_no_change_and_has_no_number(synced: Shell) -> None:
    cursor = synced("changes", "--json").json["cursor"]
    synced.persona("ada", age=37)
    synced.persona("grace", age=86)
    synced("sync")

    started, later = synced("changes", "--since", "start"), synced("changes", "--since", cursor)

    assert [line.split("\t")[0] for line in started.out.splitlines()] == ["-", "-", "-"]
    assert sorted(line.split("\t")[0] for line in later.out.splitlines()) == ["4", "5"]


def test_the_first_page_of_a_start_does_not_pass_for_all(synced: Shell) -> None:
    assert (
        "these are the first of all the documents that there are"
        in synced("changes", "--since", "start", "--limit", "2").err
    )
    assert "these are all the documents that there are" in synced("changes", "--since", "start").err


def test_a_cursor_gives_what_came_after_it(synced: Shell) -> None:
    cursor = synced("changes", "--json").json["cursor"]
    synced.persona("ada", age=37)
    (synced.root / "prompts/greet.prompty").unlink()
    synced("sync")

    answer = synced("changes", "--since", cursor, "--json").json

    assert [(one["op"], one["id"]) for one in answer["changes"]] == [
        ("upsert", "persona/ada"),
        ("delete", "prompt_template/greet"),
    ]
    assert (answer["start_over"], answer["more"], answer["source"]) == (False, False, "database")
    assert synced("changes", "--since", answer["cursor"]).out == ""


def test_without_a_cursor_the_latest_changes_are_told_and_the_newest_is_last(synced: Shell) -> None:
    for name in ("bob", "carl", "dora"):
        synced.persona(name)
        synced("sync")

    latest, as_json = synced("changes", "--limit", "2"), synced("changes", "--limit", "2", "--json").json

    rows = [line.split("\t") for line in latest.out.splitlines()]
    assert [(row[0], row[4]) for row in rows] == [("5", "persona/carl"), ("6", "persona/dora")]
    assert [one["id"] for one in as_json["changes"]] == ["persona/carl", "persona/dora"]
    assert (as_json["start_over"], as_json["more"]) == (False, False)
    assert synced("changes", "--since", as_json["cursor"]).out == ""


def test_twenty_of_the_latest_are_told_and_all_where_there_are_fewer(shell: Shell) -> None:
    for number in range(25):
        shell.persona(f"p{number:02}")
    shell("sync")

    assert len(shell("changes").out.splitlines()) == 20
    assert len(shell("changes", "--limit", "1000").out.splitlines()) == 25


def test_now_is_a_cursor_too(synced: Shell) -> None:
    answer = synced("changes", "--since", "now", "--json").json

    assert (answer["changes"], answer["start_over"]) == ([], False)


def test_pages_hold_every_change_once(synced: Shell) -> None:
    first = synced("changes", "--since", "start", "--limit", "2", "--json").json
    second = synced("changes", "--limit", "2", "--since", first["cursor"], "--json").json

    assert [one["id"] for one in first["changes"] + second["changes"]] == [
        "persona/ada",
        "persona/grace",
        "prompt_template/greet",
    ]
    assert (first["more"], second["more"]) == (True, False)
    assert synced("changes", "--since", "start", "--limit", "2").err.endswith(
        f"there are more: --since {first['cursor']}\n"
    )


def test_many_changes_come_whole_without_a_limit(shell: Shell) -> None:
    for number in range(1_050):
        shell.persona(f"p{number:04}")
    shell("sync")

    ids = [one["id"] for one in shell("changes", "--since", "start", "--json").json["changes"]]

    assert ids == [f"persona/p{number:04}" for number in range(1_050)]


def test_a_database_that_is_replaced_between_two_pages_is_told_as_it_was_and_then_from_its_beginning(
    synced: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_PAGE_SIZE", 2)
    original, asked = Reader.changes, 0

    def disturbed(self: Reader, since: str | None, *, limit: int) -> Changes:
        nonlocal asked
        asked += 1
        if asked == 2:
            for file in (synced.root / ".docsync").glob("docsync.db*"):
                file.unlink()
            assert synced.spawn("sync").code == 0
        return original(self, since, limit=limit)

    monkeypatch.setattr(Reader, "changes", disturbed)

    answer = synced("changes", "--since", "start", "--json").json
    again = synced("changes", "--since", answer["cursor"], "--json").json

    assert asked > 2
    assert answer["cursor"].startswith(answer["epoch"])
    assert again["start_over"]
    assert again["epoch"] != answer["epoch"]
    for told in (answer, again):
        assert [one["id"] for one in told["changes"]] == [
            "persona/ada",
            "persona/grace",
            "prompt_template/greet",
        ]


def test_a_wrong_cursor_is_a_usage_error(synced: Shell) -> None:
    assert synced("changes", "--since", "yesterday").code == 2
    assert synced("changes", "--since", "yesterday", "--follow").code == 2


def test_following_tells_what_comes_and_ends_with_the_limit(synced: Shell) -> None:
    with following(synced, "--since", synced("changes", "--json").json["cursor"], "--limit", "1") as process:
        synced.persona("zoe")
        synced("sync")

        (line,) = lines(process, 1)

        assert line.rstrip("\n").split("\t")[3:] == ["upsert", "persona/zoe"]
        assert process.wait(60) == 0


def test_following_as_json_is_an_object_a_line(synced: Shell) -> None:
    with following(synced, "--since", "start", "--json") as process:
        begin, *listed = map(json.loads, lines(process, 4))
        synced.persona("zoe")
        synced("sync")
        (change,) = map(json.loads, lines(process, 1))

    assert begin["start_over"] is True
    assert [one["id"] for one in listed] == ["persona/ada", "persona/grace", "prompt_template/greet"]
    assert (change["op"], change["id"], change["revision"]) == ("upsert", "persona/zoe", 2)
    assert synced("changes", "--since", change["cursor"]).out == ""


def test_following_ends_with_an_interruption(synced: Shell) -> None:
    with following(synced) as process:
        lines(process, 3)
        process.send_signal(signal.SIGINT)

        assert process.wait(60) == 130
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_following_ends_quietly_when_nobody_reads_any_more(synced: Shell) -> None:
    with following(synced) as process:
        lines(process, 3)
        assert process.stdout is not None
        process.stdout.close()
        synced.persona("zoe")
        synced("sync")

        assert process.wait(60) == 0


def test_a_person_gets_a_table(synced: Shell) -> None:
    first, *rows = synced.at_terminal("changes").out.splitlines()

    assert first.startswith("\x1b[1mSEQ")
    assert len(rows) >= 3
