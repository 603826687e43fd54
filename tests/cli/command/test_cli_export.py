"""docsync export: documents as one file, whole or not at all."""

import csv
import io
import json
import os
import sys
from itertools import pairwise
from typing import Any

import pytest

from docsync.cli import pages
from docsync.cli.view import progress
from docsync.errors import NoDatabase
from docsync.reader import Answer, Reader
from docsync.reader.row import StoredRow
from tests.cli.conftest import Shell
from tests.helpers.project import damage_within


@pytest.fixture
def synced(filled: Shell) -> Shell:
    filled("sync")
    return filled


IDS = ["persona/ada", "persona/grace", "prompt_template/greet"]


def test_json_is_what_is_written_when_nothing_else_is_asked_for(synced: Shell) -> None:
    answer = synced("export")

    assert answer.err == "3 documents\n"
    assert [row["id"] for row in answer.json["documents"]] == IDS
    assert (answer.json["source"], answer.json["revision"]) == ("database", 1)
    assert answer.json == synced("export", "--json").json


@pytest.mark.parametrize(
    ("flags", "ids"),
    [
        (["--type", "persona"], IDS[:2]),
        (["--tag", "calm"], IDS[:1]),
        (["--where", "age>40"], IDS[1:2]),
        (["--tag", "calm", "--where", "age>40"], []),
    ],
)
def test_some_documents_are_exported(synced: Shell, flags: list[str], ids: list[str]) -> None:
    lines = synced("export", "--format", "jsonl", *flags).out.splitlines()

    assert [json.loads(line)["id"] for line in lines] == ids


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("-@id", ["prompt_template/greet", "persona/grace", "persona/ada"]),
        ("-age", ["persona/grace", "persona/ada", "prompt_template/greet"]),
    ],
)
def test_documents_are_exported_in_the_order_of_a_column_or_a_field(
    synced: Shell, sort: str, ids: list[str]
) -> None:
    lines = synced("export", "--format", "jsonl", "--sort", sort).out.splitlines()

    assert [json.loads(line)["id"] for line in lines] == ids


def test_a_csv_begins_with_a_byte_order_mark_where_excel_is_to_read_it(synced: Shell) -> None:
    plain = synced.spawn("export", "--format", "csv")

    assert synced.spawn("export", "--format", "csv", "--bom").out == "\ufeff" + plain.out
    synced("export", "--out", "plain.csv")
    synced("export", "--out", "marked.csv", "--bom")
    written = (synced.root / "plain.csv").read_bytes()
    assert (synced.root / "marked.csv").read_bytes() == b"\xef\xbb\xbf" + written
    assert synced.spawn("query", "--csv", "--bom", "SELECT 1 AS one").out.split() == ["\ufeffone", "1"]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (["export", "--bom"], "--bom is for a CSV, and json is written"),
        (["export", "--bom", "--out", "all.md"], "--bom is for a CSV, and md is written"),
        (["query", "--bom", "SELECT 1"], "--bom is for a CSV; write --csv --bom"),
    ],
)
def test_a_byte_order_mark_is_refused_where_no_csv_is_written(
    synced: Shell, asked: list[str], reason: str
) -> None:
    answer = synced(*asked)

    assert answer.code == 2
    assert reason in answer.err


@pytest.mark.parametrize("name", ["all.json", "all.jsonl", "all.csv", "all.md"])
def test_the_name_of_the_file_says_what_is_written(synced: Shell, name: str) -> None:
    format_ = name.partition(".")[2]
    printed = synced("export", "--format", format_).out

    answer = synced.spawn("export", "--out", name)

    assert (answer.code, answer.out, answer.err) == (0, "", f"3 documents to {name}\n")
    assert (synced.root / name).read_bytes().decode() == printed
    assert sorted(os.listdir(synced.root)) == sorted([".docsync", name, "personas", "prompts"])


def test_a_name_that_says_nothing_is_json(synced: Shell) -> None:
    synced("export", "--out", str(synced.root / "backup"))

    assert [row["id"] for row in json.loads((synced.root / "backup").read_text())["documents"]] == IDS


def test_a_name_that_ends_like_nothing_that_is_written_is_refused(synced: Shell) -> None:
    answer = synced("export", "--out", "x.xlsx")

    assert answer.code == 2
    assert (
        "x.xlsx: nothing is written as .xlsx; end it with .json, .jsonl, .csv or .md, or choose a --format"
        in answer.err
    )
    assert not (synced.root / "x.xlsx").exists()
    assert synced("export", "--out", "x.xlsx", "--format", "csv").code == 0


def test_json_tells_where_the_file_is(synced: Shell) -> None:
    file = synced.root / "all.csv"

    told = synced("export", "--out", str(file), "--json").json

    assert (told["documents"], told["out"], told["source"], told["revision"]) == (3, str(file), "database", 1)


def test_stdout_cannot_be_json_and_something_else(synced: Shell) -> None:
    assert synced("export", "--json", "--format", "csv").code == 2


def test_the_old_file_stays_when_the_new_one_cannot_be_finished(
    synced: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = synced.write("all.json", "old")
    monkeypatch.setattr(pages, "_PAGE_SIZE", 1)
    original, asked = Reader.find_stored, 0

    def failing(self: Reader, **asking: Any) -> Answer[StoredRow]:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise KeyboardInterrupt
        return original(self, **asking)

    monkeypatch.setattr(Reader, "find_stored", failing)

    assert synced("export", "--out", str(file)).code == 130
    assert file.read_text() == "old"
    assert sorted(os.listdir(synced.root)) == [".docsync", "all.json", "personas", "prompts"]


def test_a_mistake_replaces_no_file(synced: Shell) -> None:
    file = synced.write("all.json", "old")

    for flags in (["--type", "person"], ["--where", "a b"], ["--format", "csv", "--where", "=1"]):
        assert synced("export", "--out", str(file), *flags).code == 2
    assert file.read_text() == "old"


def test_a_link_is_written_through(synced: Shell) -> None:
    real = synced.write("real.json", "old")
    (synced.root / "link.json").symlink_to(real)

    synced("export", "--out", str(synced.root / "link.json"))

    assert (synced.root / "link.json").is_symlink()
    assert json.loads(real.read_text())["documents"]


def test_places_that_are_not_for_it_are_refused(synced: Shell) -> None:
    os.mkfifo(synced.root / "pipe")
    before = (synced.root / ".docsync/docsync.db").read_bytes()
    for place, why in {
        "personas/all.json": "would become a document itself, a persona",
        ".docsync/docsync.db": "is the database",
        ".docsync/docsync.db-wal": "is the database",
        "pipe": "is not a regular file",
        "nowhere/all.json": "no such folder",
    }.items():
        answer = synced("export", "--out", str(synced.root / place))
        assert (answer.code, answer.out) == (2, ""), place
        assert why in answer.err
    assert (synced.root / ".docsync/docsync.db").read_bytes() == before
    assert not (synced.root / "personas/all.json").exists()


def test_the_whole_export_is_of_one_moment(synced: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_PAGE_SIZE", 1)
    original, asked = Reader.find_stored, 0

    def disturbed(self: Reader, **asking: Any) -> Answer[StoredRow]:
        nonlocal asked
        asked += 1
        if asked == 2:
            synced.persona("grace", age=86)
            synced.persona("zoe")
            assert synced.spawn("sync").code == 0
        return original(self, **asking)

    monkeypatch.setattr(Reader, "find_stored", disturbed)

    exported = synced("export").json

    assert [row["id"] for row in exported["documents"]] == IDS
    assert exported["documents"][1]["document"]["age"] == 85
    assert exported["revision"] == 1
    assert synced("list", "--json").json["revision"] == 2


def test_csv_is_read_back_as_it_is_in_the_database(synced: Shell) -> None:
    synced.write("personas/hard.json", json.dumps({"name": '=SUM(A1)\r\n"x",', "note": "café 中文 \x1b"}))
    synced("sync")

    out = synced("export", "--format", "csv", "--where", "note exists").out

    (row,) = csv.DictReader(io.StringIO(out, newline=""))
    (listed,) = synced("list", "--where", "note exists", "--json").json["documents"]
    assert row["name"] == listed["name"]
    assert json.loads(row["document"]) == listed["document"]
    assert json.loads(row["tags"]) == listed["tags"]


def test_a_file_is_utf_8_whatever_the_locale_says(synced: Shell) -> None:
    synced.persona("łucja")
    synced("sync")

    answer = synced.spawn("export", "--format", "csv", PYTHONIOENCODING="latin-1")

    assert "persona/łucja,persona,Łucja" in answer.out.encode().decode()


def test_a_terminal_is_not_steered_by_what_is_exported_to_it(synced: Shell) -> None:
    synced.write("personas/odd.json", json.dumps({"name": "Odd\x1b[2J\u202e"}))
    synced("sync")

    shown = synced.at_terminal("export", "--format", "csv").out
    piped = synced.spawn("export", "--format", "csv").out

    assert not {"\x1b", "\u202e"} & set(shown)
    assert "\x1b[2J" in piped


def test_progress_is_shown_for_work_that_lasts(synced: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "_PATIENCE_SECONDS", -1.0)

    synced("export", "--out", str(synced.root / "all.md"))

    assert "Exporting" in terminal.getvalue()


def test_a_page_at_a_time_is_asked_for(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_PAGE_SIZE", 7)
    for number in range(30):
        shell.persona(f"p{number:02}")
    shell("sync")

    ids = [row["id"] for row in shell("export").json["documents"]]

    assert len(ids) == 30
    assert all(one < next_ for one, next_ in pairwise(ids))


def test_damage_that_shows_up_in_the_middle_is_exported_from_the_files(synced: Shell) -> None:
    expected = synced("export", "--format", "jsonl").out
    damage_within(synced.root / ".docsync/docsync.db")

    answer = synced("export", "--out", "all.jsonl")

    assert answer.code == 0
    assert "answered from the files, not the database" in answer.err
    ids = [json.loads(line)["id"] for line in (synced.root / "all.jsonl").read_text().splitlines()]
    assert ids == [json.loads(line)["id"] for line in expected.splitlines()]
    assert synced("list", "--json").json["source"] == "files"


def test_what_is_printed_is_not_begun_anew_when_the_database_fails(
    synced: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_PAGE_SIZE", 1)
    asked = Reader.find_stored

    def find(reader: Reader, **question: Any) -> Answer[StoredRow]:
        if question.get("cursor"):
            raise NoDatabase("gone")
        return asked(reader, **question)

    monkeypatch.setattr(Reader, "find_stored", find)

    answer = synced("export", "--format", "jsonl")

    assert answer.code == 3
    assert [json.loads(line)["id"] for line in answer.out.splitlines()] == IDS[:1]
    assert "is not whole; try again" in answer.err


def test_what_is_printed_comes_from_the_files_when_the_database_fails_before(synced: Shell) -> None:
    expected = synced("export", "--format", "csv").out
    damage_within(synced.root / ".docsync/docsync.db")

    assert len(synced("export", "--format", "csv").out) == len(expected)
