"""What a sync came to, in words."""

from dataclasses import replace

from docsync.admin.http.json_body import to_json
from docsync.cli.view.outcome import format_plan, next_steps, parse_result, result_lines, tally
from docsync.model import LostFolder, RootState
from docsync.status import CommandResult, PathCounts, TypeCounts

DONE = CommandResult(
    "e",
    3,
    0.125,
    ("a.json",),
    ("b.json",),
    ("c.json",),
    ("d.json",),
    (),
    PathCounts(1, 1, 1, 1),
    (TypeCounts("x", 1, 1),),
)


def test_what_a_daemon_answers_is_what_it_meant() -> None:
    answer = to_json(DONE)
    assert isinstance(answer, dict)

    assert parse_result(answer) == DONE


def test_paths_are_told_when_asked_and_always_when_they_need_somebody() -> None:
    short = ["broken: c.json", "held: d.json", "1 updated, 1 deleted, revision 3, 0.12 s"]

    assert list(result_lines(DONE, verbose=False)) == short
    assert list(result_lines(DONE, verbose=True)) == ["+ a.json", "- b.json", *short]


def test_what_is_not_named_is_counted() -> None:
    lost = (LostFolder("personas", RootState.MISSING),)
    done = CommandResult(
        "e", 3, 0.1, ("a",), ("b",), ("c",), ("d",), lost, PathCounts(21, 22, 23, 24, 25), (), more=True
    )

    assert list(result_lines(done, verbose=True)) == [
        "+ a", "20 more updated", "- b", "21 more deleted", "broken: c", "22 more broken", "held: d", "23 more held",
        "missing: personas", "24 more missing or unreadable", "21 updated, 22 deleted, revision 3, 0.10 s",
    ]  # fmt: skip


def test_an_unreadable_folder_is_no_broken_file() -> None:
    lost = (LostFolder("personas", RootState.UNREADABLE),)
    folder = CommandResult("e", 3, 0.1, broken=("personas",), lost=lost, counts=PathCounts(broken=1, lost=1))
    both = replace(folder, broken=("personas", "prompts/x"), counts=PathCounts(broken=2, lost=1))

    assert not [step for step in next_steps(folder) if "docsync problems" in step]
    assert [step for step in next_steps(both) if "docsync problems" in step]


def test_a_daemon_of_before_an_upgrade_names_all_paths() -> None:
    answer = to_json(DONE)
    assert isinstance(answer, dict)

    old = {name: value for name, value in answer.items() if name not in ("counts", "types", "more", "lost")}

    assert parse_result(old) == replace(DONE, types=())


def test_the_next_command_is_named_only_where_there_is_one() -> None:
    assert list(next_steps(CommandResult("e", 3, 0.1))) == []
    assert [step.rpartition(": ")[2] for step in next_steps(DONE)] == ["docsync problems", "docsync release"]


def test_new_changed_and_deleted_are_counted_apart() -> None:
    told = tally({"persona": 5, "prompt": 2}, {"persona": 6, "prompt": 2}, {"persona": (4, 1)})

    assert list(told) == ["persona: 6 documents (+2 ~2 -1)", "prompt: 2"]


def test_a_plan_is_told_by_sign() -> None:
    assert list(format_plan(["b", "a"], ["c"], {"b"})) == ["+ a", "~ b", "- c"]
