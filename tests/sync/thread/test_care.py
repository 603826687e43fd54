"""What the loop does about damage: it lets it be mended, and goes on with the new engine as if nothing had been seen."""

import pytest

from docsync.errors import Damaged, StoreReason, StoreUnavailable
from tests.helpers.project import Project
from tests.helpers.rig import Rig


@pytest.fixture
def rig(project: Project) -> Rig:
    project.persona("personas/ana.json", name="Ana")
    rig = Rig(project)
    rig.settle()
    return rig


def damage(rig: Rig) -> None:
    """Something that the next sync of it stumbles over: a text that is none."""
    rig.project.connection.execute("UPDATE files SET content_hash = CAST(x'ff41' AS TEXT)")


def heal(rig: Rig) -> None:
    rig.project.connection.execute("DELETE FROM files")
    rig.project.connection.execute("DELETE FROM documents")


def test_damage_is_mended_before_the_next_try_and_nothing_is_lost(rig: Rig) -> None:
    damage(rig)
    rig.project.persona("personas/ana.json", name="Anna")
    rig.hint("personas/ana.json")
    rig.later(1000)
    rig.step()
    assert [reason.code for reason in rig.vitals.reasons] == ["damaged"]
    assert rig.mended == []
    heal(rig)
    rig.project.persona("personas/unseen.json")
    rig.later(60)
    rig.settle()
    assert rig.mended == ["damaged"]
    assert rig.vitals.reasons == ()
    assert rig.project.names() == {"personas/ana.json": "Anna", "personas/unseen.json": "unseen"}


def test_a_mending_that_is_refused_is_tried_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    damage(rig)
    rig.hint("personas/ana.json")
    rig.later(1000)
    rig.step()
    full = StoreUnavailable(StoreReason.DISK_FULL, "no space left")

    def refuse(error: StoreUnavailable, _progress: object) -> None:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr(rig, "repair", refuse)
        rig.later(60)
        rig.step()
        assert {reason.code for reason in rig.vitals.reasons} == {"damaged", "disk_full"}
    heal(rig)
    rig.later(1000)
    rig.settle()
    assert rig.mended == ["damaged"]
    assert rig.vitals.reasons == ()
    assert rig.project.paths() == ["personas/ana.json"]


def test_what_the_look_after_a_batch_finds_is_mended_too(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(now_ns: int) -> int:
        raise Damaged("found on a schedule")

    with monkeypatch.context() as patch:
        patch.setattr(rig, "tick", found)
        rig.later(1000)
        rig.step()
    rig.later(60)
    rig.settle()
    assert rig.mended == ["damaged"]
