"""What a sync came to, in words."""

from docsync.admin.http.json_body import to_json
from docsync.cli.view.outcome import format_plan, next_steps, parse_result, result_lines, tally
from docsync.status import CommandResult

DONE = CommandResult("e", 3, 0.125, ("a.json",), ("b.json",), ("c.json",), ("d.json",))


def test_what_a_daemon_answers_is_what_it_meant() -> None:
    answer = to_json(DONE)
    assert isinstance(answer, dict)

    assert parse_result(answer) == DONE


def test_paths_are_told_when_asked_and_always_when_they_need_somebody() -> None:
    short = ["broken: c.json", "held: d.json", "1 updated, 1 deleted, revision 3, 0.12 s"]

    assert list(result_lines(DONE, verbose=False)) == short
    assert list(result_lines(DONE, verbose=True)) == ["+ a.json", "- b.json", *short]


def test_the_next_command_is_named_only_where_there_is_one() -> None:
    assert list(next_steps(CommandResult("e", 3, 0.1))) == []
    assert [step.rpartition(": ")[2] for step in next_steps(DONE)] == ["docsync problems", "docsync release"]


def test_new_changed_and_deleted_are_counted_apart() -> None:
    told = tally({"persona": 5, "prompt": 2}, {"persona": 6, "prompt": 2}, {"persona": (4, 1)})

    assert list(told) == ["persona: 6 documents (+2 ~2 -1)", "prompt: 2"]


def test_a_plan_is_told_by_sign() -> None:
    assert list(format_plan(["b", "a"], ["c"], {"b"})) == ["+ a", "~ b", "- c"]
