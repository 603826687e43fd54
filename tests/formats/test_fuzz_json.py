"""Whatever bytes a JSON file holds, it is parsed or refused, quickly. Dosed by time; prints its seed and count."""

import json
import random
from functools import partial
from pathlib import Path

from docsync.formats import parse
from docsync.model import ParsedFile, Severity
from tests.helpers.cpu import least_cpu_seconds
from tests.helpers.for_a_while import try_for_a_while
from tests.helpers.project import Tell

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "edges" / "json").iterdir())]
PIECES = [
    b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\\u0000", b"\\ud800", b"\\udc00", b"\\u003a", b"NaN", b"-Infinity",
    b"1e999", b"9" * 30, b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"//", b"'", b'"name":', b'"a":1,', b"true", b"-", b"0",
    b"<<<<<<< x\n", b"=======\n", b">>>>>>> y\n", b"[" * 120, b'{"a":' * 120, "é\u2028😀".encode(),
]  # fmt: skip
SLOWEST_SECONDS = 0.25


def mutated(dice: random.Random) -> bytes:
    octets = dice.choice(SEEDS)
    for _ in range(dice.randint(1, 3)):
        at, end = sorted(dice.randint(0, len(octets)) for _ in range(2))
        match dice.randrange(5):
            case 0:
                octets = octets[:at] + octets[min(end, at + 8) :]
            case 1:
                octets = octets[:at] + dice.choice(PIECES) + octets[at:]
            case 2:
                octets = octets[:at] + octets[at:end] * dice.choice((2, 3, 50)) + octets[end:]
            case 3:
                octets = octets[:at] + dice.randbytes(dice.randint(1, 4)) + octets[at:]
            case _:
                octets = octets[:end]
        octets = octets[:20_000]
    return octets


def check(octets: bytes, parsed: object) -> None:
    assert isinstance(parsed, ParsedFile)
    assert "internal" not in {problem.code for problem in parsed.problems}
    errors = [problem for problem in parsed.problems if problem.severity is Severity.ERROR]
    assert bool(errors) is (parsed.content is None)
    lines = octets.count(b"\n") + octets.count(b"\r") + 1
    assert all(problem.line is None or 1 <= problem.line <= lines for problem in parsed.problems)
    if parsed.content:
        assert parsed.content.name
        parsed.content.text.encode("utf-8")
        document = json.loads(parsed.content.document.encode("utf-8"))
        if not parsed.problems:
            assert document == json.loads(octets.decode("utf-8-sig"))


def test_mutated_files_are_parsed_or_refused(tell: Tell) -> None:
    def is_taken(dice: random.Random, name: str) -> bool:
        octets = mutated(dice)
        once = partial(parse, "json", "personas/fuzz.json", octets)
        slow = least_cpu_seconds(once, SLOWEST_SECONDS) > SLOWEST_SECONDS
        assert not slow, f"{name}: {octets!r}"
        parsed = once()
        try:
            check(octets, parsed)
        except Exception as error:
            raise AssertionError(f"{name}: {octets!r} gave {parsed}") from error
        return parsed.content is not None

    count, taken = try_for_a_while("mutated json", tell, is_taken)
    assert 0 < taken < count
