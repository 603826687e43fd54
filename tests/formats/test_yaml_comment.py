"""Text behind a # that YAML takes for a comment, and its author may not."""

import pytest
import yaml

from docsync.formats import parse
from docsync.model import Problem, Severity


def problems(text: str, form: str = "yaml") -> list[Problem]:
    return list(parse(form, "p/a", text.encode()).problems)


@pytest.mark.parametrize(
    ("text", "line", "column", "value"),
    [
        ("name: Update #2 (28 new skills)\n", 1, 14, "Update #2 (28 new skills)"),
        ("name: Bot\t#3\n", 1, 11, None),
        ("name: a\ncolours:\n- red #ff0000\n", 3, 7, "red #ff0000"),
        ('name: say "hi" #loud\n', 1, 16, 'say "hi" #loud'),
        ("name: It's #1\n", 1, 12, "It's #1"),
    ],
)
def test_what_is_lost_behind_a_sign_is_warned_of_at_its_place_and_the_hint_keeps_it(
    text: str, line: int, column: int, value: str | None
) -> None:
    (problem,) = problems(text)
    assert (problem.code, problem.severity) == ("yaml-comment", Severity.WARNING)
    assert (problem.line, problem.column) == (line, column)
    proposed = (problem.hint or "").partition("; if")[0].removeprefix("quote the value").removeprefix(": ")
    assert (yaml.safe_load(proposed) if proposed else None) == value


def test_it_is_warned_of_in_front_matter_too() -> None:
    (problem,) = problems("---\nname: Bot #3\n---\nHi\n", "prompty")
    assert (problem.code, problem.line, problem.column) == ("yaml-comment", 2, 11)
    assert problem.message == "name: '#3' is a comment, and no part of the value"


def test_of_a_list_in_brackets_only_the_place_is_known() -> None:
    (problem,) = problems("name: a\nlist: [b, c #d\n  , e]\n")
    assert problem.hint == "quote the value; if it is a comment, write a blank behind #"


@pytest.mark.parametrize(
    "text",
    [
        "name: Bot # the third\n",
        "name: Bot #\n",
        "name: Bot ## more\n",
        "name: Bot#3\n",
        'name: "Bot #3"\n',
        "name: 'Bot' #3\n",
        "name: a\nage: 30 #years\n",
        "name: a\nbio: |\n  See #2\n  and this #3\n",
        "#!shebang\nname: a\n",
        "name: a\n#comment\nage: 3\n",
    ],
)
def test_a_plain_comment_is_no_problem(text: str) -> None:
    assert problems(text) == []
