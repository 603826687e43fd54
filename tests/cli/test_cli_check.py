"""docsync check: files only, as compilers report them."""

import json
from pathlib import Path

import pytest

from .conftest import Shell

EDGES = Path(__file__).parent.parent / "edges"


def test_good_files_are_counted_and_nothing_is_printed(filled: Shell) -> None:
    answer = filled("check")

    assert (answer.code, answer.out, answer.err) == (0, "", "3 files, 0 errors, 0 warnings\n")


def test_a_broken_file_is_told_with_place_code_and_hint(filled: Shell) -> None:
    filled.write("personas/half.json", '{"name": "Half",\n')

    answer = filled("check")

    assert answer.code == 1
    assert answer.out.splitlines() == [
        "personas/half.json:2:1: error[json-truncated]: the file ends before the JSON is complete",
        "  hint: the file may be half-written",
    ]
    assert answer.err == "4 files, 1 error, 0 warnings\n"


def test_a_warning_alone_is_no_failure_unless_strict(filled: Shell) -> None:
    filled.write("personas/twice.json", '{"name": "A", "name": "B"}')

    relaxed, strict = filled("check"), filled("check", "--strict")

    assert (relaxed.code, strict.code) == (0, 1)
    assert "warning[duplicate-key]" in relaxed.out
    assert "error[duplicate-key]" in strict.out


def test_only_what_was_asked_for_is_read(filled: Shell) -> None:
    filled.write("personas/team/half.json", "{")
    filled.write("personas/other.json", "{")

    answer = filled("check", "personas/team", "prompts/greet.prompty", "--json")

    assert answer.json["files"] == 2
    assert [problem["path"] for problem in answer.json["problems"]] == ["personas/team/half.json"]


@pytest.mark.parametrize(
    ("path", "reason"), [("nowhere.json", "no such file"), ("notes.txt", "belongs to no collection")]
)
def test_a_path_that_cannot_be_checked_is_a_usage_error(filled: Shell, path: str, reason: str) -> None:
    filled.write("notes.txt", "")

    answer = filled("check", path)

    assert (answer.code, answer.out) == (2, "")
    assert reason in answer.err


def test_a_link_that_leaves_the_folder_is_a_warning(filled: Shell) -> None:
    outside = filled.write("outside.json", "{}")
    (filled.root / "personas" / "link.json").symlink_to(outside)

    answer = filled("check")

    assert answer.code == 0
    assert answer.out.startswith("personas/link.json: warning[skipped]:")


def test_neither_database_nor_folder_is_made(filled: Shell) -> None:
    filled("check")

    assert sorted(path.name for path in filled.root.iterdir()) == ["personas", "prompts"]


def test_check_and_sync_find_the_same_problems(filled: Shell) -> None:
    for kind, folder in (("json", "personas"), ("prompty", "prompts")):
        for file in sorted((EDGES / kind).iterdir()) if EDGES.exists() else []:
            target = filled.root / folder / file.name
            target.write_bytes(file.read_bytes())
    filled.write("personas/half.json", "{")
    filled.write("docsync.toml", "[lint]\nignore = ['merge-conflict', 'duplicate-key']\n")

    checked = filled("check", "--json").json["problems"]
    synced = filled("sync", "--json").json["problems"]

    by_place = ("path", "code", "line", "column", "message", "hint", "severity", "notes")
    assert checked
    assert sorted(json.dumps([one[key] for key in by_place]) for one in checked) == sorted(
        json.dumps([one[key] for key in by_place]) for one in synced
    )
