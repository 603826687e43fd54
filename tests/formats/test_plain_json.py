"""What the plain reader takes, it takes as the strict one does; and it takes what people write."""

import json
import random
from pathlib import Path

import pytest

from docsync.formats import json_format, parse
from docsync.formats.limits import LIMITS
from docsync.formats.naming import encode_canonical, read_object
from docsync.formats.plain_json import read_plain_json
from docsync.formats.source import FileRefused, SourceText, decode_source
from docsync.formats.written import Written
from docsync.model import ParsedFile
from tests.formats.test_fuzz_json import PIECES, SEEDS, mutated
from tests.helpers.for_a_while import try_for_a_while
from tests.helpers.project import Tell

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def read_strictly(source: SourceText) -> ParsedFile | None:
    """What the strict reader makes of *source*, None for what it refuses."""
    try:
        return json_format._read(source, json_format.FORMAT.places)
    except (FileRefused, json.JSONDecodeError, RecursionError):
        return None


def is_plain(octets: bytes, said: str) -> bool:
    """True for what the plain reader takes; then the strict one must take it, too, in every respect alike."""
    try:
        source = decode_source("personas/ana.json", octets)
    except FileRefused:
        return False
    plain = read_plain_json(source.text)
    if plain is None:
        return False
    built = read_object(Written(source, json_format.FORMAT.places), plain.value, plain.document, plain.texts)
    assert built == read_strictly(source), f"{said}: {octets!r}"
    assert encode_canonical(plain.value) == plain.document, f"{said}: {octets!r}"
    return True


def test_files_of_others_are_read_alike_and_nearly_all_of_them_at_once(tell: Tell) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not here")
    files = sorted(CORPUS.rglob("*.json"))
    good = [path for path in files if parse("json", path.name, path.read_bytes()).content]
    plain = [path for path in files if is_plain(path.read_bytes(), path.name)]

    tell(f"plain json: {len(plain)} of {len(good)} files of the corpus")
    assert len(plain) >= 0.9 * len(good) > 200


def test_files_at_the_edge_are_read_alike() -> None:
    plain = [octets for octets in SEEDS if is_plain(octets, "an edge")]

    assert 0 < len(plain) < len(SEEDS)


NUMBERS = [
    "0", "-0", "0.0", "-0.0", "1.0", "0.1", "1e0", "1E2", "1e15", "1e16", "1e22", "1e-4", "1e-5", "1e-7", "9.999e-5",
    "123456789012345.6", "1234567890123456.7", "1e308", "1e309", "-1e309", "1e-400", "4.9e-324", "NaN", "-Infinity",
    "999999999999999999", "1000000000000000000", "-999999999999999999", "9007199254740993", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "18446744073709551616", "1" * 30, "1" * 4301, "01", "1.", ".5", "+1", "0.1e+00", "1.7976931348623157e308",
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_taken_as_it_is_or_left_to_the_strict_reader(number: str) -> None:
    is_plain(f'{{"n": {number}, "list": [{number}]}}'.encode(), number)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1e16}',
        '{"a": 0.00001}',
        '{"a": 18446744073709551616}',
        '{"a": [1000000000000000000]}',
        '{"a": 1, "a": 2}',
        '{"a\\u003a": 1, "b": 2, "b": 3}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        '{"a": NaN}',
        '{"a": "\t"}',
        "[]",
        '"text"',
        "{} {}",
        "{" * 3,
        '{"a":' * LIMITS.max_depth + "{}" + "}" * LIMITS.max_depth,
        '{"a": "' + "x" * LIMITS.json_containers + '"}',
    ],
)
def test_what_may_be_something_else_is_left_to_the_strict_reader(text: str) -> None:
    assert read_plain_json(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"a": [1, 2.5, true, false, null, {"b": "c"}]}',
        '{"a": "caf\\u00e9 \\ud83d\\ude00 \\" \\\\ \\/"}',
        '{"a":' * (LIMITS.max_depth - 1) + "{}" + "}" * (LIMITS.max_depth - 1),
        '\r\n{"é": "a: b"}\n',
    ],
)
def test_what_is_plain_is_taken(text: str) -> None:
    assert is_plain(text.encode(), "plain")


def test_every_character_is_written_as_the_strict_reader_writes_it() -> None:
    characters = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000]
    for first in range(0, len(characters), 50_000):
        some = "".join(characters[first : first + 50_000])
        plain = read_plain_json(json.dumps({"a": some}, ensure_ascii=False))
        assert plain is not None
        assert plain.document == encode_canonical({"a": some})


def random_value(dice: random.Random, depth: int = 0) -> object:
    match dice.randrange(9 if depth < 4 else 6):
        case 0:
            return dice.choice(["", "text", 'a "quoted" one', "a: b", "é\u2028😀", "\x7f\x1f\\", "{[:,]}"])
        case 1:
            return dice.randrange(-(10 ** dice.randrange(22)), 10 ** dice.randrange(22))
        case 2:
            return dice.uniform(-1, 1) * 10.0 ** dice.randrange(-12, 20)
        case 3:
            return round(dice.uniform(-1000, 1000), dice.randrange(6))
        case 4:
            return dice.choice([True, False, None, 0.0, -0.0, 2.0 ** dice.randrange(-20, 60)])
        case 5:
            return dice.choice([{}, [], "\ufeff"])
        case 6:
            return [random_value(dice, depth + 1) for _ in range(dice.randrange(4))]
        case _:
            keys = dice.sample(["name", "a", "b", "tags", "data", "é", "a:b", "", "id"], dice.randrange(4))
            return {key: random_value(dice, depth + 1) for key in keys}


def random_octets(dice: random.Random) -> bytes:
    if dice.randrange(2):
        return mutated(dice)
    text = json.dumps(
        {"name": random_value(dice), "more": random_value(dice)},
        ensure_ascii=dice.random() < 0.5,
        indent=dice.choice([None, 2]),
    )
    if dice.randrange(3) == 0:
        at = dice.randint(0, len(text))
        text = text[:at] + dice.choice(PIECES).decode("utf-8", "replace") + text[at:]
    return text.encode()


def test_whatever_is_written_is_read_alike(tell: Tell) -> None:
    count, taken = try_for_a_while("plain json", tell, lambda dice, name: is_plain(random_octets(dice), name))
    assert 0 < taken < count
