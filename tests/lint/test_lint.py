"""The rules themselves: when each speaks and when it keeps silent."""

import pytest

from docsync.lint import RULES, Finding, Subject, lint
from docsync.model import Reference, ReferenceStatus, ResolvedReference, Severity
from docsync.registry import list_rules


def told(subject: Subject) -> list[tuple[str, str | None, str | None]]:
    return [(finding.code, finding.at, finding.body_text) for finding in lint(subject)]


def link(status: ReferenceStatus, at: str = "sample") -> ResolvedReference:
    return ResolvedReference(Reference("file", "a.json", at), None, status)


def test_an_undeclared_variable_is_looked_for_in_the_body() -> None:
    assert told(Subject({"name": "A"}, undeclared=("who",))) == [("undeclared-variable", None, "who")]


@pytest.mark.parametrize(
    "written", [{}, {"base": "b.prompty"}, {"inputs": "${file:i.json}"}, {"sample": "${file:s.json}"}]
)
def test_where_another_file_may_declare_it_no_variable_is_undeclared(written: dict[str, object]) -> None:
    assert told(Subject(written, undeclared=("who",))) == []


def test_a_variable_that_is_spelled_like_an_unused_input_names_it() -> None:
    first, second = (
        lint(Subject({"a": 1}, undeclared=("firstname",), unused=unused))[0]
        for unused in (("firstName",), ())
    )

    assert first.hint == "did you mean 'firstName', which is declared and not used?"
    assert second.hint == "add 'firstname' to inputs"


def test_names_are_not_compared_where_there_are_too_many() -> None:
    names = tuple(f"name{number}" for number in range(100))

    assert lint(Subject({"a": 1}, undeclared=names, unused=("nam",)), {"unused-input"})[0].hint != (
        lint(Subject({"a": 1}, undeclared=names, unused=("nam", "name", "names")), {"unused-input"})[0].hint
    )


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ({"inputs": {"a": 1}}, "inputs.a"),
        ({"inputs": [{"name": "b"}, {"name": "a"}, "word"]}, "inputs[1]"),
        ({"inputs": {"b": 1}, "sample": {"a": 1}}, "sample.a"),
        ({"inputs": [{"name": "b"}], "sample": {"a": 1}}, "sample.a"),
        ({"inputSchema": {"a": 1}}, "inputSchema.a"),
        ({}, None),
    ],
)
def test_an_unused_input_is_told_where_it_is_declared(written: dict[str, object], at: str | None) -> None:
    assert told(Subject(written, unused=("a",))) == [("unused-input", at, None)]


@pytest.mark.parametrize(
    "written",
    [
        {"base": "b.prompty"},
        {"tools": [{"name": "t", "bindings": {"city": {"input": "a"}}}]},
        {"tools": {"t": {"bindings": [{"name": "city", "input": "a"}]}}},
    ],
)
def test_an_input_that_goes_elsewhere_is_used(written: dict[str, object]) -> None:
    assert told(Subject(written, unused=("a",))) == []


def test_an_input_that_only_shares_its_name_with_a_tool_is_not_used() -> None:
    assert told(Subject({"tools": [{"name": "a", "bindings": {}}]}, unused=("a",))) == [
        ("unused-input", None, None)
    ]


@pytest.mark.parametrize("status", [ReferenceStatus.MISSING, ReferenceStatus.OUTSIDE])
def test_a_reference_that_leads_nowhere_is_told_where_it_is_written(status: ReferenceStatus) -> None:
    assert told(Subject({}, links=(link(status),))) == [("missing-reference", "sample", None)]
    assert told(Subject({}, links=(link(status, "body"),))) == [("missing-reference", None, "a.json")]


@pytest.mark.parametrize("status", [ReferenceStatus.OK, ReferenceStatus.NOT_CHECKED])
def test_a_reference_that_leads_somewhere_is_fine(status: ReferenceStatus) -> None:
    assert told(Subject({}, links=(link(status),))) == []


def test_a_secret_is_told_and_not_printed() -> None:
    (finding,) = lint(Subject({"model": {"apiKey": "sk-1"}}))

    assert (finding.code, finding.at) == ("literal-secret", "model.apiKey")
    assert "sk-1" not in repr(finding)


def test_every_rule_is_in_a_file_named_like_its_code() -> None:
    assert [rule.code for rule in RULES] == [*list_rules()]


def test_a_finding_warns_unless_it_says_otherwise() -> None:
    assert Finding("a", "b").severity is Severity.WARNING


def test_a_rule_says_only_so_much() -> None:
    assert len(lint(Subject({"token": ["abc"] * 1000}))) == 50
