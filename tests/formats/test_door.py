"""The door to the formats: whatever the bytes are, the answer is a value within the limits."""

import pytest

from docsync import formats
from docsync.formats import get_format, parse
from docsync.formats.format import Format
from docsync.formats.limits import LIMITS
from docsync.formats.source import FileRefused, SourceText
from docsync.model import ParsedFile, Severity
from docsync.registry import FORMATS


class Faulty(Format):
    """A format with a bug: it fails as it is told."""

    name = "faulty"
    version = 1

    def __init__(self, error: Exception) -> None:
        self.error = error

    def parse(self, source: SourceText) -> ParsedFile:
        raise self.error


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_there_under_its_name(name: str) -> None:
    found = get_format(name)

    assert (found.name, found.proves_complete) == (name, name == "json")
    assert found.version >= 1


def test_an_unknown_format_is_named_with_those_that_exist() -> None:
    with pytest.raises(LookupError, match=r"no format is named 'xml'; there are json, prompty"):
        get_format("xml")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"a\0", "nul"),
        (b"Jos\xe9", "encoding"),
        (b"<<<<<<< a\n=======\n>>>>>>> b\n", "merge-conflict"),
    ],
)
def test_every_format_refuses_what_is_no_text(name: str, octets: bytes, code: str) -> None:
    parsed = parse(name, "p/a", octets)

    assert parsed.content is None
    assert [problem.code for problem in parsed.problems] == [code]


def test_an_unfinished_merge_can_be_allowed() -> None:
    parsed = parse("json", "p/a.json", b"<<<<<<< a\n=======\n>>>>>>> b\n", allow_conflicts=True)

    assert [problem.code for problem in parsed.problems] == ["json-syntax"]


@pytest.mark.parametrize("error", [RuntimeError("secret"), RecursionError(), MemoryError(), KeyError("x")])
def test_a_bug_in_a_format_is_a_problem_of_that_file(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(formats, "get_format", lambda _: Faulty(error))

    parsed = parse("faulty", "p/a.json", b"{}")

    assert parsed.content is None
    assert [problem.code for problem in parsed.problems] == ["internal"]
    assert f"{type(error).__name__} at test_door.py:" in parsed.problems[0].message
    assert "secret" not in parsed.problems[0].message


def test_problems_beyond_the_limit_are_counted() -> None:
    parsed = parse("json", "p/a.json", ("{" + ",".join(['"a":1'] * 50) + "}").encode())

    assert len(parsed.problems) == LIMITS.problems + 1
    assert parsed.problems[-1].message == "and 29 more problems in this file"
    assert parsed.problems[-1].severity is Severity.WARNING
    assert parsed.content


def test_problems_that_nobody_counts_any_more_are_said_to_be_more() -> None:
    parsed = parse("json", "p/a.json", ("{" + ",".join(['"a":1'] * 5000) + "}").encode())

    assert parsed.problems[-1].message == "and at least 980 more problems in this file"


def test_an_error_is_never_cut_away_by_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    source = SourceText("p/a.json", "x")
    warnings = [source.problem("w", "w", 0, severity=Severity.WARNING)] * 30
    faulty = Faulty(FileRefused(*warnings, source.problem("e", "e", 0)))
    monkeypatch.setattr(formats, "get_format", lambda _: faulty)

    parsed = parse("faulty", "p/a.json", b"x")

    assert parsed.problems[0].code == "e"
    assert parsed.problems[-1].message == "and 11 more problems in this file"


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ([f"t{n}" for n in range(150)], [f"t{n}" for n in range(LIMITS.tags)]),
        (["x" * 500 + "1", "x" * 500 + "2", "y"], ["x" * LIMITS.tag_characters, "y"]),
    ],
)
def test_tags_beyond_the_limits_are_dropped_with_a_warning(tags: list[str], kept: list[str]) -> None:
    listed = ",".join(f'"{tag}"' for tag in tags)

    parsed = parse("json", "p/a.json", f'{{"tags":[{listed}]}}'.encode())

    assert parsed.content
    assert list(parsed.content.tags) == kept
    assert [(problem.code, problem.severity) for problem in parsed.problems] == [("tags", Severity.WARNING)]
