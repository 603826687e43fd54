"""Variables of Mustache templates."""

import pytest

from docsync.formats.limits import LIMITS
from docsync.formats.prompty.mustache_variable import mustache_variables
from docsync.formats.prompty.template_error import TOO_LARGE, TemplateError


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{{a}} {{ b }} {{{c}}} {{& d}} {{{ e }}}", "abcde"),
        ("{{a.b.c}}", "a"),
        ("{{#a}}{{.}}{{b}}{{/a}}{{^c}}x{{/ c }}", "abc"),
        ("{{! a comment }}{{> partial}}{{x}}", "x"),
        ("{{=<% %>=}}<%a%>{{b}}<%={{ }}=%>{{c}}", "ac"),
        ("no tags { here }", ""),
    ],
)
def test_names_are_found_in_every_kind_of_tag(template: str, names: str) -> None:
    assert mustache_variables(template) == set(names)


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("\n{{a", 2),
        ("{{{a}}", 1),
        ("{{#a}}\r\n", 1),
        ("\r{{/a}}", 2),
        ("{{#a}}\n{{#b}}{{/a}}{{/b}}", 2),
        ("{{}}", 1),
        ("{{#}}x{{/}}", 1),
        ("{{=<%=}}", 1),
    ],
)
def test_what_does_not_parse_is_told_with_its_line(template: str, line: int) -> None:
    with pytest.raises(TemplateError) as caught:
        mustache_variables(template)

    assert caught.value.line == line


def test_tags_behind_changed_marks_are_limited_too() -> None:
    with pytest.raises(TemplateError) as caught:
        mustache_variables("{{=<% %>=}}" + "<%a%>" * LIMITS.template_tags)

    assert caught.value.code == TOO_LARGE
