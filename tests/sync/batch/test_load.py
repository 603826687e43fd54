"""One file to one change: what counts as bad news, what as the same, and what is looked at once more."""

import os
from pathlib import Path

import pytest

from docsync.model import Sign
from tests.helpers.mounting import Mounts, mounts
from tests.helpers.project import Project

__all__ = ["mounts"]

A = "personas/a.json"
P = "prompts/p.prompty"


def prompt(size: int) -> str:
    head = "---\nname: P\n---\nsystem:\n"
    return head + "x" * (size - len(head))


def body_size(project: Project) -> int:
    return int(project.query("SELECT length(json_extract(document, '$.body')) FROM documents")[0][0])


@pytest.mark.parametrize(("size", "suspicious"), [(50, False), (49, True)])
def test_less_than_half_of_the_last_good_size_is_suspicious(
    project: Project, size: int, suspicious: bool
) -> None:
    project.write(P, prompt(100))
    project.sync()
    full = body_size(project)
    project.write(P, prompt(size))
    project.sync(P, sign=Sign.CLOSED)
    assert (body_size(project) == full) is suspicious
    assert (P in project.engine.list_undecided()) is suspicious


def test_a_persona_proves_itself_complete_however_short_it_is(project: Project) -> None:
    project.persona(A, name="A", text="x" * 1000)
    project.sync()
    project.write(A, '{"name":"B"}')
    project.sync(A, sign=Sign.CLOSED)
    assert project.names() == {A: "B"}


def test_a_suspicious_file_that_was_heard_of_lately_still_waits(project: Project) -> None:
    project.write(P, prompt(100))
    project.sync()
    project.last_hints[P] = project.now_ns
    project.later(4000)
    project.write(P, prompt(40))
    full = body_size(project)
    project.sync()
    assert body_size(project) == full


def test_a_suspicious_file_that_becomes_whole_again_was_never_in_doubt(project: Project) -> None:
    project.write(P, prompt(100))
    project.sync()
    project.write(P, prompt(40))
    project.sync(P, sign=Sign.CLOSED)
    project.write(P, prompt(100))
    project.sync(P, sign=Sign.CLOSED)
    assert project.engine.list_undecided() == set()


def test_a_file_that_changes_while_it_is_read_is_looked_at_again_and_nothing_is_believed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.persona(A, name="A")
    real, once = os.read, [1]

    def read_then_write(descriptor: int, count: int) -> bytes:
        chunk = real(descriptor, count)
        if once:
            once.pop()
            project.persona(A, name="Longer than before")
        return chunk

    monkeypatch.setattr(os, "read", read_then_write)
    report = project.sync()
    assert (project.paths(), set(report.again)) == ([], {A})
    assert report.again[A] == project.now_ns + 10_000_000
    project.sync(A)
    assert project.names() == {A: "Longer than before"}


def test_a_file_that_goes_between_scan_and_read_is_missing_and_not_broken(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.persona(A, name="A")
    project.persona("personas/keep.json")
    project.sync()
    project.persona(A, name="Other")
    real, gone = os.open, [1]

    def open_too_late(path: str, flags: int, *, dir_fd: int | None = None) -> int:
        if gone and path.endswith("a.json"):
            gone.pop()
            (project.root / A).unlink()
        return real(path, flags, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", open_too_late)
    report = project.sync(A)
    assert project.names()[A] == "A"
    for path in report.again:
        project.sync(path)
    project.settle()
    assert (project.paths(), project.problems()) == (["personas/keep.json"], [])


@pytest.mark.parametrize("known", [True, False])
def test_a_file_without_document_that_goes_between_scan_and_read_leaves_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    project.write(A, "{")
    if known:
        project.settle()
    project.write(A, "{{")
    real = os.open

    def open_too_late(path: str, flags: int, *, dir_fd: int | None = None) -> int:
        if path.endswith("a.json"):
            (project.root / A).unlink(missing_ok=True)
        return real(path, flags, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", open_too_late)
    project.sync(A)
    assert (project.problems(), project.query("SELECT * FROM files")) == ([], [])


def test_a_file_that_may_not_be_opened_keeps_its_row(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.persona(A, name="A")
    project.sync()
    project.persona(A, name="B")
    real = os.open

    def refuse(path: str, flags: int, *, dir_fd: int | None = None) -> int:
        if path.endswith("a.json"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", refuse)
    project.settle()
    assert (project.names(), project.problems()) == ({A: "A"}, [(A, "unreadable")])
    monkeypatch.undo()
    project.settle()
    assert (project.names(), project.problems()) == ({A: "B"}, [])


def test_a_file_that_grew_too_large_keeps_its_row(project: Project) -> None:
    project.start(max_file_bytes=100)
    project.persona(A, name="A")
    project.sync()
    project.persona(A, name="A", text="x" * 100)
    project.settle()
    assert (project.names(), project.problems(), project.states()) == (
        {A: "A"},
        [(A, "too-large")],
        {"persona/a": "stale"},
    )


def test_a_broken_file_that_is_touched_is_not_told_again(project: Project) -> None:
    file = project.write(A, "{")
    project.settle()
    revision = project.revision
    os.utime(file, (1, 1))
    report = project.sync(A)
    assert (report.applied.touched, project.revision, project.problems()) == (
        1,
        revision,
        [(A, "json-truncated")],
    )


def test_the_same_size_and_time_with_other_content_is_found(project: Project) -> None:
    file = project.persona(A, name="AAA")
    os.utime(file, (1, 1))
    project.sync()
    project.persona(A, name="BBB")
    os.utime(file, (1, 1))
    project.sync()
    assert project.names() == {A: "BBB"}


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "1970-01-01T00:00:00.000Z"), (-3600, "1969-12-31T23:00:00.000Z"), (7_258_118_400, "2200-01-01T00:00:00.000Z"),
     (10_400_000_000, "2262-04-11T23:47:16.854Z")],
)  # fmt: skip
def test_a_file_may_be_of_any_age(project: Project, seconds: int, shown: str) -> None:
    os.utime(project.persona(A), (seconds, seconds))
    project.sync()
    assert project.query("SELECT file_modified FROM documents") == [(shown,)]
    project.later(1000)
    assert project.sync().applied.changed is False


def test_a_warning_that_is_ignored_is_not_told_and_an_error_always_is(project: Project) -> None:
    project.write(A, '{"name": "A", "name": "B"}')
    project.settle()
    ((_, code),) = project.problems()
    project.start(ignore=frozenset({code, "json-truncated"}))
    project.write("personas/b.json", "{")
    project.settle()
    assert project.problems() == [("personas/b.json", "json-truncated")]


def test_a_file_that_never_reads_as_long_as_it_says_is_told_and_delays_nobody(
    project: Project, mounts: Mounts
) -> None:
    mounts.over(project.write("personas/odd.json", "{}"), Path("/proc/version"))
    project.persona("personas/ana.json")
    project.settle()
    assert project.problems() == [("personas/odd.json", "unreadable")]
    assert project.paths() == ["personas/ana.json"]
    mounts.off(project.root / "personas/odd.json")
    project.settle()
    assert (project.problems(), project.paths()) == ([], ["personas/ana.json", "personas/odd.json"])
