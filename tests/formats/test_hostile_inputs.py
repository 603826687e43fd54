"""Bad inputs, one by one: each is refused with its code or taken, within a quarter of a second, and never raises."""

import json
import time
import tracemalloc

import pytest

from docsync.formats import parse
from docsync.model import Severity
from docsync.names import MAX_PLACE_CHARACTERS
from tests.helpers.project import MAX_SECONDS

DEEP, BLOCK = 100_000, 100_000


def front(matter: str, body: str = "hello\n") -> bytes:
    return f"---\n{matter}\n---\n{body}".encode()


def laughs(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


def merges(levels: int) -> str:
    lines = ["a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, levels)]
    return "\n".join(lines)


def listed(item: str, count: int, tail: str = "") -> bytes:
    return f'{{"a":[{",".join([item] * count)}]{tail}}}'.encode()


JSON: dict[str, tuple[bytes, str | None]] = {
    "1 an empty file": (b"", "empty"),
    "2 only blanks": (b" \n\t ", "empty"),
    "3 half a file": (b'{"name": "A", "x": [1,', "json-truncated"),
    "4 text after the end": (b'{"a": 1} x', "json-syntax"),
    "5 a list": (b"[1]", "json-not-object"),
    "5 a text": (b'"x"', "json-not-object"),
    "5 a number": (b"1", "json-not-object"),
    "5 null": (b"null", "json-not-object"),
    "6 NaN": (b'{"a": NaN}', "json-number"),
    "6 Infinity": (b'{"a": -Infinity}', "json-number"),
    "7 a number beyond every float": (b'{"a": 1e999}', "json-number"),
    "7 a number beyond every float, after large ones": (b'{"a": [10e300, 1e308, 1e999]}', "json-number"),
    "8 an integer of 5 000 digits": (b'{"a": ' + b"1" * 5000 + b"}", "json-number"),
    "9 an integer beyond 64 bits": (b'{"a": 9223372036854775808}', None),
    "10 duplicate keys": (b'{"a": 1, "a": 2}', None),
    "11 a byte order mark": (b'\xef\xbb\xbf{"a": 1}', None),
    "12 UTF-16": ('{"a": 1}'.encode("utf-16"), "encoding"),
    "12 UTF-32": ('{"a": 1}'.encode("utf-32"), "encoding"),
    "13 bytes that are no UTF-8": (b'{"a": "\xff"}', "encoding"),
    "14 a raw NUL": (b'{"a": "\x00"}', "nul"),
    "14 a raw control character": (b'{"a": "\x01"}', "json-syntax"),
    "15 an escaped NUL": (b'{"a": "\\u0000"}', "nul"),
    "16 half a surrogate pair": (b'{"a": "\\ud800"}', None),
    "17 nesting of 101": (b'{"a":' + b"[" * 101 + b"]" * 101 + b"}", "too-deep"),
    "18 nesting of 100 000": (b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}", "too-deep"),
    "20 many keys": (json.dumps({f"k{number}": number for number in range(20_000)}).encode(), None),
    "21 a comment": (b'{"a": 1 // one\n}', "json-syntax"),
    "21 a trailing comma": (b'{"a": 1,}', "json-syntax"),
    "21 a hexadecimal number": (b'{"a": 0x10}', "json-syntax"),
    "21 single quotes": (b"{'a': 1}", "json-syntax"),
    "22 a text of nearly 1 MiB": (b'{"a": "' + b"x" * 1_000_000 + b'"}', None),
    "23 the NULs that a power loss leaves": (b"\0" * 4096, "nul"),
    "24 CRLF": (b'{\r\n"a": 1\r\n}\r\n', None),
    "24 CR": (b'{\r"a": 1\r}\r', None),
}
PROMPTY: dict[str, tuple[bytes, str | None]] = {
    "25 a billion laughs": (front(laughs(9)), "too-large"),
    "26 the merge-key bomb": (front(merges(9)), "too-large"),
    "27 a chain of merges": (
        front(
            "a0: &a0 {k: v}\n" + "\n".join(f"a{n}: &a{n} {{<<: *a{n - 1}, k{n}: v}}" for n in range(1, 2000))
        ),
        "too-large",
    ),
    "28 an alias to itself": (front("a: &a [*a]"), "yaml-recursive"),
    "29 flow nesting of 1 000": (front("a: " + "[" * 1000 + "]" * 1000), "too-deep"),
    "30 flow nesting of 40 000": (front("a: " + "[" * 40_000), "too-deep"),
    "31 block nesting": (front("a:\n " + "- " * 20_000 + "x"), "too-deep"),
    "32 complex keys": (front("? ? ? a\n: b"), "yaml-key"),
    "33 a Python object": (front('a: !!python/object/apply:os.system ["true"]'), "yaml-tag"),
    "34 an unknown tag": (front("a: !x 1"), "yaml-tag"),
    "35 keys that are no text": (front("3: a\nnull: b\ntrue: c"), None),
    "36 a date": (front("a: 2024-05-01"), None),
    "37 words and numbers that YAML takes for others": (front("a: no\nb: 1:30\nc: 017"), None),
    "38 .inf": (front("a: .inf"), "yaml-number"),
    "39 duplicate keys": (front("a: 1\na: 2"), None),
    "40 a second document in the front matter": (b"---\na: 1\n--- \nb: 2\n---\nx", None),
    "41 no closing fence": (b"---\nname: A\nhello", "fm-unclosed"),
    "42 no front matter": (b"system:\nhello", None),
    "43 front matter of 65 KiB": (front("a: " + "x" * 65_600), "too-large"),
    "45 half a surrogate pair": (front('a: "\\uD800"'), "yaml-syntax"),
    "46 a control character": (front("a: \x07"), "yaml-syntax"),
    "47 a tab for indentation": (front("a:\n\tb: 1"), "yaml-syntax"),
    "48 an integer of 5 000 digits": (front("a: " + "1" * 5000), "yaml-number"),
    "49 binary": (front("a: !!binary aGVsbG8="), "yaml-tag"),
    "50 template syntax in the body": (front("a: 1", "{{ name }} {% if x %}y{% endif %}"), None),
}
V2 = "model:\n  provider: openai"
LARGE: dict[str, tuple[str, bytes, str | None]] = {
    "JSON: 148 000 objects of a key, and one duplicate": ("json", listed('{"":0}', 148_000, ',"a":1'), None),
    "JSON: 50 000 objects in objects, and one duplicate": ("json", listed('{"":{}}', 50_000, ',"a":1'), None),
    "JSON: 50 000 keys, and one duplicate": (
        "json",
        b"{%b}" % b",".join(b'"\\n%x":0' % (number % 49_999) for number in range(50_000)),
        None,
    ),
    "JSON: 60 000 keys that may be names": (
        "json",
        json.dumps({f"k-{number}": "a" for number in range(60_000)}).encode(),
        None,
    ),
    "JSON: 50 000 mappings that may hold a name": (
        "json",
        json.dumps({f"k{number}": {"a": {}} for number in range(50_000)}).encode(),
        None,
    ),
    "JSON: numbers with large exponents, and one duplicate": (
        "json",
        listed("10e300", 140_000, ',"a":1'),
        None,
    ),
    "JSON: pairs the other way round": ("json", b'{"a":"%b"}' % (rb"\udc00\ud800" * 80_000), None),
    "JSON: 150 000 halves of surrogate pairs": ("json", b'{"a":"%b"}' % (rb"\ud800" * 150_000), None),
    "JSON: 170 000 lists": ("json", listed("[]", 170_000), "too-large"),
    "JSON: 300 000 brackets within a text": ("json", b'{"a":"%b"}' % (b"[{" * 150_000), None),
    "prompty: a line of blanks": ("prompty", b" " * 1_000_000 + b"x", None),
    "prompty: attributes of a role that are never closed": (
        "prompty",
        front(V2, "system[a=" * 110_000),
        None,
    ),
    "prompty: a million characters after one role": (
        "prompty",
        front(V2, "system:\n" + "user " * 200_000),
        None,
    ),
    "prompty: references under a key of 30 000 letters": (
        "prompty",
        front(f"? {'x' * 30_000}\n:\n" + "- ${env:A}\n" * 3000),
        None,
    ),
    "prompty: a body of control characters": ("prompty", front("name: A", "\x01" * 1_000_000), "too-large"),
    "markdown: a body of quotes": ("markdown", front("name: A", '"' * 1_000_000), "too-large"),
    "markdown: a body of a third line breaks": ("markdown", front("name: A", "xy\n" * 340_000), None),
    "yaml: a number to the base of 60, of a megabyte": ("yaml", b"a: 1" + b":1" * 500_000, "yaml-number"),
    "yaml: what only looks like one": ("yaml", b"a: 1" + b":1" * 500_000 + b"x", None),
    "toml: lines after a text that is never closed": ("toml", b'"""\n' + b'\\"""\n' * 13_000, "toml-syntax"),
    "toml: a line of quotes that is never closed": ("toml", b'a="' + b'\\"' * 32_000, "toml-syntax"),
    "toml: a deep key behind a text that ends in a quote": (
        "toml",
        b'b=["""a"""", {' + b"a." * 30_000 + b'a=1}, "z"]',
        "too-deep",
    ),
    "toml: comments of digits, and a number of more": (
        "toml",
        (b"#" + b"1" * 4299 + b"\n") * 14 + b"a=" + b"1" * 4301,
        "toml-number",
    ),
}
CASES = [
    *(("json", name, *case) for name, case in JSON.items()),
    *(("prompty", name, *case) for name, case in PROMPTY.items()),
    *((format_name, name, octets, code) for name, (format_name, octets, code) in LARGE.items()),
]


@pytest.mark.parametrize(
    ("format_name", "octets", "code"), [(f, o, c) for f, _, o, c in CASES], ids=[n for _, n, _, _ in CASES]
)
def test_a_bad_input_harms_only_itself(format_name: str, octets: bytes, code: str | None) -> None:
    times = []
    for _ in range(3):  # the best of three: the machine may be busy with something else
        begun = time.process_time()
        parsed = parse(format_name, f"x.{format_name}", octets)
        times.append(time.process_time() - begun)
    errors = [problem.code for problem in parsed.problems if problem.severity is Severity.ERROR]
    assert errors[:1] == ([] if code is None else [code])
    assert (parsed.content is None) is (code is not None)
    assert min(times) < MAX_SECONDS


@pytest.mark.parametrize("escapes", [rb"\udc00\ud800", rb"\ud800"])
def test_a_megabyte_of_escapes_is_no_hundred_of_memory(escapes: bytes) -> None:
    octets = b'{"a":"%b"}' % (escapes * (1_000_000 // len(escapes)))

    tracemalloc.start()
    try:
        parse("json", "x.json", octets)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 40 * len(octets)


def test_places_in_a_hostile_file_do_not_multiply_it() -> None:
    octets = LARGE["prompty: references under a key of 30 000 letters"][1]
    content = parse("prompty", "x.prompty", octets).content

    assert content
    assert len(content.document) < 32 * len(octets)
    assert max(len(reference.at) for reference in content.references) == MAX_PLACE_CHARACTERS + 1
