"""Content that changed while the stamp stayed: whoever is told where to look reads, whatever the stamp says."""

import pytest

from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.scan.read import stamp_of
from docsync.upkeep.one_shot import preview, sync_once
from tests.helpers.project import Project
from tests.helpers.rig import Rig

PATH = "personas/team/ana.json"


def change_under_the_same_stamp(project: Project) -> None:
    """Write other bytes into the file, and record the stamp that it has now as the one of the bytes before.

    A mapping on tmpfs does that without a trace, a clock that was set back leaves one that nobody can tell.
    """
    file = project.persona(PATH, name="new")
    values = stamp_of(file.stat())
    project.connection.execute(
        "UPDATE files SET mtime_ns = ?, ctime_ns = ?, size = ?, inode = ?, device = ?, racy = 0 WHERE file_path = ?",
        (*values, PATH),
    )


@pytest.fixture
def changed(project: Project) -> Project:
    project.persona(PATH, name="old")
    project.settle()
    project.later(600)
    change_under_the_same_stamp(project)
    return project


@pytest.mark.parametrize(
    "sign", [Sign.CLOSED, Sign.OPEN, Sign.WRITTEN, Sign.RENAMED, Sign.GONE, Sign.ATTRIBUTES]
)
def test_a_hinted_file_is_read(changed: Project, sign: Sign) -> None:
    changed.sync(PATH, sign=sign)
    assert changed.names() == {PATH: "new"}


def test_a_rescan_and_the_hint_of_a_folder_believe_the_stamp(changed: Project) -> None:
    for scope in (EVERYTHING, "personas/team"):
        assert changed.sync(scope).looked == 0
    assert changed.names() == {PATH: "old"}


@pytest.mark.parametrize("scope", [PATH, "personas/team", "personas", EVERYTHING])
def test_a_scope_that_is_asked_for_is_read(changed: Project, scope: str) -> None:
    rig = Rig(changed)
    asked = rig.ask(scope)
    rig.step()
    assert rig.answer(asked)
    assert changed.names() == {PATH: "new"}


def test_a_scope_that_is_asked_for_is_read_by_the_try_that_succeeds(
    changed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(changed)
    rig.settle()
    asked = rig.ask(PATH)
    with monkeypatch.context() as patched:
        patched.setattr(rig.loop._git_hold, "check", _git_moves_on)
        rig.step()
    assert not rig.answer(asked)
    rig.later(10)
    rig.step()
    assert rig.answer(asked)
    assert changed.names() == {PATH: "new"}


def _git_moves_on(now_ns: int) -> None:
    from docsync.sync.thread.git_hold import GitAtWork

    raise GitAtWork


def test_a_sync_without_a_daemon_reads_all_files_and_its_preview_says_so(changed: Project) -> None:
    changed.close()
    assert preview(changed.settings, changed.database).upserted == [PATH]
    assert sync_once(changed.settings, changed.database).upserted == (PATH,)
    assert sync_once(changed.settings, changed.database).upserted == ()


def test_equal_bytes_are_a_touch_and_no_revision(project: Project) -> None:
    project.persona(PATH, name="old")
    project.settle()
    project.connection.execute("UPDATE files SET racy = 0")
    revision = project.revision
    report = project.sync(PATH, sign=Sign.ATTRIBUTES)
    assert (report.looked, report.applied.upserted, project.revision) == (1, [], revision)
