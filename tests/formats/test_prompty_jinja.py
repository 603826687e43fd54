"""Variables of Jinja templates: as Jinja says, where Jinja may be asked, and safely where it may not."""

import random
import re

import pytest
from jinja2 import Environment, TemplateSyntaxError, meta

from docsync.formats.prompty.jinja_variable import jinja_variables
from docsync.formats.prompty.template_error import TOO_LARGE, TemplateError
from tests.helpers.cpu import least_cpu_seconds
from tests.helpers.for_a_while import try_for_a_while
from tests.helpers.project import Tell

NAMES = ["a", "b", "c", "d", "loop", "self", "caller", "range", "kwargs"]
TARGETS = ["a", "b", "c", "d"]


def asked(template: str) -> set[str]:
    environment = Environment(autoescape=False)
    return meta.find_undeclared_variables(environment.parse(template))


EXPRESSIONS = [
    "<n>", "<n>", "<n>", "<n>", "<n>.x", "<n>[<e>]", "<n> + <e>", "f(<e>)", "<n> | upper", "<n> if <e> else 1", "[<e>, 2]",
    "{'k': <e>}", "not <e>", "<n> is defined", "<n> is sameas <e>", "'t' ~ <e>",
]  # fmt: skip
# Only a macro's body decides whether it has a caller, so its defaults name none.
STATEMENTS = [
    "text {{ <e> }}", "{{ <e> }}", "{% set <t> = <e> %}", "{% set <t>, <t> = <e> %}", "{% set <t> %}<b>{% endset %}",
    "{% if <e> %}<b>{% endif %}", "{% if <e> %}<b>{% elif <t> %}<b>{% else %}<b>{% endif %}",
    "{% for <t> in <e> %}<b>{% else %}<b>{% endfor %}", "{% for <t>, <t>2 in <e> if <e> %}<b>{% endfor %}",
    "{% macro m_<t>(x, y=<t>) %}<b>{{ x }}{% endmacro %}", "{% with <t> = <e> %}<b>{% endwith %}",
    "{% filter upper %}<b>{% endfilter %}", "{% call(q) f(<e>) %}<b>{{ q }}{% endcall %}",
]  # fmt: skip
HOLE = re.compile("<([netb])>")


def written(dice: random.Random, form: str, depth: int = 0) -> str:
    """*form* with its holes filled at random; never a constant expression that takes long to compute."""

    def fill(hole: re.Match[str]) -> str:
        match hole[1]:
            case "n":
                return dice.choice(NAMES)
            case "t":
                return dice.choice(TARGETS)
            case "e":
                return written(dice, dice.choice(EXPRESSIONS) if depth < 3 else "<n>", depth + 1)
            case _:
                forms = dice.choices(STATEMENTS, k=dice.randint(0, 2 if depth < 4 else 0))
                return "".join(written(dice, inner, depth + 1) for inner in forms)

    return HOLE.sub(fill, form)


def test_the_answer_is_that_of_jinja(tell: Tell) -> None:
    def is_taken(dice: random.Random, name: str) -> bool:
        template = "".join(written(dice, form) for form in dice.choices(STATEMENTS, k=dice.randint(1, 4)))
        try:
            expected = asked(template)
        except (TemplateSyntaxError, AssertionError):
            # Some things parse and are refused by the compiler: a loop variable named `loop`, a name it lost.
            return False
        assert jinja_variables(template) == expected, f"{name}: {template}"
        return True

    _, count = try_for_a_while("random templates", tell, is_taken)
    assert count > 10


@pytest.mark.parametrize(
    "template",
    [
        "{% import t as x %}{{ x }}{{ t }}",
        "{% from 'f' import a, b as c %}{{ a }}{{ b }}{{ c }}",
        "{% set space = namespace(x=1) %}{% set space.x = y %}",
        "{% set other.x = y %}",
        "{% block one %}{{ a }}{{ self }}{{ super() }}{% endblock %}",
        "{% for a in b recursive %}{{ loop(a) }}{% for c in a %}{{ loop.index }}{% endfor %}{% endfor %}{{ loop }}",
        "{% autoescape true %}{{ a }}{% endautoescape %}",
        "{% include part %}{% extends base %}",
        "{% for a in b %}{{ later }}{% endfor %}{% set later = 1 %}",
        "{{ later }}{% set later = 1 %}",
        "{% set a %}x{% endset %}{{ a }}",
        "{{ range(3) }}{{ dict(a=b) }}",
        "{% macro m(a, b=c) %}{{ a }}{{ varargs }}{{ caller() }}{% endmacro %}{{ m(d) }}",
        "{% raw %}{{ a }}{% endraw %}{# {{ b }} #}{{ c }}",
        "{% if a %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}",
        "{% set x = 0 %}{% if a %}{% set x = 1 %}{% endif %}{{ x }}",
    ],
)
def test_odd_corners_are_answered_as_jinja_does(template: str) -> None:
    assert jinja_variables(template) == asked(template)


def test_the_arguments_of_a_filter_on_a_set_block_are_wanted() -> None:
    assert jinja_variables("{% set a | replace(b, c) %}x{% endset %}") == {"b", "c"}


@pytest.mark.parametrize(
    "template", ["{{ 9**9**9**9 }}", "{{ 'x' * 10**11 }}", "{{ 'x' | center(10**10) }}{{ a }}"]
)
def test_nothing_is_ever_computed(template: str) -> None:
    assert jinja_variables(template) <= {"a"}
    assert least_cpu_seconds(lambda: jinja_variables(template), 0.25) <= 0.25


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("a\n{{ b c }}", 2),
        ("{% if x %}\n\n", 1),
        ("{{ a }\n", 1),
        ("\n{% nope %}", 2),
        ("{{ " + "9" * 5000 + " }}", 1),
    ],
)
def test_what_does_not_parse_is_told_with_its_line(template: str, line: int) -> None:
    with pytest.raises(TemplateError) as caught:
        jinja_variables(template)

    assert (caught.value.code, caught.value.line) == ("template-syntax", line)


@pytest.mark.parametrize(
    "template",
    [
        "{{ " + "(" * 40 + "a" + ")" * 40 + " }}",
        "{{ " + "not " * 300 + "a }}",
        "{{ " + "-" * 300 + "a }}",
        "{{ " + "a if b else " * 300 + "c }}",
        "{% for a in b %}" * 100 + "{% endfor %}" * 100,
        "{{ a" + ".b" * 6100 + " }}",
        "{{ '}}' }}{{ " + "a + " * 6100 + "a }}",
    ],
)
def test_depth_and_length_are_limited(template: str) -> None:
    with pytest.raises(TemplateError) as caught:
        jinja_variables(template)

    assert caught.value.code == TOO_LARGE


def test_a_long_expression_is_not_a_deep_one() -> None:
    assert jinja_variables("{{ a" + ".b" * 3000 + " }}") == {"a"}
    assert jinja_variables("{{ " + "a + " * 3000 + "b }}") == {"a", "b"}
