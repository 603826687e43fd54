"""A fence that an editor or a chat window spoiled does not lose front matter without a word."""

import random
import re

import pytest

from docsync.formats import parse
from docsync.model import Problem, Severity

INDENTED = "must start at column 1"
KEYS = "name: Greet\ntags: [prod]\n"
# The line in the place of '---', what is said of it, the hint, and the column.
SPOILED = [
    ("\u2014", "U+2014 (\u2014) is no '-'", "write '---' in the place of U+2014 (\u2014)", 1),
    ("\u2013-", "U+2013 (\u2013) is no '-'", "write '---' in the place of U+2013 (\u2013)", 1),
    ("-\u2013", "U+2013 (\u2013) is no '-'", "write '---' in the place of U+2013 (\u2013)", 2),
    ("\u2014-", "U+2014 (\u2014) is no '-'", "write '---' in the place of U+2014 (\u2014)", 1),
    ("\u2010\u2010\u2010", "U+2010", "in the place of U+2010", 1),
    ("\u2011\u2011\u2011", "U+2011", "in the place of U+2011", 1),
    ("\u2212\u2212\u2212", "U+2212", "in the place of U+2212", 1),
    ("\uff0d\uff0d\uff0d", "U+FF0D", "in the place of U+FF0D", 1),
    ("\u2500\u2500\u2500", "U+2500", "in the place of U+2500", 1),
    ("\u2014 \u2014 \u2014", "U+2014", "in the place of U+2014", 1),
    ("  \u2014  ", "U+2014", "in the place of U+2014", 3),
    ("---yaml", "'yaml' stands behind '---'", "without 'yaml'", 1),
    ("--- yaml", "'yaml' stands behind '---'", "without 'yaml'", 1),
    ("---toml ", "'toml' stands behind '---'", "without 'toml'", 1),
    ("--- # settings", "'# settings' stands behind '---'", "without '# settings'", 1),
    ("\u2014yaml", "'yaml' stands behind '---'", "without 'yaml'", 1),
    ("\u200b---", "U+200B is before '---'", "remove U+200B", 1),
    ("\ufeff---", "U+FEFF is before '---'", "remove U+FEFF", 1),
    ("---\u200b", "U+200B is behind '---'", "remove U+200B", 4),
    ("-\u200d--", "U+200D is behind '---'", "remove U+200D", 2),
    (" \u2060---", "U+2060 is before '---'", "remove U+2060", 2),
    ("\\---", "'\\---' is not '---'", "remove '\\'", 1),
    ("> ---", "'> ---' is not '---'", "remove '>'", 1),
]


def lost(text: str, form: str = "prompty") -> Problem | None:
    found = [one for one in parse(form, "p/a.prompty", text.encode()).problems if one.code == "fm-lost"]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("form", ["prompty", "markdown"])
@pytest.mark.parametrize(("fence", "what", "hint", "column"), SPOILED)
def test_a_spoiled_fence_is_an_error_that_names_the_character_and_its_place(
    fence: str, what: str, hint: str, column: int, form: str
) -> None:
    # A byte order mark of the file itself is none of its text.
    for above in ("\n", "\n\n"):
        text = f"{above}{fence}\n{KEYS}---\nHi\n"

        problem = lost(text, form)

        assert problem is not None
        assert parse(form, "p/a.prompty", text.encode()).content is None
        assert (problem.severity, problem.line, problem.column) == ("error", len(above) + 1, column)
        assert what in problem.message
        assert hint in (problem.hint or "")


@pytest.mark.parametrize(("fence", "what", "hint", "column"), SPOILED)
def test_a_closing_fence_that_is_spoiled_is_pointed_at(fence: str, what: str, hint: str, column: int) -> None:
    (problem,) = parse("prompty", "p/a.prompty", f"---\n{KEYS}{fence}\nHi\n".encode()).problems

    assert problem.code == "fm-unclosed"
    (note,) = problem.notes
    assert (note.line, note.column) == (4, column)
    assert what in note.message
    assert hint in note.message


def test_dots_are_pointed_at_as_no_end_of_front_matter() -> None:
    (problem,) = parse("prompty", "p/a.prompty", f"---\n{KEYS}...\nHi\n".encode()).problems

    assert [(note.message, note.line) for note in problem.notes] == [
        ("'...' closes no front matter: write '---'", 4)
    ]


@pytest.mark.parametrize(("fence", "what", "hint", "column"), SPOILED)
def test_both_fences_spoiled_are_both_pointed_at(fence: str, what: str, hint: str, column: int) -> None:
    problem = lost(f"\n{fence}\n{KEYS}{fence}\nHi\n")

    assert problem is not None
    assert problem.severity is Severity.ERROR
    assert [(note.line, note.column) for note in problem.notes] == [(5, column)]
    assert what in problem.notes[0].message


@pytest.mark.parametrize("marks", ["```yaml", "```", "~~~prompty", "````markdown"])
@pytest.mark.parametrize("end", ["---\n{marks}\nHi\n", "---\nHi\n{marks}\n"])
def test_a_code_fence_around_front_matter_is_an_error(marks: str, end: str) -> None:
    only_marks = re.match(r"\W+", marks)
    assert only_marks is not None
    problem = lost(f"{marks}\n---\n{KEYS}{end.format(marks=only_marks[0])}")

    assert problem is not None
    assert (problem.severity, problem.line, problem.column) == ("error", 1, 1)
    assert problem.hint == f"remove the lines with {only_marks[0]}"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"```yaml\n{KEYS}```\nHi\n", "a code fence"),
        (f"----\n{KEYS}----\nHi\n", "no line of exactly '---'"),
        (f"--\n{KEYS}--\nHi\n", "no line of exactly '---'"),
        (f"- - -\n{KEYS}- - -\nHi\n", "no line of exactly '---'"),
        (f";;;\n{KEYS};;;\nHi\n", "';;;' opens none"),
        (f"***\n{KEYS}***\nHi\n", "'***' opens none"),
        (f"===\n{KEYS}---\nHi\n", "'===' opens none"),
        (f"{KEYS}\u2014\nHi\n", "no line of exactly '---'"),
        (f"\u2014\n{KEYS}Hi there, all of you.\n", "U+2014"),
        ("\u2014\nseen: 1\nby: me\n\u2014\nHi\n", "U+2014"),
        ("```yaml\n---\nseen: 1\n---\n```\nHi\n", "a code fence"),
    ],
)
def test_what_only_may_be_front_matter_is_warned_of_and_served(text: str, what: str) -> None:
    parsed, problem = parse("prompty", "p/a.prompty", text.encode()), lost(text)

    assert parsed.content is not None
    assert problem is not None
    assert (problem.severity, what in problem.message) == (Severity.WARNING, True), problem.message


@pytest.mark.parametrize(
    "text",
    [
        "```yaml\nkind: Pod\nspec: {}\n```\nExplain this.\n",
        "```\nname of the rose\n```\n",
        "\u2014 Who is there?\n\u2014 Me.\n",
        "\u2014\nA poem\n\u2014\n",
        "- name: Ada\n- name: Bob\n---\n",
        "***\nA rule, and text.\n***\n",
        "-\n",
        "-- \nMy signature\n",
        "---help shows this text\n",
        "--verbose\nname: x\n---\n",
        "> quoted\nname: x\n---\n",
        "system:\nHello\n\u2014\nmore\n",
        "---\nname: A\n---\n\u2014\nname: Greet\ntags: [prod]\n\u2014\nHi\n",
        "---\n---\n\u2014\nname: Greet\n\u2014\nThis body is meant so.\n",
    ],
)
def test_a_body_that_begins_in_such_a_way_is_not_spoken_of(text: str) -> None:
    assert lost(text) is None


def test_every_hint_about_a_fence_done_as_it_says_gives_the_front_matter_that_was_meant() -> None:
    seed = random.SystemRandom().randrange(2**32)
    dice = random.Random(seed)
    whole = f"\n---\n{KEYS}---\nHi\n"
    meant = parse("prompty", "p/a.prompty", whole.encode()).content
    assert meant is not None
    for _ in range(300):
        opening, closing = (dice.choice([*(one[0] for one in SPOILED), "---"]) for _ in range(2))
        if opening == closing == "---":
            continue
        text = f"\n{opening}\n{KEYS}{closing}\nHi\n"
        for _ in range(3):
            (problem, *_) = parse("prompty", "p/a.prompty", text.encode()).problems or (None,)
            if problem is None:
                break
            text = follow(text, problem)
        mended = parse("prompty", "p/a.prompty", text.encode())
        assert mended.problems == (), f"seed {seed}: {text!r}"
        assert mended.content is not None
        assert mended.content.document == meant.document, f"seed {seed}"


def follow(text: str, problem: Problem) -> str:
    """*text* once the hint was followed at the place of the problem, and at those of its notes."""
    lines = text.split("\n")
    places = [(problem.line, problem.hint or "")] if problem.code == "fm-lost" else []
    for note in problem.notes:
        hint = INDENTED if "indented" in note.message else note.message.partition(": ")[2]
        places.append((note.line, hint or problem.hint or ""))
    for number, hint in places:
        assert number is not None
        line = lines[number - 1]
        if hint.startswith("write '---'") or hint == INDENTED:
            line = "---"
        elif named := re.search(r"remove U\+(\w{4})", hint):
            line = line.replace(chr(int(named[1], 16)), "")
        elif named := re.search(r"remove '(.)'", hint):
            line = line.replace(named[1], "").lstrip()
        else:
            raise AssertionError(hint)
        lines[number - 1] = line
    return "\n".join(lines)
