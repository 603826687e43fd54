import json
from typing import Any

import pytest

from docsync.admin.http.json_body import dump_json, to_json
from docsync.model import FileState, Note, Problem
from docsync.status import CommandResult, ListedProblem, Reason
from tests.admin.fake_commands import AT, HOSTILE, STATUS


def test_a_listed_problem_is_one_flat_object_with_its_place_first() -> None:
    note = Note("opened here", 1, 1)
    problem = Problem(HOSTILE, "json-syntax", "expected ','", line=3, column=7, notes=(note,))

    listed: Any = to_json(ListedProblem(problem, AT))

    assert list(listed) == [
        "path", "code", "severity", "line", "column", "message", "hint", "json_path", "notes", "since",
    ]  # fmt: skip
    assert listed["notes"] == [{"message": "opened here", "line": 1, "column": 1}]
    assert (listed["severity"], listed["since"]) == ("error", AT)


def test_a_reason_says_whether_it_ends_readiness() -> None:
    gone: Any = to_json(Reason("database", "gone", AT))
    held: Any = to_json(Reason("held", "3 deletions", AT))

    assert gone["ends_readiness"] is True
    assert held["ends_readiness"] is False


def test_status_and_done_become_objects_that_json_can_write() -> None:
    assert json.loads(dump_json(to_json(STATUS)))["collections"][0]["type"] == "persona"
    assert json.loads(dump_json(to_json(CommandResult("e", 1, 0.5, broken=("a",)))))["broken"] == ["a"]


def test_plain_values_stay_and_enums_become_their_value() -> None:
    assert to_json({"a": (1, True, None, "x", 0.5), "b": FileState.OK}) == {
        "a": [1, True, None, "x", 0.5],
        "b": "ok",
    }


def test_what_has_no_json_form_is_a_bug() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        to_json(object())
    with pytest.raises(TypeError, match="type has no JSON form"):
        to_json(Reason)
    with pytest.raises(ValueError, match="JSON"):
        dump_json(float("nan"))


def test_a_hostile_name_is_written_in_plain_ascii_and_comes_back_whole() -> None:
    written = dump_json(HOSTILE)

    assert all(0x20 <= byte < 0x7F for byte in written)
    assert json.loads(written) == HOSTILE
