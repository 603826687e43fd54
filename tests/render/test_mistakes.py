"""Whatever a template raises is a RenderError with the line and column of the file."""

import pytest

from docsync.render.error import RenderError
from docsync.render.render import render
from tests.render.prompt import MUSTACHE, Prompt, stored


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ("a\n{{ x", "2:4: unexpected end of template, expected 'end of print statement'."),
        ("a\n  {% foo %}", "2:6: Encountered unknown tag 'foo'."),
        ("a\n{% if a %}b", "2:11: Unexpected end of template. Jinja was looking for"),
        ("a {# b", "1:5: Missing end of comment tag"),
        ("a {{ ` }}", "1:6: unexpected char '`'"),
        ("a\n\n{{ 'x'.y | nothing }}", "3:12: No filter named 'nothing'."),
        ("a {{ 1 / 0 }}", "1:6: division by zero"),
        (
            "a {{ range(1000000) }}",
            "1:11: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
        ),
        ("a {{ ''.__class__.x }}", "1:18: access to attribute '__class__' of 'str' object is unsafe."),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "1:20: goes too deep into itself"),
        ("{{ a" + ".b" * 20_000 + " }}", "1:1: cannot be compiled: goes too deep into itself"),
        ("{{ " + "(" * 300 + "1" + ")" * 300 + " }}", "1:30: nested too deeply"),
        (
            "{% for a in b %}" * 25 + "{% endfor %}" * 25,
            "1:1: cannot be compiled: too many statically nested blocks",
        ),
    ],
)
def test_a_fault_of_a_template_has_its_line_and_column(body: str, mistake: str) -> None:
    (found,) = Prompt(body).mistakes()
    assert found.startswith(mistake)


def test_the_place_is_that_in_the_file_whatever_its_line_ends() -> None:
    for end in ("\n", "\r\n", "\r"):
        text = f"---{end}name: x{end}---{end}{end}user:{end}é {{{{ a.b }}}}{end}"
        with pytest.raises(RenderError) as caught:
            render(stored(text), {"a": {"c": 1}}, path="prompts/test.prompty")
        (mistake,) = caught.value.mistakes
        assert (mistake.path, mistake.line, mistake.column) == ("prompts/test.prompty", 6, 7), repr(end)


def test_a_missing_member_is_told_which_one_may_be_meant() -> None:
    prompt = Prompt("user:\n{{ p.nmae }}")
    assert prompt.mistakes(p={"name": "x"}) == [
        "2:5: there is no 'nmae' in the object here; did you mean 'name'?"
    ]
    assert prompt.mistakes(p="text") == ["2:5: a text has no 'nmae'"]
    assert prompt.mistakes(p=None) == ["2:5: null has no 'nmae'"]


@pytest.mark.parametrize(
    "use",
    [
        "{{ p.x }}",
        "{% for a in p.x %}{% endfor %}",
        "{{ p.x + 1 }}",
        "{{ p.x.y }}",
        "{{ p.x == 1 }}",
        "{{ p.x | upper }}",
        "{{ p.x | tojson }}",
    ],
)
def test_what_is_not_there_is_a_mistake_in_every_use(use: str) -> None:
    assert len(Prompt(f"user:\n{use}").mistakes(p={})) == 1


def test_what_is_not_there_is_false_in_a_test() -> None:
    body = "user:\n{% if p.x %}a{% elif not p.x %}b{% endif %}{{ 'c' if p.x else 'd' }}{{ p.x or 'e' }}{{ p.x | default('f') }}"
    assert Prompt(body).pairs(p={}) == [("user", "bdef")]


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ("a\n{{#x}}", "2:1: the section 'x' is never closed"),
        ("a\n{{/x}}", "2:1: '/x' closes no section"),
        ("a\n{{x", "2:1: a tag is never closed"),
        ("a {{=x}}", "1:3: delimiters are changed as {{=<% %>=}}"),
        ("a {{ }}", "1:3: a tag without a name"),
        ("a {{a..b}}", "1:3: a tag without a name"),
        ("{{>}}", "1:1: a partial without a name"),
        ("{{#x}}" * 101 + "{{/x}}" * 101, "1:601: sections are nested too deeply"),
    ],
)
def test_a_fault_in_mustache_has_its_line_and_column(body: str, mistake: str) -> None:
    assert Prompt(body, MUSTACHE).mistakes() == [mistake]


def test_a_value_that_is_not_there_is_a_mistake_in_mustache() -> None:
    prompt = Prompt("{{#people}}\n {{nmae}}\n{{/people}}", MUSTACHE)
    assert prompt.mistakes(people=[{"name": "x"}]) == ["2:2: 'nmae' is not there"]


def test_only_a_prompt_renders() -> None:
    with pytest.raises(RenderError, match=r"a.json: is no prompt"):
        render({"name": "x"}, {}, path="a.json")


def test_so_many_messages_are_a_mistake() -> None:
    (mistake,) = Prompt("{% for i in range(9999) %}\nuser:\n{% endfor %}").mistakes()
    assert mistake == "2:1: more than 5000 messages, threads and images"
    assert len(Prompt("{% for i in range(5000) %}\nuser:\n{% endfor %}").pairs()) == 5000
