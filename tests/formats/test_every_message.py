"""Every message about JSON, YAML, front matter and Jinja is seen once, with a text that brings it about."""

import re
from pathlib import Path

import pytest
import yaml

import docsync
from docsync.formats import json_errors, parse, yaml_error, yaml_reader
from docsync.model import Problem
from tests.formats.messages import list_said

FORMATS = Path(docsync.__file__).parent / "formats"
ROOMS = (
    "json_errors", "json_wrapping", "json_format", "yaml_error", "yaml_reader", "yaml_scalar", "yaml_character",
    "yaml_quote", "yaml_comment", "yaml_closed_quote", "yaml_front_matter", "lost_fence", "yaml",
    "prompty/jinja_hint", "prompty/jinja_parser",
)  # fmt: skip
ALIASES = "k0: &a0 [1]\n" + "".join(f"k{n}: &a{n} [" + f"*a{n - 1}," * 9 + "1]\n" for n in range(1, 9))
# The format, a text, and what is said of it first.
TABLE: list[tuple[str, str, str]] = [
    ('json', '{"a":[1,]}', "trailing comma before ']'"),
    ('json', '{,"a":1}', "nothing before this ','"),
    ('json', '{"a":1\n "b":2}', "missing ',' after this value"),
    ('json', '{"a":"say "hi" now"}', "expected ',' or a closing bracket, got 'h'"),
    ('json', "{'a':1}", "JSON text is written with double quotes, not '"),
    ('json', '{"a":1,// x\n"b":2}', 'JSON has no comments'),
    ('json', '{"a":True}', 'True is not a JSON value'),
    ('json', '{"a":Ada}', 'Ada is not a JSON value'),
    ('json', '{a:1}', 'a key must be written in double quotes'),
    ('json', '{"a":"C:\\docs"}', "'\\d' is not an escape JSON knows"),
    ('json', '{"a":"\\u12G4"}', '\\u must be followed by four hexadecimal digits'),
    ('json', '{"a":"x\ny"}', 'line break inside quoted text'),
    ('json', '{"a":"x\x07y"}', 'control character U+0007 inside quoted text'),
    ('json', '{"a":07}', "expected ',' or a closing bracket, got '7'"),
    ('json', '{"a":0x1F}', "expected ',' or a closing bracket, got 'x'"),
    ('json', '{"a":+1}', "a number does not start with '+'"),
    ('json', '{"a":}', "a value is missing before '}'"),
    ('json', '{"a",1}', 'this key has no value'),
    ('json', '{"a" 1}', "expected ':' after the key, got '1'"),
    ('json', '["a":1]', "unexpected ':'"),
    ('json', '{"a":1]', "']' does not match the bracket that is open here"),
    ('json', '{"a":1;}', "expected ',' or a closing bracket, got ';'"),
    ('json', '{"a":;}', "expected a value, got ';'"),
    ('json', '{"a":\xa01}', 'U+00A0 is not a space JSON knows'),
    ('json', '{"a":1}}', 'unexpected text after the end of the JSON value'),
    ('json', '{"a": "half', 'the file ends before the JSON is complete'),
    ('json', '{"a": 1', 'the file ends before the JSON is complete'),
    ('json', '```\n{}\n```', 'a Markdown code fence around the JSON'),
    ('json', '{"a": 1}\n```', 'a Markdown code fence behind the JSON'),
    ('json', 'Here:\n{"a": 1}', 'text before the JSON object at 2:1'),
    ('json', 'Here:\n```\n{"a": 1}\n```', 'text before the JSON object at 3:1'),
    ('json', '{"a": 1}\n{"a": 2}', 'another object after the end of the JSON value (JSON Lines?)'),
    ('json', '{"a": 1} bye', 'unexpected text after the end of the JSON value'),
    ('json', 'export default {}', 'JavaScript, not JSON'),
    ('json', '<a>', 'XML or HTML, not JSON'),
    ('json', '{\\"a\\": 1}', 'the quotes of this JSON are escaped'),
    ('json', '{{"a": 1}}', 'the braces of this JSON are doubled'),
    ('json', 'name: Ada', 'YAML, not JSON'),
    ('json', 'name = "Ada"', 'TOML, not JSON'),
    ('json', '[1]', 'the file must hold one JSON object, got an array'),
    ('json', '"A"', 'the file must hold one JSON object, got a text'),
    ('json', 'true', 'the file must hold one JSON object, got true or false'),
    ('json', 'null', 'the file must hold one JSON object, got null'),
    ('json', '1', 'the file must hold one JSON object, got a number'),
    ('json', '"{}"', 'the file must hold one JSON object, got a text'),
    ('json', "[" * 2000 + "]" * 2000, 'nested more than 100 levels deep'),
    ('json', '{"a": [' + "[]," * 160_001 + "[]]}", 'more than 160000 objects and lists'),
    ('yaml', 'a: @b', "'@' cannot start a value"),
    ('yaml', '@a: b', "'@' cannot start a value"),
    ('yaml', 'a: @b\n  c', "'@' cannot start a value"),
    ('yaml', 'a: @\u200bb', "'@' cannot start a value"),
    ('yaml', 'a:\n\tb: 1', 'tab used for indentation'),
    ('yaml', 'a: b: c', "unexpected ':' inside a value"),
    ('yaml', 'a: b\n c: d\n', "unexpected ':' inside a value"),
    ('yaml', 'a: "b" c\n', 'text behind a closed quote'),
    ('yaml', 'a: "b" c # d\n', 'text behind a closed quote'),
    ('yaml', "a: ['b' c]\n", 'text behind a closed quote'),
    ('yaml', 'name: Bot #3\n', "name: '#3' is a comment"),
    ('yaml', 'a: [b, c\nd: e', "expected ',' or ']'"),
    ('yaml', 'a: {b: 1\nc: {d', "expected ',' or '}'"),
    ('yaml', 'a: "b', 'quoted text is never closed'),
    ('yaml', 'a: 1\nword\nb: 2\n', "expected ':' after this key"),
    ('yaml', 'a:\n    b: 1\n  c: 2\n', 'expected a key'),
    ('yaml', '- a\nb: 1\n', "expected a list item that starts with '- '"),
    ('yaml', 'a: "\\q"', 'unknown escape after a backslash'),
    ('yaml', 'a: "\\xzz"', 'not a valid escape'),
    ('yaml', 'a: !h!b c', "the tag's handle is not declared"),
    ('yaml', 'a: ]', 'expected a value'),
    ('yaml', '{a: 1} b', 'unexpected text after the end of the YAML'),
    ('yaml', 'a: - b', 'a list item is not allowed here'),
    ('yaml', 'a: ? b', 'a key is not allowed here'),
    ('yaml', 'a: \x07b', 'control character U+0007 is not allowed'),
    ('yaml', 'a: * b', "'*' begins an alias, which needs a name"),
    ('yaml', 'a: & b', "'&' begins an anchor, which needs a name"),
    ('yaml', 'a: > b', 'the text of a block begins in the next line'),
    ('yaml', 'a: *nope', "found undefined alias 'nope'"),
    ('yaml', 'a:\n  - b\n c: 1', 'expected a key'),
    ('yaml', 'a: &a [*a]', 'an alias refers to itself'),
    ('yaml', '? [a]\n: b', 'a mapping key must be plain text'),
    ('yaml', 'a: {{ b }}', 'a mapping key must be plain text'),
    ('yaml', 'a: 1\n---\nb: 2', 'a second YAML document starts here'),
    ('yaml', 'a: 1\na: 2', "duplicate key 'a'; the value here replaces the one at 1:1"),
    ('yaml', '1: a', 'key 1 is not text for YAML; stored as "1"'),
    ('yaml', '<<: 1', "'<<' takes a mapping or a list of mappings"),
    ('yaml', 'a: "\\0"', 'NUL character'),
    ('yaml', 'a: "\\ud800"', 'not a valid escape'),
    ('yaml', "a: " + "[" * 120 + "]" * 120, 'YAML is nested more than 100 levels deep'),
    ('yaml', "a: [" + "b," * 20_001 + "]", 'more than 20000 keys, values and items'),
    ('yaml', "%TAG !a! x\n" * 101 + "--- a", 'more than 100 tag directives'),
    ('yaml', ALIASES, 'aliases expand to more than 20000 values'),
    ('yaml', '- a', 'the file must hold a mapping of keys to values, got a list'),
    ('yaml', 'a', 'the file must hold a mapping of keys to values, got a single value'),
    ('yaml', '# a', 'the file must hold a mapping of keys to values, got only comments'),
    ('yaml', 'name:\xa0a', 'U+00A0 is no space that YAML knows'),
    ('yaml', 'name:a', "a space is missing behind this ':'"),
    ('yaml', 'name\uff1aa', "U+FF1A (\uff1a) is no ':'"),
    ('yaml', 'name: \u201ca: b\u201d', 'U+201C (\u201c) is no quotation mark of YAML'),
    ('yaml', 'name:\u200ba', 'U+200B stands here, which nobody can see'),
    ('yaml', 'name: \u201ca\u201d', 'name: U+201C (\u201c) is no quotation mark of YAML; it is kept as part of t'),
    ('yaml', '\xa0name: a', 'U+00A0 is no space that YAML knows; it is kept as part of the key'),
    ('yaml', 'a: no', 'a: no is read as false; quote it if you mean the text'),
    ('yaml', 'a: 010', 'a: 010 is read as octal; quote it if you mean the text'),
    ('yaml', 'a: 0o10', 'a: 0o10 is read as text here and as octal by YAML 1.2; quote it if you'),
    ('yaml', 'a: 12:30', 'a: 12:30 is read as a base-60 number; quote it if you mean the text'),
    ('yaml', 'a: .nan', 'a: .nan has no JSON form'),
    ('yaml', "a: " + "9" * 5000, 'a: a number of 5000 digits is too long'),
    ('yaml', "a: 0x" + "f" * 4000, 'a: a number of 4002 digits is too long'),
    ('yaml', 'a: 99999999999999999999', 'a: 99999999999999999999 does not fit in 64 bits; SQLite reads it as a '),
    ('yaml', 'a: !!int many', "a: 'many' is not a valid int"),
    ('yaml', 'a: !!timestamp x', "a: 'x' is not a valid timestamp"),
    ('yaml', 'a: !x y', 'a: unknown tag !x'),
    ('yaml', 'a: !!set {b}', 'a: unknown tag !!set'),
    ('prompty', '---\na: 1\n', 'front matter opened here is never closed'),
    ('prompty', '---\na: 1\n  ---\n', 'front matter opened here is never closed'),
    ('prompty', '---\na: 1\n\u2014\n', 'front matter opened here is never closed'),
    ('prompty', '---\na: 1\n...\n', 'front matter opened here is never closed'),
    ('prompty', '---\n- a\n---\n', 'front matter must be a mapping of keys to values, got a list'),
    ('prompty', '---\na\n---\n', 'front matter must be a mapping of keys to values, got a single value'),
    ('prompty', '---\nnull\n---\n', 'front matter must be a mapping of keys to values, got nothing'),
    ('prompty', "---\na: " + "x" * 70_000 + "\n---\n", 'front matter is longer than 65536 bytes'),
    ('prompty', "\x01" * 120_000, 'control characters, line breaks and quotes make the body 524288 charac'),
    ('prompty', '\u2014\nname: a\n\u2014\nHi', "this is front matter, but U+2014 (\u2014) is no '-'"),
    ('prompty', '\u200b---\nname: a\n---\nHi', "this is front matter, but U+200B is before '---'"),
    ('prompty', '---\u200b\nname: a\n---\nHi', "this is front matter, but U+200B is behind '---'"),
    ('prompty', '---yaml\nname: a\n---\nHi', "this is front matter, but 'yaml' stands behind '---'"),
    ('prompty', '---name: a\nid: b\n---\nHi', "this is front matter, but 'name: a' stands beside '---'"),
    ('prompty', '\\---\nname: a\n---\nHi', "this is front matter, but '\\---' is not '---'"),
    ('prompty', '```\n---\nname: a\n---\n```\nHi', 'this is front matter, but a code fence is around it'),
    ('prompty', '```\nname: a\n```\nHi', 'this looks like front matter, but a code fence is around it; all of it'),
    ('prompty', ';;;\nname: a\n;;;\nHi', "this looks like front matter, but ';;;' opens none; all of it is taken"),
    ('prompty', 'name: a\n---\nHi', "this looks like front matter, but no line of exactly '---' opens it; a"),
]  # fmt: skip
TEMPLATES = [
    ('{{"a": 1}}', "expected token 'end of print statement', got ':'"),
    ('{{$x}}', 'Jinja has no $'),
    ('{% if $x %}{% endif %}', 'Jinja has no $'),
    ('{{ $ }}', 'Jinja has no $'),
    ('{{#if x}}', '{{#if}} is no Jinja'),
    ('{{> x}}', '{{>x}} is no Jinja'),
    ('{{^x}}', '{{^x}} is no Jinja'),
    ('{{ x | default: "a" }}', "Jinja has no ':' behind a filter"),
    ('{{{x}}}', 'Jinja has no {{{ }}}'),
    ('{{ x }', "unexpected '}'"),
    ('{% if x }', "unexpected '}'"),
    ('{{ x', 'a tag is never closed'),
    ('{% if x', 'a tag is never closed'),
    ('{% if x %}', '{% if %} is never closed'),
    ('{# x', 'a comment is never closed'),
    ('{{ \u201cx\u201d }}', 'U+201C (\u201c) is no quotation mark of Jinja'),
    ('{{ x\u200b }}', 'U+200B is no space that Jinja knows'),
    ('{{ "x }}', 'quoted text is never closed'),
    ('{{ a && b }}', 'Jinja has no &&'),
    ('{{ a || b }}', 'Jinja has no ||'),
    ('{% if a = b %}{% endif %}', "expected token 'end of statement block', got '='"),
    ('{% for a of b %}{% endfor %}', "expected token 'in', got 'of'"),
    ('{% if a %}{% else if b %}{% endif %}', 'Jinja has no {% else if %}'),
    ('{% assign a = 1 %}', "Encountered unknown tag 'assign'."),
    ('{% endif %}', "Encountered unknown tag 'endif'."),
    ('{% if a %}{% endfor %}', "Encountered unknown tag 'endfor'. Jinja was looking for the following "),
    ('{% nope %}', "Encountered unknown tag 'nope'."),
    ('{{}}', 'a tag without anything in it'),
    ('{{ a \u4f60# }}', "unexpected '#'"),
    ('{{ \xe7\u20ac }}', 'unexpected U+20AC (\u20ac)'),
    ('{{ \\ }}', "unexpected '\\\\'"),
    ('{{ a b }}', "expected token 'end of print statement', got 'b'"),
    ('{{#unless x}}', '{{#unless}} is no Jinja'),
    ('{{/unless}}', '{{/unless}} is no Jinja'),
    ('{{#each x}}', '{{#each}} is no Jinja'),
    ('{{/each}}', '{{/each}} is no Jinja'),
    ('{{#with x}}', '{{#with}} is no Jinja'),
    ('{{/with}}', '{{/with}} is no Jinja'),
    ('{% capture x %}', "Encountered unknown tag 'capture'."),
    ('{% endcapture %}', "Encountered unknown tag 'endcapture'."),
    ('{% comment %}', "Encountered unknown tag 'comment'."),
    ('{% unless x %}', "Encountered unknown tag 'unless'."),
    ('{% render "x" %}', "Encountered unknown tag 'render'."),
    ('{% foreach x %}', "Encountered unknown tag 'foreach'."),
    ('{{ a ? b : c }}', 'Jinja has no ?'),
    ('{{ !x }}', '{{!x}} is no Jinja'),
    ('{{/if}}', '{{/if}} is no Jinja'),
    ("{{ [a, " + "b, " * 6000 + "] }}", "more than 12000 words and signs inside tags"),
    ("{{ " + "(" * 2000 + "a" + ")" * 2000 + " }}", "nested too deeply"),
    ("{{ " + "9" * 5000 + " }}", "a number is too long"),
]  # fmt: skip
TABLE += [("prompty", f"---\ntemplate: jinja2\n---\n{template}", said) for template, said in TEMPLATES]

# What the libraries say, which is looked for and not said; and what cannot be met.
HEARD = {
    *(part for part, *_ in yaml_error._WORDS),
    *(start for start, _ in json_errors._EXPLANATIONS),
    yaml_error._QUOTED,
    yaml_reader._TOO_DEEP,
    "invalid template",  # every error of Jinja has a message
}


def problems(form: str, text: str) -> tuple[Problem, ...]:
    return parse(form, "p/a", text.encode("utf-8", "surrogatepass")).problems


@pytest.mark.parametrize(("form", "text", "said"), TABLE, ids=range(len(TABLE)))
def test_a_text_brings_its_message_about(form: str, text: str, said: str) -> None:
    assert any(problem.message.startswith(said) for problem in problems(form, text))


def test_no_message_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [one for form, text, _ in TABLE for one in problems(form, text)]
    monkeypatch.setattr(yaml_reader, "_Loader", yaml.SafeLoader)  # libyaml is not everywhere
    found += [
        one for form, text, _ in TABLE if form == "yaml" and len(text) < 200 for one in problems(form, text)
    ]
    shown = {
        text
        for one in found
        for text in (one.message, one.hint, *(note.message for note in one.notes))
        if text
    }

    unseen = {
        f"{room}: {source}"
        for room in ROOMS
        for source, said in list_said(FORMATS / f"{room}.py").items()
        if said.pattern not in map(re.escape, HEARD) and not any(said.search(text) for text in shown)
    }

    assert unseen == set()


def test_a_message_that_nothing_brings_about_would_be_found(tmp_path: Path) -> None:
    source = tmp_path / "room.py"
    source.write_text(
        '"""A room."""\n\n\ndef say(x: int) -> str:\n    """Says it."""\n    return f"never {x} said"\n'
    )

    ((written, pattern),) = list_said(source).items()

    assert written == "f'never {x} said'"
    assert pattern.search("never 3 said")
    assert not pattern.search("never said")
