"""Lines of keys in TOML, and what is said of a file that cannot be read."""

import random
import tomllib
from pathlib import Path

import pytest

from docsync.config.toml import TomlFile, join_key, lines_of, read_toml
from docsync.errors import ConfigError

NASTY = '''# [not.a.table] "quote
title = "a # b [c] = \\"d" # = "x
[watch] # x = y
settle_ms = 20
"odd.name" = 1
nested . deep = { a = 1, b = [ "]" ] }
text = """
[watch.fake]
settle_ms = 1
"quoted\\""" still inside
""""
raw = \'\'\'
poll = "
it's ''\'\'\'
when = 2024-01-01T00:00:00Z

[[collections]]
type = "a"
include = [ # two
  "x = [",
  'y',

]
path = "p"
[collections.sub]
k = 1
[[collections]]
"type" = "b"
[[collections.inner]]
z = 1
[[collections.inner]]
z = 2
[env.production.watch]
mode = "poll"
[[env."a.b".collections]]
type = "c"
'''


def message_of(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read_toml(path, path.name)
    return str(caught.value)


def line_in(text: str, beginning: str, *, nth: int = 0) -> int:
    return [number for number, line in enumerate(text.split("\n"), 1) if line.startswith(beginning)][nth]


def test_every_key_is_found_on_its_line() -> None:
    tomllib.loads(NASTY)
    expected = {
        "title": line_in(NASTY, "title"),
        "watch": line_in(NASTY, "[watch]"),
        "watch.settle_ms": line_in(NASTY, "settle_ms"),
        'watch."odd.name"': line_in(NASTY, '"odd'),
        "watch.nested": line_in(NASTY, "nested"),
        "watch.nested.deep": line_in(NASTY, "nested"),
        "watch.text": line_in(NASTY, "text"),
        "watch.raw": line_in(NASTY, "raw"),
        "watch.when": line_in(NASTY, "when"),
        "collections": line_in(NASTY, "[[collections]]"),
        "collections[0]": line_in(NASTY, "[[collections]]"),
        "collections[0].type": line_in(NASTY, "type"),
        "collections[0].include": line_in(NASTY, "include"),
        "collections[0].path": line_in(NASTY, "path"),
        "collections[0].sub": line_in(NASTY, "[collections.sub]"),
        "collections[0].sub.k": line_in(NASTY, "k ="),
        "collections[1]": line_in(NASTY, "[[collections]]", nth=1),
        "collections[1].type": line_in(NASTY, '"type"'),
        "collections[1].inner": line_in(NASTY, "[[collections.inner]]"),
        "collections[1].inner[0]": line_in(NASTY, "[[collections.inner]]"),
        "collections[1].inner[0].z": line_in(NASTY, "z = 1"),
        "collections[1].inner[1]": line_in(NASTY, "[[collections.inner]]", nth=1),
        "collections[1].inner[1].z": line_in(NASTY, "z = 2"),
        "env": line_in(NASTY, "[env.production"),
        "env.production": line_in(NASTY, "[env.production"),
        "env.production.watch": line_in(NASTY, "[env.production"),
        "env.production.watch.mode": line_in(NASTY, "mode"),
        'env."a.b"': line_in(NASTY, '[[env."a.b"'),
        'env."a.b".collections': line_in(NASTY, '[[env."a.b"'),
        'env."a.b".collections[0]': line_in(NASTY, '[[env."a.b"'),
        'env."a.b".collections[0].type': line_in(NASTY, 'type = "c"'),
    }

    assert lines_of(NASTY) == expected


VALUES = [
    "1",
    '"a=[#"',
    "'[['",
    '"""\n[x]\ny = """',
    "'''\n# '\n'''",
    "[\n 1, # ]\n 2\n]",
    "{ a = '=', b = [1] }",
    "1.5e3",
]
BETWEEN = ["", "# [x] = '\"\n", "\n\n", '  # """\n']


@pytest.mark.parametrize("seed", range(40))
def test_keys_are_found_whatever_stands_between_them(seed: int) -> None:
    dice = random.Random(seed)
    text, expected = "", {}
    for table in range(dice.randint(1, 6)):
        text += dice.choice(BETWEEN) + f"[t{table}] # =\n"
        expected[f"t{table}"] = text.count("\n")
        for key in range(dice.randint(0, 6)):
            text += dice.choice(BETWEEN)
            expected[f"t{table}.k{key}"] = text.count("\n") + 1
            text += f"k{key} = {dice.choice(VALUES)}\n"
    tomllib.loads(text)

    assert lines_of(text) == expected, f"seed {seed}:\n{text}"


def test_a_key_inside_a_value_is_found_where_the_value_begins() -> None:
    text = '\ncollections = [\n { type = "a" },\n]\n'
    file = TomlFile(Path("x"), "x", tomllib.loads(text), lines_of(text))

    assert file.line_of("collections[0].type") == 2
    assert file.line_of("never.written") == 1


def test_lines_end_like_on_windows_and_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "docsync.toml"
    path.write_bytes(b"\xef\xbb\xbf[watch]\r\nsettle_ms = 1\r\npoll_ms = 2\r\n")

    file = read_toml(path, "docsync.toml")

    assert file.table == {"watch": {"settle_ms": 1, "poll_ms": 2}}
    assert file.line_of("watch.poll_ms") == 3


def test_a_name_that_is_no_bare_key_is_quoted() -> None:
    assert join_key("", "a-b_1") == "a-b_1"
    assert join_key("watch", "a.b\n") == 'watch."a.b\\n"'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a = 1\nb 2\n", "docsync.toml:2:3: "),
        (b"a = 1\na = 2\n", "docsync.toml:2:"),
        (b"a = [1,\n 2\n\n", "docsync.toml:2:3: "),
        (b'ok = 1\n\nx = "caf\xe9"\n', "docsync.toml:3: not UTF-8 (byte 0xe9); save it as UTF-8"),
        (b'\xef\xbb\xbfx = "caf\xe9"\n', "docsync.toml:1: not UTF-8 (byte 0xe9); save it as UTF-8"),
        (b"\xff\xfea\x00", "docsync.toml:1: not UTF-8 (byte 0xff)"),
        (b"a = " + b"[" * 20000, "docsync.toml: a number or the nesting is beyond every measure"),
        (b"a = " + b"9" * 5000, "docsync.toml: a number or the nesting is beyond every measure"),
    ],
)
def test_what_is_no_toml_is_refused_with_its_place(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "docsync.toml"
    path.write_bytes(content)

    assert message_of(path).startswith(expected)


def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to("nowhere")

    assert message_of(tmp_path / "folder") == "folder: cannot be read: Is a directory"
    assert message_of(tmp_path / "dangling") == "dangling: cannot be read: No such file or directory"
