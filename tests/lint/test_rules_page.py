"""docs/rules.md is true: it lists every code that there is, and its examples do what they say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import docsync
from docsync.formats import parse
from docsync.lint import RULES, LintRule
from docsync.lint.schema import compile_schema
from docsync.model import Reference, ReferenceStatus, ResolvedReference, Severity
from docsync.names import Collection
from docsync.registry import list_ignorable_codes
from docsync.sync.batch.review import DocumentRules, ReadFile, Review

PACKAGE = Path(docsync.__file__).parent
PAGE = (PACKAGE.parent / "docs" / "rules.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `([a-z-]+)`\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
# Whose code a call names: what is called, and which of its arguments that is.
CALLS = {
    "Problem": 1, "problem": 0, "Finding": 0, "LintRule": 0, "ScalarIssue": 0, "_fail": 0, "_warn": 0, "_skip": 1,
    "_problem": 1, "LeftOut": 0,
}  # fmt: skip
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
ROOMS = ("cli", "formats", "lint", "scan", "sync")


def codes_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments):
                place = CALLS.get(name, 99)
                if place < len(arguments) and isinstance(code := arguments[place], ast.Constant):
                    yield str(code.value)
            case ast.Assign(
                targets=[ast.Name(id="CODE" | "SYNTAX" | "TOO_LARGE")], value=ast.Constant(value=str(code))
            ):
                yield code


def codes_of_the_source() -> set[str]:
    files = [path for room in ROOMS for path in (PACKAGE / room).rglob("*.py")]
    return {code for path in files for code in codes_in(path) if CODE.fullmatch(code)}


def examples() -> Iterator[tuple[str, str, str, str]]:
    for code, section in SECTIONS.items():
        for form, kind, text in re.findall(
            r"^```(\w+) (bad|good)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL
        ):
            yield code, form, kind, text


def codes_of(form: str, text: str, *ignore: str) -> dict[str, Severity]:
    """The codes that a file gets beside a file 'there.json', in a collection with the schema of the page."""
    suffix = {"markdown": "md"}.get(form, form)
    collection = Collection("note", "notes", (f"**/*.{suffix}",), form)
    path, octets = f"notes/a.{suffix}", text.encode()
    parsed = parse(form, path, octets)
    if parsed.content is not None:
        links = tuple(resolved(reference) for reference in parsed.content.references)
        schema = re.search(r"`(\{\"required\".*?)`", SECTIONS["schema"])
        assert schema
        schemas = {"note": compile_schema("page", schema[1].encode())} if form == "json" else {}
        review = Review(DocumentRules(frozenset(ignore), schemas=schemas))
        parsed = review.review(ReadFile(path, collection, octets, links), parsed.content, parsed.problems)
    return {problem.code: problem.severity for problem in parsed.problems}


def resolved(reference: Reference) -> ResolvedReference:
    if not reference.is_file:
        return ResolvedReference(reference, None, ReferenceStatus.NOT_CHECKED)
    status = ReferenceStatus.OK if reference.target == "there.json" else ReferenceStatus.MISSING
    return ResolvedReference(reference, f"notes/{reference.target}", status)


def test_every_code_of_the_source_has_a_section_and_every_section_a_code() -> None:
    assert set(SECTIONS) == codes_of_the_source()


def test_what_can_be_ignored_is_what_the_configuration_lets_ignore() -> None:
    told = {code for code, section in SECTIONS.items() if "can be ignored" in section.splitlines()[0]}

    assert told == set(list_ignorable_codes())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_its_summary_and_both_examples(rule: LintRule) -> None:
    section = SECTIONS[rule.code]

    assert rule.summary in section.splitlines()[0]
    assert re.findall(r"^```\w+ (bad|good)$", section, re.MULTILINE) == ["bad", "good"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_warns_of_its_bad_example_and_can_be_ignored(rule: LintRule) -> None:
    ((form, text),) = [
        (form, text) for code, form, kind, text in examples() if (code, kind) == (rule.code, "bad")
    ]

    assert codes_of(form, text)[rule.code] is Severity.WARNING
    assert rule.code not in codes_of(form, text, rule.code)


@pytest.mark.parametrize(
    ("code", "form", "kind", "text"), [*examples()], ids=lambda value: value if len(value) < 30 else ""
)
def test_an_example_does_what_the_page_says(code: str, form: str, kind: str, text: str) -> None:
    found = codes_of(form, text)

    if kind == "good":
        assert found == {}
    else:
        assert found[code].value in SECTIONS[code].splitlines()[0]


def test_what_is_an_error_always_is_never_called_ignorable_but_for_the_two() -> None:
    told = {code for code, section in SECTIONS.items() if section.startswith("*error · can be ignored*")}

    assert told == {"merge-conflict", "schema"}
