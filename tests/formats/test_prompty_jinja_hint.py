"""A template that Jinja cannot read: where in the file, what was meant, and how Jinja writes it."""

import random
import re

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError

from docsync.formats import parse
from docsync.formats.prompty.jinja_variable import jinja_variables
from docsync.model import Problem, Severity

RAW = "write {% raw %} before it and {% endraw %} behind it, or a blank between the braces: { {"


def warned(body: str) -> Problem:
    text = f"---\nname: a\ntemplate: jinja2\n---\n{body}"
    parsed = parse("prompty", "p/a.prompty", text.encode())
    assert parsed.content is not None
    (found,) = [one for one in parsed.problems if one.code == "template-syntax"]
    assert found.severity is Severity.WARNING
    return found


# The mark \u00a7 is where the problem must point to; it is not part of the text.
CASES = [
    ('Say {{"answer"\u00a7: "...", "score": 1}} for {{ q }}.', "expected token 'end of print statement', got ':'", RAW),
    ("Say {{ 'answer'\u00a7: 1 }}", "expected token 'end of print statement', got ':'", RAW),
    ("{{ a[1:2] }} {{ score\u00a7: 1 }}", "expected token 'end of print statement', got ':'", RAW),
    ("Write about {{\u00a7$topic}}.", "Jinja has no $", "write {{ topic }}"),
    ("Write about {{ \u00a7$topic.name }}.", "Jinja has no $", "write {{ topic.name }}"),
    ("one\r\ntwo {{ \u00a7${topic} }}.", "Jinja has no $", "write {{ topic }}"),
    ("{% if \u00a7$topic %}x{% endif %}", "Jinja has no $", "write topic"),
    ("{{ plugin.run \u00a7$topic }}", "Jinja has no $", "write topic"),
    ("{{\u00a7#if x}}a{{/if}}", "{{#if}} is no Jinja", "write {% if \u2026 %}, or say that the body is Mustache"),
    ("{{\u00a7/if}}", "{{/if}} is no Jinja", "write {% endif %}"),
    ("{{\u00a7#each xs}}", "{{#each}} is no Jinja", "write {% for item in \u2026 %}"),
    ("{{\u00a7> footer}}", "{{>footer}} is no Jinja", "write {% include '\u2026' %}"),
    ("{{\u00a7^x}}", "{{^x}} is no Jinja", "say that the body is Mustache: template: {format: mustache}"),
    ("{{\u00a7! note }}", "{{!note}} is no Jinja", "say that the body is Mustache"),
    ('{{ x | default\u00a7: "a" }}', "Jinja has no ':' behind a filter", 'write default("a")'),
    ("{{ x | truncate\u00a7: 5 }}", "Jinja has no ':' behind a filter", "write truncate(5)"),
    ("{{{x\u00a7}}}", "Jinja has no {{{ }}}", "write {{ x }}"),
    ("{{\u00a7}}", "a tag without anything in it", "{% raw %}"),
    ("{% \u00a7%}", "a tag without anything in it", "{% raw %}"),
    ("a\n\u00a7{{ name", "a tag is never closed", "close it with }}"),
    ("a\n{{ x }}\n\u00a7{% if x", "a tag is never closed", "close it with %}"),
    ("{{ name \u00a7}", "unexpected '}'", "close the tag with }}"),
    ("{% if a %}{% endif %}\n\u00a7{% if x %}\nyes", "{% if %} is never closed", "close it with {% endif %}"),
    ("{% for a in b %}{% endfor %}\u00a7{% for x in y %}", "{% for %} is never closed", "close it with {% endfor %}"),
    ("a \u00a7{# b", "a comment is never closed", "close it with #}"),
    ("{{ \u00a7\u201cx\u201d }}", "U+201C (\u201c) is no quotation mark of Jinja", 'use "'),
    ("{{ x \u00a7\u200b}}", "U+200B is no space that Jinja knows", "remove it"),
    ('{{ \u00a7"abc }}', "quoted text is never closed", "add the closing quote"),
    ("{{ a \u00a7&& b }}", "Jinja has no &&", "write and"),
    ("{{ a |\u00a7| b }}", "Jinja has no ||", "write or"),
    ("{% if \u00a7!x %}{% endif %}", "Jinja has no !x", "write not"),
    ("{{ a \u00a7? b : c }}", "Jinja has no ?", "write \u2026 if \u2026 else \u2026"),
    ("{% if x \u00a7= 1 %}{% endif %}", "expected token 'end of statement block', got '='", "compare with =="),
    ("{% for x \u00a7of y %}{% endfor %}", "expected token 'in', got 'of'", "write in"),
    ("{% if x %}{% else \u00a7if y %}{% endif %}", "Jinja has no {% else if %}", "write {% elif \u2026 %}"),
    ("{% \u00a7assign x = 1 %}", "Encountered unknown tag 'assign'.", "write {% set \u2026 = \u2026 %}"),
    ("{% if x %}{% \u00a7elsif y %}{% endif %}", "Encountered unknown tag 'elsif'.", "write {% elif \u2026 %}"),
    ("{% \u00a7endif %}", "Encountered unknown tag 'endif'.", "no tag is open that {% endif %} belongs to"),
    ("{% if a %}{% \u00a7endfor %}", "Encountered unknown tag 'endfor'.", "{% endif %} comes first"),
    ("{% \u00a7nope %}", "Encountered unknown tag 'nope'.", "{% raw %}"),
    ("{{ a \u00a7b }}", "expected token 'end of print statement', got 'b'", None),
    ("{{ b }} {{ a \u00a7b }}", "expected token 'end of print statement', got 'b'", None),
    ("{{ (a \u00a7}}", "unexpected '}', expected ')'", None),
    ("{%- if a -%}\n  x\n{%- endif -%}\n\n  {{ a \u00a7b }}", "expected token 'end of print statement', got 'b'", None),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "message", "hint"), CASES)
def test_what_jinja_cannot_read_is_named_at_its_place(marked: str, message: str, hint: str | None) -> None:
    at = marked.index("\u00a7")
    before = marked[:at].replace("\r\n", "\n")

    found = warned(marked.replace("\u00a7", ""))

    assert found.message.startswith(message), found
    assert hint in (found.hint or "") if hint else found.hint is None, found
    expected = (5 + before.count("\n"), len(before.rpartition("\n")[2]) + 1)
    assert (found.line, found.column) == expected, found


def test_a_place_in_a_body_without_front_matter_counts_the_byte_order_mark() -> None:
    (found,) = parse("prompty", "p/a.prompty", b"\xef\xbb\xbfa {{ $x }}").problems

    assert (found.line, found.column) == (1, 7)


def test_hints_that_propose_a_tag_are_right_when_they_are_done() -> None:
    seed = random.SystemRandom().randrange(2**32)
    dice = random.Random(seed)
    for _ in range(300):
        name = "".join(dice.choices("abcxyz_", k=dice.randint(1, 12))) + dice.choice(["", ".b", "1"])
        tag = dice.choice(
            [
                f"{{{{${name}}}}}",
                f"{{{{ ${name} }}}}",
                f"{{{{ ${{{name}}} }}}}",
                f"{{{{{{{name}}}}}}}",
                f'{{{{ {name} | default: "it" }}}}',
                f"{{{{ {name} | truncate: 5 }}}}",
                f'{{{{"{name}": 1, "b": "x"}}}}',
            ]
        )
        body = f"Hello {{{{ q }}}} and {tag} it is."
        hint = warned(body).hint or ""
        if "raw" in hint:
            done = body.replace(tag, "{% raw %}" + tag + "{% endraw %}")
            assert jinja_variables(done) == {"q"}, f"seed {seed}: {done}"
            continue
        proposed = hint.removeprefix("write ")
        done = (
            body.replace(tag, proposed)
            if proposed.startswith("{{")
            else re.sub(r"\w+: [^}]* ", proposed, body, count=1)
        )
        assert jinja_variables(done) == {"q", name.split(".")[0]}, f"seed {seed}: {done}"


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("{% set g = 'x' %}{% block b %}{{ g }}{% endblock %}", set()),
        ("{% macro f(q) %}{{ q }}{% endmacro %}{% block b %}{{ f(1) }}{% endblock %}", set()),
        ("{% import 'm.j2' as m %}{% block b %}{{ m.f(1) }}{% endblock %}", set()),
        ("{% from 'm.j2' import f, f as h %}{% block b %}{{ f(1) }}{{ h(1) }}{% endblock %}", set()),
        ("{% set g %}x{% endset %}{% if q %}{% block b %}{{ g }}{% endblock %}{% endif %}", {"q"}),
        ("{% set g = 1 %}{% for i in q %}{% block b %}{{ g }}{% endblock %}{% endfor %}", {"q"}),
        ("{% block b %}{{ g }}{% endblock %}{% set g = 'x' %}", {"g"}),
        ("{% for g in q %}{% block b %}{{ g }}{% endblock %}{% endfor %}", {"q", "g"}),
        ("{% block a %}{% set g = 1 %}{% block b %}{{ g }}{% endblock %}{% endblock %}", {"g"}),
        ("{% extends 'base.j2' %}{% block b %}{{ g }}{% endblock %}{% set g = 'x' %}", set()),
        ("{% with g = 1 %}{% block b %}{{ g }}{% endblock %}{% endwith %}", {"g"}),
    ],
)
def test_blocks_know_what_the_template_made_before_them_as_when_it_is_rendered(
    template: str, wanted: set[str]
) -> None:
    assert jinja_variables(template) == wanted

    loader = DictLoader(
        {
            "m.j2": "{% macro f(q) %}{{ q }}{% endmacro %}",
            "base.j2": "{% block b %}{% endblock %}",
        }
    )
    environment = Environment(loader=loader, undefined=StrictUndefined, autoescape=False)
    given = {name: [1] for name in wanted if name != "g"}
    try:
        environment.from_string(template).render(given)
        is_complete = True
    except UndefinedError:
        is_complete = False
    assert is_complete is ("g" not in wanted)


def test_a_hostile_template_is_explained_in_no_time() -> None:
    for body in (
        "{{ a b }}" * 1500,
        "{{ a " * 1500,
        "{{" + "(" * 10_000,
        "{% if x %}" * 1500,
        "{{ $" + "x" * 30_000,
    ):
        warnings = parse("prompty", "p/a.prompty", body.encode()).problems
        assert [one.code for one in warnings if one.code.startswith("template")]
