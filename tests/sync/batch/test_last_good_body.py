"""What is no prompt never becomes one: the last good version of a body stays as that of a persona does."""

import pytest

from docsync.model import FileState, Sign
from docsync.verify import verify
from tests.helpers.project import Project

P = "prompts/support.prompty"
GOOD = "---\nname: Support\ndescription: How we answer\ntags: [prod]\n---\nsystem:\nYou are kind.\n"
STAND_INS: list[str | bytes] = [
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 104\n",
    "../shared/support.prompty",
    "404: Not Found",
    "<!DOCTYPE html>\n<html><body>404: Not Found</body></html>\n",
    b"\0GITCRYPT\0\x12\x8a\xff",
    b"\x1f\x8b\x08\0\0",
]


@pytest.mark.parametrize("text", STAND_INS)
def test_a_stand_in_for_a_prompt_leaves_its_last_good_version(project: Project, text: str | bytes) -> None:
    project.write(P, GOOD)
    project.settle()
    project.write(P, text)
    project.settle()

    assert project.names() == {P: "Support"}
    assert project.states() == {"prompt_template/support": "stale"}
    assert project.problems() == [(P, "stand-in")]


def test_a_stand_in_gives_way_to_the_file_itself(project: Project) -> None:
    project.write(P, STAND_INS[0])
    project.settle()
    project.write(P, GOOD)
    project.settle()

    assert project.states() == {"prompt_template/support": FileState.OK}
    assert project.problems() == []


def test_what_a_prompt_takes_in_keeps_its_last_good_text_too(project: Project) -> None:
    project.write(P, GOOD + "{% include 'tone.md' %}\n")
    project.write("prompts/tone.md", "Be brief.")
    project.settle()
    project.write("prompts/tone.md", STAND_INS[0])
    project.settle()

    assert project.query("SELECT assets FROM documents")[0][0] == '{"prompts/tone.md": "Be brief."}'
    assert project.problems() == [(P, "unusable-reference")]


def test_a_page_that_a_prompt_takes_in_is_text_like_any_other(project: Project) -> None:
    project.write(P, GOOD + "{% include 'page.html' %}\n")
    project.write("prompts/page.html", "<!DOCTYPE html>\n<p>Hello</p>\n")
    project.settle()

    assert project.problems() == []


def test_front_matter_that_is_gone_waits_and_is_warned_of(project: Project) -> None:
    project.write(P, GOOD)
    project.settle()
    project.write(P, GOOD.partition("---\nsystem:")[2].rjust(len(GOOD), "x"))
    project.sync(P, sign=Sign.CLOSED)
    assert project.names() == {P: "Support"}
    assert P in project.engine.list_undecided()

    project.settle()

    assert project.names() == {P: "support"}
    assert project.problems() == [(P, "fm-gone")]
    assert project.states() == {"prompt_template/support": FileState.OK}


BARE = "You are kind, and nothing is said of you above.\n" * 3


def test_the_warning_of_front_matter_that_is_gone_stays_until_the_next_version(project: Project) -> None:
    project.write(P, GOOD)
    project.settle()
    project.write(P, BARE)
    project.settle()
    project.start(ignore=frozenset({"role-marker"}))  # other rules: everything is read again
    project.settle()
    assert project.problems() == [(P, "fm-gone")]
    assert verify(project.settings, project.database).equal

    project.write(P, BARE + "And brief.\n")
    project.settle()

    assert project.problems() == []


@pytest.mark.parametrize("before", ["", "---\n---\n"])
def test_what_had_no_front_matter_is_not_warned_of(project: Project, before: str) -> None:
    project.write(P, before + BARE)
    project.settle()
    project.write(P, BARE + "And brief.\n")
    project.settle()

    assert project.problems() == []


def test_an_empty_front_matter_says_that_it_is_meant(project: Project) -> None:
    project.write(P, GOOD)
    project.settle()
    project.write(P, "---\n---\n" + BARE)
    project.sync(P, sign=Sign.CLOSED)

    assert project.names() == {P: "support"}
    assert project.problems() == []


def test_a_warning_of_front_matter_that_is_gone_can_be_ignored(project: Project) -> None:
    project.start(ignore=frozenset({"fm-gone"}))
    project.write(P, GOOD)
    project.settle()
    project.write(P, BARE)
    project.settle()

    assert project.problems() == []


def test_a_spoiled_fence_leaves_the_last_good_version(project: Project) -> None:
    project.write(P, GOOD)
    project.settle()
    project.write(P, GOOD.replace("---", "\u2014"))
    project.settle()

    assert project.names() == {P: "Support"}
    assert project.problems() == [(P, "fm-lost")]
