"""What the plain reader takes, it takes as the strict one does; and it takes what people write."""

import random
from pathlib import Path

import pytest

from docsync.formats import parse
from docsync.formats.limits import LIMITS
from docsync.formats.naming import encode_canonical
from docsync.formats.plain_yaml import read_plain_yaml
from docsync.formats.source import FileRefused, SourceText
from docsync.formats.yaml_front_matter import blank_fences
from docsync.formats.yaml_node import YamlValue
from docsync.formats.yaml_reader import read_yaml, read_yaml_strictly
from tests.formats.test_fuzz_prompty import SEEDS, mutated
from tests.helpers.for_a_while import try_for_a_while
from tests.helpers.project import Tell

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def is_plain(text: str, said: str) -> bool:
    """True for what the plain reader takes; then the strict one must take it, too, in every respect alike."""
    plain = read_plain_yaml(text)
    if plain is None:
        return False
    source = SourceText("notes/a.yaml", text)
    built = YamlValue(plain.value, is_absent=False, at=plain.at, problems=())
    try:
        strict = read_yaml_strictly(source, 0, len(text))
    except FileRefused as refused:
        raise AssertionError(f"{said}: {text!r} was taken") from refused
    assert built == strict == read_yaml(source, 0, len(text)), f"{said}: {text!r}"
    assert encode_canonical(plain.value) == encode_canonical(strict.value), f"{said}: {text!r}"
    return True


def as_text(octets: bytes) -> str:
    """Front matter where there is some, else all of it."""
    text = octets.decode("utf-8-sig", "replace").replace("\0", "")
    return blank_fences(text) or text


def test_front_matter_of_others_is_read_alike_and_nearly_all_of_it_at_once(tell: Tell) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not here")
    files = [path for path in sorted(CORPUS.rglob("*.prompty")) if blank_fences(path.read_text("utf-8-sig"))]
    good = [path for path in files if parse("prompty", path.name, path.read_bytes()).content]
    plain = [path for path in files if is_plain(as_text(path.read_bytes()), path.name)]

    tell(f"plain yaml: {len(plain)} of {len(good)} files of the corpus")
    assert len(plain) >= 0.9 * len(good) > 200


def test_files_at_the_edge_are_read_alike() -> None:
    plain = [octets for octets in SEEDS if is_plain(as_text(octets), "an edge")]

    assert 0 < len(plain) < len(SEEDS)


SCALARS = [
    "text", "a b", "3", "-3", "+3", "0", "-0", "010", "0o10", "0x1F", "0b11", "1_000", "1:30", "190:20:30", "1:30.5",
    "1.5", "-.5", "1e3", "1.0e+3", "1.5e300", "1e400", ".inf", "-.INF", ".nan", "9223372036854775808", "1" * 30, "1" * 4301,
    "~", "null", "Null", "true", "True", "FALSE", "yes", "No", "on", "OFF", "y", "n", "2024-05-01", "2024-05-01T10:00:00Z",
    "2024-13-99", "=", "<<",
    "'3'", '"3"', '"\\0"', '"\\x41"', '"\\ud800"', '"\\ud83d\\ude00"', "! 3", '! "3"', "!!str 3", "!!int 3", "!!int x", "!x 3",
    "&a 3", "|\n  two\n  lines", ">-\n  one\n  line", "[]", "{}", "[1, a, [b]]", "{a: 1, 'b': [2]}", "[a: 1]", "[? a : b]",
    "", "#x", "@x", "`x", "%x", "a: b", "- a", "*a", "\u0085", "\u2028", "\ufeffx", "é😀", "\x07", "\x7f", "{{ x }}",
    "'{{ x }}'",
]  # fmt: skip
SHAPES = [
    "a: {}",
    "a:\n  {}",
    "{}: b",
    "- {}",
    "a: [{}, x]",
    "a: {{k: {}}}",
    "a: 1\nb: {}\na: 2",
    "? {}\n: x",
    "a:\n- b: {}\n  c: d",
]


@pytest.mark.parametrize("scalar", SCALARS)
def test_a_scalar_is_taken_as_it_is_or_left_to_the_strict_reader(scalar: str) -> None:
    for shape in SHAPES:
        is_plain(shape.replace("{}", scalar, 1).replace("{{", "{").replace("}}", "}"), scalar)


NOT_PLAIN = [
    "", "# nothing", "text", "- a", "a: 1\na: 2", "a: yes", "a: 010", "a: 0o10", "a: 1:30", "a: 9223372036854775808", "a: .nan",
    "yes: a", "3: a", "~: a", ": a", "a: &x 1\nb: *x", "a: &x {b: c}", "&x a: b", "a: !!str 3", "a: !x [b]", "a: !!map {b: c}",
    "<<: {a: b}", "? [a]\n: b", "? {a: b}\n: c", "a: b\n---\nc: d", "a: b\n...\nc: d", 'a: "\\0"', '"\\ud800": a',
    "%TAG !a! b\n---\na: b", "a: [b", "a: b: c", "a: 2024-13-99: x", "a: !!timestamp x", "a: *x", "? *x\n: b",
    "a: " + "[" * LIMITS.max_depth + "]" * LIMITS.max_depth,
    "a:\n" + "- b\n" * LIMITS.yaml_events,
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_what_there_may_be_something_to_say_of_is_left_to_the_strict_reader(text: str) -> None:
    assert read_plain_yaml(text) is None


PLAIN = [
    "a: b", "{}", "---\na: b\n...\n", "%YAML 1.1\n---\na: b", "# said\n\na: b # too\n",
    "a:\nb: 3\nc: [1.5, true, null, 2024-05-01]\n",
    "a: '010'\nb: \"yes\"\n", "a: |\n  {{ x }}\n", "a: {b: {c: [d, {e: f}]}}", "'yes': \"a\"\r\n'3': b\r\n",
    "a: =\nb: 0x1F\nc: 1_000",
    "a: " + "[" * (LIMITS.max_depth - 1) + "]" * (LIMITS.max_depth - 1),
    "a:\n" + "- b\n" * (LIMITS.yaml_events - 20),
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_plain_is_taken(text: str) -> None:
    assert is_plain(text, "plain")


def random_text(dice: random.Random) -> str:
    if dice.randrange(2):
        return as_text(mutated(dice))
    lines = []
    for _ in range(dice.randint(1, 6)):
        scalar, shape = dice.choice(SCALARS), dice.choice(SHAPES)
        key = dice.choice(["a", "b", "name", "x y", "'c'", "&k d", dice.choice(SCALARS)])
        line = shape.replace("{}", scalar, 1).replace("{{", "{").replace("}}", "}")
        lines.append(f"{key}: {scalar}" if dice.randrange(3) else f"{key}:\n  " + line.replace("\n", "\n  "))
    return "\n".join(lines) + dice.choice(["", "\n", "\r\n", "\n---\n", "\n...\n"])


def test_whatever_is_written_is_read_alike(tell: Tell) -> None:
    count, taken = try_for_a_while("plain yaml", tell, lambda dice, name: is_plain(random_text(dice), name))
    assert 0 < taken < count
