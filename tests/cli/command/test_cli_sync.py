"""docsync sync: what it did, in one line, and what needs somebody."""

import re

from tests.cli.conftest import PROMPT, Shell

TIME = re.compile(r"\d+\.\d\d s$")


def summary(out: str) -> str:
    return TIME.sub("T", out.splitlines()[-1])


def test_a_first_sync_says_what_the_database_holds(filled: Shell) -> None:
    answer = filled("sync")

    assert (answer.code, answer.err) == (0, "")
    assert (
        summary(answer.out) == "persona: 2 documents (+2), prompt_template: 1 (+1), 0 problems, revision 1, T"
    )


def test_a_sync_of_nothing_new_makes_no_revision(filled: Shell) -> None:
    filled("sync")

    assert (
        summary(filled("sync").out) == "persona: 2 documents, prompt_template: 1, 0 problems, revision 1, T"
    )


def test_new_changed_and_deleted_files_are_told_apart(filled: Shell) -> None:
    filled("sync")
    filled.persona("ada", age=37)
    filled.persona("katherine")
    filled.persona("dorothy")
    (filled.root / "personas" / "grace.json").unlink()

    answer = filled("sync")

    assert summary(answer.out).startswith(
        "persona: 3 documents (+2 ~1 -1), prompt_template: 1, 0 problems, revision "
    )


def test_a_broken_file_is_listed_and_no_failure(filled: Shell) -> None:
    filled.write("personas/half.json", "{")

    answer = filled("sync")

    assert answer.code == 0
    assert answer.out.startswith("personas/half.json:1:")
    assert ", 1 error, revision " in summary(answer.out)
    assert answer.err == "see what is broken with: docsync problems\n"


def test_a_plan_is_told_and_nothing_is_changed(filled: Shell) -> None:
    planned = filled("sync", "--dry-run")

    assert planned.code == 0
    assert planned.out.splitlines() == [
        "+ personas/ada.json",
        "+ personas/grace.json",
        "+ prompts/greet.prompty",
        "3 to add, 0 to change, 0 to delete, 0 broken, 0 held",
    ]
    assert not (filled.root / ".docsync").exists()


def test_a_plan_tells_new_changed_and_missing_files_apart(filled: Shell) -> None:
    filled("sync")
    filled.persona("ada", age=37)
    filled.persona("katherine")
    filled.write("personas/half.json", "{")
    (filled.root / "personas" / "grace.json").unlink()

    plan = filled("sync", "--dry-run", "--json").json

    assert plan == {
        "added": ["personas/katherine.json"],
        "changed": ["personas/ada.json"],
        "deleted": ["personas/grace.json"],
        "broken": 1,
        "held": 0,
    }
    assert filled("get", "persona/grace").code == 0


def test_a_held_deletion_is_exit_1_in_the_plan_and_in_the_sync(shell: Shell) -> None:
    lose_a_folder_of_prompts(shell)

    plan, answer = shell("sync", "--dry-run"), shell("sync")

    assert (plan.code, answer.code) == (1, 1)
    assert plan.out.endswith("0 to delete, 0 broken, 24 held\n")
    assert ", 24 held, revision" in answer.out
    assert "docsync release" in answer.err


def test_a_running_daemon_does_the_work(filled: Shell) -> None:
    with filled.daemon():
        filled.persona("katherine")
        answer = filled("sync", "--json")
        planned = filled("sync", "--dry-run")

    assert answer.code == 0
    assert answer.json["documents"] == {"persona": 3, "prompt_template": 1}
    assert planned.code == 0
    assert planned.out.startswith("0 to add")


def lose_a_folder_of_prompts(shell: Shell) -> None:
    for number in range(24):
        shell.write(f"prompts/p{number}.prompty", PROMPT)
    shell("sync")
    for number in range(24):
        (shell.root / f"prompts/p{number}.prompty").unlink()
