"""What is no prompt never becomes one: the last good version of a body stays as that of a persona does."""

import pytest

from docsync.model import FileState
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
