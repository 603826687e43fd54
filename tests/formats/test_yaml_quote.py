"""A hint that proposes text is right when it is done: what it writes reads back as what was meant."""

import random
import re

import pytest
import yaml

from docsync.formats import parse
from docsync.formats.yaml_quote import propose_quotes, quote_yaml

ALPHABET = [
    *"ab: #'\"\\`@%&*!|>[]{},-?=~/\u00e9\u4f60\u201c",
    "C:\\temp\\new",
    " # ",
    ": ",
    "''",
    '""',
    "\\n",
    "\t",
]
PROPOSED = re.compile(r"quote the (?P<what>value|key): (?P<text>[\"'].*)\Z")


def seeded() -> tuple[int, random.Random]:
    seed = random.SystemRandom().randrange(2**32)
    return seed, random.Random(seed)


def test_any_text_in_quotes_reads_back_as_the_very_text_or_is_not_proposed() -> None:
    seed, dice = seeded()
    proposed = 0
    for _ in range(4000):
        text = "".join(dice.choices([*ALPHABET, "\u200b", "\x07", "\n"], k=dice.randrange(30)))
        quoted = quote_yaml(text)
        proposed += quoted is not None
        if quoted is not None:
            assert yaml.safe_load(f"key: {quoted}") == {"key": text}, f"seed {seed}: {text!r}"
            assert yaml.safe_load(f"[{quoted}]") == [text], f"seed {seed}: {text!r}"
            assert yaml.safe_load(f"{quoted}: 1") == {text: 1}, f"seed {seed}: {text!r}"
    assert proposed > 1000, f"seed {seed}"


def value(dice: random.Random) -> str:
    """A value that no YAML begins with, as a person wrote it: without a comment and without blanks around it."""
    # `&a b` is an anchor and its value for one and a text for another.
    text = dice.choice(["@", "`", "%", "**", "* ", "& "]) + "".join(
        dice.choices(ALPHABET[:-1], k=dice.randrange(1, 25))
    )
    return re.sub(r"\s+#.*", "", text).rstrip()


def test_a_value_that_needs_quotes_is_what_was_written_once_the_hint_is_done() -> None:
    seed, dice = seeded()
    followed = 0
    for _ in range(3000):
        written = value(dice)
        before = dice.choice(["", "a: 1\n", "# x\n"])
        comment = dice.choice(["", " # why", "   "])
        place = dice.choice(
            ["name: {}{}\n", "list:\n  - {}{}\n", "in:\n  deep: {}{}\nz: 1\n", "name:\n  {}{}\nz: 1\n"]
        )
        text = before + place.format(written, comment)
        problem, *_ = parse("yaml", "p/a.yaml", text.encode()).problems or (None,)
        if problem is None or problem.hint is None or not (hint := PROPOSED.match(problem.hint)):
            continue
        if place.startswith(("list", "name:\n")) and hint["what"] == "key":
            continue  # `- @a: b` is a mapping for one and a text for another
        assert text.count(written) == 1, f"seed {seed}: {text!r}"
        done = text.replace(written, hint["text"])
        assert written in read_values(yaml.safe_load(done)), f"seed {seed}: {text!r} -> {done!r}"
        followed += 1
    assert followed > 300, f"seed {seed}: {followed}"


def read_values(value: object) -> list[object]:
    if isinstance(value, dict):
        return [each for item in value.values() for each in read_values(item)]
    return [each for item in value for each in read_values(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("name: `C:\\temp\\new`", "quote the value: '`C:\\temp\\new`'"),
        ('name: @greeter says "hi"', "quote the value: '@greeter says \"hi\"'"),
        ('name: @it\'s "so"', "quote the value: '@it''s \"so\"'"),
        ("name: @it's", 'quote the value: "@it\'s"'),
        ("name: @x # who", 'quote the value: "@x"'),
        ("name: @x#y", 'quote the value: "@x#y"'),
        ("tags: [@a, b]", 'quote the value: "@a"'),
        ("tags: [b, `c` ]", 'quote the value: "`c`"'),
        ("of: {a: @b, c: d}", 'quote the value: "@b"'),
        ("tags:\n  - @a\n", 'quote the value: "@a"'),
        ("@type: Person", 'quote the key: "@type"'),
        ("a: 1\n@type: Person", 'quote the key: "@type"'),
        ("of:\n  @type : Person", 'quote the key: "@type"'),
        ("name: *important*", 'quote the value: "*important*"'),
        ("name: **bold** text", 'quote the value: "**bold** text"'),
        ("name: & more", 'quote the value: "& more"'),
        ("name: > 5 years", 'quote the value: "> 5 years"'),
        ("name: | a | b |", 'quote the value: "| a | b |"'),
        ("name: @one\n  two", "quote the value, up to the end of its last line"),
        ("name:\n  @one\n  two", "quote the value, up to the end of its last line"),
        ("tags:\n  - @one\n    two", "quote the value, up to the end of its last line"),
        ("name: @one\nother: 2", 'quote the value: "@one"'),
        ("tags:\n- @one\n- two", 'quote the value: "@one"'),
        ("tags: [@a\n  b]", "quote the value: put it between single quotes, and write each ' in it twice"),
        (
            "name: @" + "x" * 300,
            "quote the value: put it between single quotes, and write each ' in it twice",
        ),
        ("name: @\u200bx", "quote the value: put it between single quotes, and write each ' in it twice"),
    ],
)
def test_what_is_proposed_is_the_whole_value_and_nothing_else(text: str, hint: str) -> None:
    problem, *_ = parse("yaml", "p/a.yaml", text.encode()).problems

    assert problem.hint == hint


def test_a_value_of_eighty_characters_and_more_is_proposed_whole() -> None:
    written = "@" + "word " * 30 + "end"
    problem, *_ = parse("yaml", "p/a.yaml", f"name: {written}".encode()).problems

    assert problem.hint == f'quote the value: "{written}"'


def test_an_alias_of_nothing_may_have_been_meant_as_text() -> None:
    problem, *_ = parse("yaml", "p/a.yaml", b"name: *note").problems

    assert problem.message == "found undefined alias 'note'"
    assert [note.message for note in problem.notes] == ['if it is meant as text, quote the value: "*note"']


def test_a_value_is_proposed_with_the_sign_that_touches_it() -> None:
    assert propose_quotes("name: &ab\n", 0, 8) == 'quote the value: "&ab"'
