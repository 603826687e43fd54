"""The template part of a prompt, and which variables it is asked for."""

import pytest
import yaml

from docsync.formats.limits import LIMITS
from docsync.formats.prompty.template import Variables, normalize_template, variables_of


def template(front: str, body: str = "") -> object:
    return normalize_template(yaml.safe_load(front), body)


def variables(body: str, kind: str = "jinja2") -> Variables:
    return variables_of(body, {"format": {"kind": kind}})


@pytest.mark.parametrize(
    ("front", "normal"),
    [
        ("{}", "{format: {kind: jinja2}, parser: {kind: prompty}}"),
        ("template: mustache", "{format: {kind: mustache}, parser: {kind: prompty}}"),
        ("template: {type: jinja2, parser: prompty}", "{format: {kind: jinja2}, parser: {kind: prompty}}"),
        ("template: {format: mustache}", "{format: {kind: mustache}, parser: {kind: prompty}}"),
        (
            "template: {format: {kind: x, strict: true}, parser: {options: 1}, strict: true}",
            "{format: {kind: x, strict: true}, parser: {kind: prompty, options: 1}, strict: true}",
        ),
        ("template: {format: 3}", "{format: {kind: jinja2}, parser: {kind: prompty}}"),
        ("template: [a]", "{format: {kind: jinja2}, parser: {kind: prompty}}"),
    ],
)
def test_a_template_is_written_as_v2_would(front: str, normal: str) -> None:
    assert template(front) == yaml.safe_load(normal)


def test_a_body_that_only_mustache_can_read_is_mustache_unless_the_file_says_otherwise() -> None:
    mustache = {"format": {"kind": "mustache"}, "parser": {"kind": "prompty"}}

    assert template("{}", "{{#a}}x{{/a}}") == mustache
    assert template("template: jinja2", "{{#a}}x{{/a}}") != mustache
    assert template("{}", "{{ a }} {# b #}") != mustache


@pytest.mark.parametrize("kind", ["jinja2", "mustache", "nunjucks", "fake"])
def test_variables_are_sorted_in_every_language(kind: str) -> None:
    assert variables("hi {{b}} and {{a}}", kind) == Variables(["a", "b"])
    assert variables("no tags", kind) == Variables([])


def test_a_language_we_do_not_know_has_no_wrong_syntax() -> None:
    assert variables("{{ a b }}", "fake") == Variables(None)
    assert variables("{{ a b }}", "nunjucks").code == "template-syntax"


def test_text_around_the_tags_counts_only_for_the_line() -> None:
    body = "\n" * 3 + "{{ a }}\r\n\r\n{{ b c }}" + "\n" * 3
    found = variables(body)

    assert (found.names, found.code, found.at) == (None, "template-syntax", body.index("c }}"))


def test_an_unclosed_tag_at_the_end_is_found() -> None:
    assert variables("{% if x %}\n{{ name }\n").at == len("{% if x %}\n{{ name ")


def test_a_closing_mark_inside_a_text_does_not_end_the_tag() -> None:
    assert variables("{{ '}}' ~ a }} end") == Variables(["a"])
    assert variables("{{ '%}' ~ a }} {{ '}}' }} {{ b }}") == Variables(["a", "b"])


def test_mustache_may_change_its_marks() -> None:
    assert variables("{{=<% %>=}}<%a%>", "mustache") == Variables(["a"])


@pytest.mark.parametrize("kind", ["jinja2", "mustache"])
def test_tags_are_looked_at_up_to_the_limits(kind: str) -> None:
    assert variables("{{a}}" * LIMITS.template_tags, kind) == Variables(["a"])
    for body in (
        "{{a}}" * (LIMITS.template_tags + 1),
        "{{" + "a" * LIMITS.template_bytes + "}}",
        "{{a}}" + "x" * 300_000 + "{{a}}",
        "{{a}}" + "x" * 300_000 + "}}",
    ):
        assert variables("\n" + body, kind).code == "template-too-large"
        assert variables("\n" + body, kind).at == 1
