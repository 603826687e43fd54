"""Whatever bytes a prompt, YAML or Markdown file holds, it is parsed or refused, quickly and always alike.

Dosed by time; prints its seed and count.
"""

import json
import random
import sys
from functools import partial
from pathlib import Path

import pytest

from docsync.formats import parse
from docsync.model import ParsedFile, Severity
from tests.helpers.cpu import least_cpu_seconds
from tests.helpers.for_a_while import try_for_a_while
from tests.helpers.project import Tell

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "edges" / "prompty").iterdir())]
PIECES = [
    b"---\n", b"+++\n", b" ---\n", b"---\r\n", b"\r", b"\n", b"\r\n", b"\t", b": ", b"- ", b"? ", b"[", b"]", b"{", b"}", b",",
    b"&a ", b"*a", b"<<: *a\n", b"<<: ", b"!!int ", b"!x ", b"!!timestamp ", b"|\n ", b">\n ", b"'", b'"', b'"\\0"',
    b'"\\ud800"', b"no", b"1:30", b"0o7", b"010", b".nan", b"9" * 30, b"~", b"%TAG !a! b\n", b"# ",
    b"model: ", b"inputs:\n  ", b"tools: ",
    b"sample: ", b"template: mustache\n", b"type: openai\n", b"configuration: {", b"name: ", b"${env:X:y}", b"${file:x}",
    b"system:\n", b"user[a=1, b=\"c\"]:\n", b"system: |\n", b"![thread]\n", b"![a](b)", b"{{", b"}}", b"{%", b"%}",
    b"{#", b"#}", b"{% for a in b %}", b"{% endfor %}", b"{% if a %}", b"{% endif %}", b"{{#a}}", b"{{/a}}", b"{{ a | b }}",
    b"{{ (((", b"9**9**9", b"\0", b"\xff", b"\xef\xbb\xbf", b"\x07", "é\u2028\u0085😀".encode(),
    b"[" * 150, b"a: " * 50, b"&a [" * 30, b"*a," * 30,
]  # fmt: skip
# The dearest takes 0.2 s of a quiet processor, and half as much again of one that is shared; coverage many times as much.
SLOWEST_SECONDS = 0.5 if sys.gettrace() is None else 2.0


def mutated(dice: random.Random) -> bytes:
    octets = dice.choice(SEEDS)
    for _ in range(dice.randint(1, 4)):
        at, end = sorted(dice.randint(0, len(octets)) for _ in range(2))
        match dice.randrange(6):
            case 0:
                octets = octets[:at] + octets[min(end, at + 8) :]
            case 1 | 2:
                octets = octets[:at] + dice.choice(PIECES) + octets[at:]
            case 3:
                octets = octets[:at] + octets[at:end] * dice.choice((2, 3, 50)) + octets[end:]
            case 4:
                octets = octets[:at] + dice.choice(SEEDS) + octets[at:]
            case _:
                octets = octets[:end]
        octets = octets[:20_000]
    return octets


def check(format_name: str, octets: bytes, parsed: object) -> None:
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
        if format_name != "yaml":
            assert octets.decode("utf-8-sig").endswith(document["body"])


@pytest.mark.parametrize("format_name", ["prompty", "yaml", "markdown"])
def test_mutated_files_are_parsed_or_refused(format_name: str, tell: Tell) -> None:
    def is_taken(dice: random.Random, name: str) -> bool:
        octets = mutated(dice)
        once = partial(parse, format_name, "prompts/fuzz.prompty", octets)
        slow = least_cpu_seconds(once, SLOWEST_SECONDS) > SLOWEST_SECONDS
        assert not slow, f"{name}: {octets!r}"
        parsed = once()
        try:
            check(format_name, octets, parsed)
            assert once() == parsed
        except Exception as error:
            raise AssertionError(f"{name}: {octets!r} gave {parsed}") from error
        return parsed.content is not None

    count, taken = try_for_a_while(f"mutated {format_name}", tell, is_taken)
    assert 0 < taken < count


FRONT = "---\n{}\n---\n{}\n"
HOSTILE = {
    "flow nesting": FRONT.format("[" * 65_000, ""),
    "block nesting": FRONT.format("- " * 32_000, ""),
    "alias depth": FRONT.format(
        "k0: &a0 [1]\n" + "\n".join(f"k{i}: &a{i} [*a{i - 1}]" for i in range(1, 2500)), ""
    ),
    "many warnings": FRONT.format("a: [" + "010," * 9900 + "]", ""),
    "many duplicates": FRONT.format("a: 1\n" * 9000, ""),
    "many references": FRONT.format("a: " + "[" * 98 + '"${a:A}",' * 5900 + "]" * 98, ""),
    "line ends": FRONT.format("a: 1", "\n" * 1_000_000),
    "roles": FRONT.format("a: 1", "user:\n" * 170_000),
    "almost roles": FRONT.format("a: 1", "user" * 250_000),
    "attributes": FRONT.format("a: 1", "user[" + "a=a" * 300_000),
    "piped roles": FRONT.format("a: 1", "user: |\n" * 120_000),
    "blanks": FRONT.format("a: 1", " " * 1_000_000),
    "images": FRONT.format("sample: {}", "![" * 500_000),
    "braces": FRONT.format("a: 1", "{" * 1_000_000),
    "a late tag": FRONT.format("a: 1", "\n" * 1_000_000 + "{{a}}"),
    "tags far apart": FRONT.format("a: 1", "{{a}}" + "\n" * 262_000 + "{{a}}"),
    "loops": FRONT.format("a: 1", "{% for a in b %}" * 60 + "{{" + "a+" * 5000 + "a}}" + "{% endfor %}" * 60),
    "a hidden tag": FRONT.format("a: 1", "{{ '}}' }}{{ '}}' " + "~a" * 100_000 + " }}"),
    "attributes of attributes": FRONT.format("a: 1", "{{a" + ".b" * 16_000 + "}}"),
    "fences": "---\n" + " ---\n" * 200_000,
    "blanks before a fence": " \n" * 500_000 + "---\na: 1\n---\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_dealt_with_quickly(name: str) -> None:
    octets = HOSTILE[name].encode()

    def deal_with() -> None:
        check("prompty", octets, parse("prompty", "prompts/hostile.prompty", octets))

    # The first time pays for imports.
    assert least_cpu_seconds(deal_with, SLOWEST_SECONDS) <= SLOWEST_SECONDS
