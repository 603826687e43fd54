"""Texts of documents inside source code: read back they are what they were, and nothing ends a literal or a comment."""

import ast
import json
import random
import sys
import tokenize
from io import StringIO

import pytest

from docsync.codegen.literal import (
    MAX_COMMENT_CHARACTERS,
    docstring,
    jsdoc,
    python_literal,
    typescript_literal,
)
from tests.helpers.project import Tell

HOSTILE = [
    'a"b', "a'b", "a\\", 'a\\"', "a\nb", "a\r\nb", "\0", "\x7f", "\x1b[31m", "\u2028", "\u2029", "\u0085", "\u202e", "\u200b",
    "e\u0301", "😀", "é", "日本", "\ud800", '"""', '\\"""', "*/", "* /", "/*", "*//", "\\*/", "${x}", "`", "{{x}}", "#", "//",
    "@deprecated", "mail a@b.example now", "<script>", "\ufeff", "\\N{DASH}", "\\u0022", "%s", "",
]  # fmt: skip


def any_text(dice: random.Random) -> str:
    pieces = [*HOSTILE, "a", " ", chr(dice.randrange(sys.maxunicode + 1))]
    return "".join(dice.choice(pieces) for _ in range(dice.randint(0, 6)))


@pytest.fixture
def texts(tell: Tell) -> list[str]:
    seed = random.randrange(10**9)
    tell(f"literals: seed {seed}, 2000 texts")
    dice = random.Random(seed)
    return [*HOSTILE, *(any_text(dice) for _ in range(2000))]


def test_a_literal_is_one_token_and_says_the_text(texts: list[str]) -> None:
    for text in texts:
        assert ast.literal_eval(python_literal(text)) == text
        assert json.loads(typescript_literal(text)) == text
        for literal in (python_literal(text), typescript_literal(text)):
            assert len(literal.splitlines()) == 1
            assert literal.isprintable()


def test_a_docstring_is_one_token_on_one_line(texts: list[str]) -> None:
    for text in texts:
        source = docstring(text)
        kinds = [token.type for token in tokenize.generate_tokens(StringIO(source + "\n").readline)]

        assert kinds == [tokenize.STRING, tokenize.NEWLINE, tokenize.ENDMARKER]
        assert source.isprintable()


def test_a_comment_ends_where_it_should_and_tells_editors_nothing_else(texts: list[str]) -> None:
    for text in texts:
        source = jsdoc(f"About {text}")

        assert source.index("*/") == len(source) - 2
        assert source.isprintable()
        assert " @" not in source
        assert "{@" not in source


def test_letters_stand_as_they_are_and_what_cannot_be_seen_is_written_out() -> None:
    assert python_literal("Zürich 日本 “q”") == '"Zürich 日本 “q”"'
    assert python_literal("a\u200bb😀") == '"a\\u200bb\\U0001f600"'
    assert typescript_literal("a\u200bb😀") == '"a\\u200bb\\ud83d\\ude00"'
    assert jsdoc("write to a@b.example") == "/** write to a@b.example */"


def test_a_long_text_is_cut_in_comments_only() -> None:
    text = "x" * (MAX_COMMENT_CHARACTERS + 1)

    assert python_literal(text) == f'"{text}"'
    assert docstring(text) == f'"""{"x" * MAX_COMMENT_CHARACTERS}…"""'
