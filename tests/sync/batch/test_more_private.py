"""A file that is narrower than the database's mode is taken, and warned of as long as it is."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from docsync.model import Timing
from docsync.permission import PRIVATE, Audience, Mode
from docsync.upkeep.one_shot import ignore_repair, rebuild_once, sync_once
from docsync.verify import verify
from tests.helpers.project import Project
from tests.helpers.umask import umask_of
from tests.sync.scene import watched

A, B = "personas/a.json", "personas/b.json"
SHARED = Audience(Mode.SHARED)
OWN_GROUP = Audience(Mode.GROUP, os.getegid())
OTHER_GROUP = Audience(Mode.GROUP, os.getegid() + 1)


def start(project: Project, audience: Audience, **changes: object) -> None:
    project.start(audience=lambda: audience, **changes)


def save(project: Project, path: str, bits: int) -> Path:
    file = project.persona(path)
    file.chmod(bits)
    return file


def said(project: Project) -> list[str]:
    assert {code for _, code in project.problems()} <= {"more-private"}
    return [path for path, _ in project.problems()]


@pytest.mark.parametrize(
    ("audience", "bits", "is_warned"),
    [
        (SHARED, 0o644, False),
        (SHARED, 0o604, True),
        (SHARED, 0o640, True),
        (SHARED, 0o600, True),
        (OWN_GROUP, 0o644, False),
        (OWN_GROUP, 0o640, False),
        (OWN_GROUP, 0o604, True),
        (OWN_GROUP, 0o600, True),
        (OTHER_GROUP, 0o644, False),
        (OTHER_GROUP, 0o640, True),
        (PRIVATE, 0o640, False),
        (PRIVATE, 0o600, False),
    ],
)
def test_a_file_is_warned_of_where_a_reader_of_the_database_may_not_read_it(
    project: Project, audience: Audience, bits: int, is_warned: bool
) -> None:
    start(project, audience)
    save(project, A, bits)
    save(project, B, 0o644)
    project.settle()
    assert project.paths() == [A, B]
    assert said(project) == ([A] if is_warned else [])


def test_a_chmod_alone_brings_and_takes_the_warning_and_a_save_keeps_it(project: Project) -> None:
    start(project, SHARED)
    with watched(project) as scene:
        file = scene.project.root / A
        scene.do(lambda: save(project, A, 0o644))
        for bits in (0o600, 0o644, 0o600):
            scene.do(partial(file.chmod, bits))
            scene.settle()
            assert said(project) == ([A] if bits == 0o600 else [])
        scene.do(lambda: project.persona(A, name="new"))
        scene.settle()
        assert (said(project), project.names()[A]) == ([A], "new")


def test_a_broken_file_is_warned_of_and_one_that_went_is_not(project: Project) -> None:
    start(project, SHARED)
    save(project, A, 0o600)
    save(project, B, 0o600)
    save(project, "personas/c.json", 0o644)
    project.settle()
    project.write(A, "{")
    project.settle()
    assert project.problems() == [(A, "json-truncated"), (A, "more-private"), (B, "more-private")]
    for path in (A, B):
        (project.root / path).unlink()
    project.settle()
    assert project.problems() == []


def test_another_mode_is_said_of_every_file_at_the_next_start_and_changes_no_row(project: Project) -> None:
    start(project, PRIVATE)
    save(project, A, 0o600)
    project.settle()
    for audience, warned in ((SHARED, [A]), (PRIVATE, [])):
        start(project, audience)
        assert project.sync().applied.upserted == []
        assert said(project) == warned


def test_it_can_be_ignored(project: Project) -> None:
    start(project, SHARED)
    save(project, A, 0o600)
    project.settle()
    assert said(project) == [A]
    start(project, SHARED, ignore=frozenset({"more-private"}))
    project.settle()
    assert said(project) == []


def test_a_link_has_the_bits_of_its_file(project: Project) -> None:
    start(project, SHARED)
    (save(project, "personas/.store/x.json", 0o600)).chmod(0o600)
    (project.root / A).symlink_to(".store/x.json")
    project.settle()
    assert said(project) == [A]


@pytest.mark.parametrize("ways", [sync_once, lambda s, d: rebuild_once(s, d, None, ignore_repair)])
def test_verify_finds_what_a_sync_and_a_rebuild_have_said(
    project: Project, ways: Callable[..., object]
) -> None:
    project.close()
    settings = replace(project.settings, timing=Timing(0, 1_000_000, 2_000_000))
    save(project, A, 0o600)
    with umask_of(0o077):
        sync_once(replace(settings, mode=Mode.SHARED), project.database)
        ways(settings, project.database)
    project.start()
    assert said(project) == [A]
    project.close()
    assert verify(settings, project.database).differences == ()
    (project.root / A).chmod(0o644)
    assert [one.what for one in verify(settings, project.database).differences] == [
        "problem more-private reported, but not there"
    ]
