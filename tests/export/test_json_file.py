"""Exports as JSON hold every column and every value."""

import json
from dataclasses import fields

from docsync.export.json_file import as_json, as_json_lines
from tests.export.rows import ORIGIN, row

HARD: dict[str, object] = {
    "text": 'a "b" \\ \n \x1b \u2028 é 😀',
    "none": None,
    "yes": True,
    "big": 12345678901234567890,
    "real": 0.1,
    "list": [[], {}],
}


def test_one_document_holds_all_and_what_they_are_a_copy_of() -> None:
    found = json.loads("".join(as_json(ORIGIN, [row("Ada", document=HARD, tags=("x", "y")), row("Bo")])))

    assert (found["source"], found["epoch"], found["revision"]) == ("database", "e1f0", 7)
    first, second = found["documents"]
    assert first["document"] == HARD
    assert first["tags"] == ["x", "y"]
    assert second["name"] == "Bo"
    told_once = {"source", "epoch", "as_of"}
    assert set(first) == {field.name for field in fields(row())} - told_once


def test_no_documents_are_an_empty_list() -> None:
    assert json.loads("".join(as_json(ORIGIN, [])))["documents"] == []


def test_each_line_is_a_document() -> None:
    lines = "".join(as_json_lines(ORIGIN, [row("Ada", document=HARD), row("Bo")])).split("\n")

    assert lines.pop() == ""
    assert [json.loads(line)["name"] for line in lines] == ["Ada", "Bo"]
    assert json.loads(lines[0])["document"] == HARD
