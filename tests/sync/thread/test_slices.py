"""More is due than one batch takes: saves by hand are seen early, waits are answered at the end, renames stay whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from docsync.errors import StoreReason, StoreUnavailable
from docsync.model import Sign
from docsync.store.sqlite import SqliteStore
from docsync.sync.thread.request import Request, RequestKind
from tests.helpers.project import Project
from tests.helpers.rig import Rig
from tests.sync.taking import PROMPT, assets_of


@pytest.fixture
def rig(project: Project) -> Rig:
    made = Rig(project)
    made.fix_slices(4)
    made.settle()
    return made


def write_many(rig: Rig, count: int, text: str = "A", sign: Sign = Sign.RENAMED) -> list[str]:
    paths = [f"personas/many/{number}.json" for number in range(count)]
    for path in paths:
        rig.project.persona(path, name=text)
        rig.hint(path, sign)
    return paths


def test_each_step_takes_a_slice_and_a_save_by_hand_is_in_the_first(rig: Rig) -> None:
    write_many(rig, 10)
    rig.project.persona("personas/by-hand.json")
    rig.hint("personas/by-hand.json")
    counts = []
    for _ in range(3):
        rig.step()
        counts.append(len(rig.project.paths()))
    assert counts == [4, 8, 11]
    assert "personas/by-hand.json" in rig.project.paths()


def test_the_loop_comes_round_at_once_while_something_is_left(rig: Rig) -> None:
    write_many(rig, 10)
    rig.step()
    assert rig.loop._next_ns(rig.now_ns) == rig.now_ns
    rig.step()
    rig.step()
    assert rig.loop._next_ns(rig.now_ns) > rig.now_ns


def test_whoever_waits_where_hints_may_be_missing_gets_everything_at_once(rig: Rig) -> None:
    write_many(rig, 10)
    rig.project.persona("personas/unheard.json")
    rig.step()
    asked = Request(RequestKind.LOOK, (), ("",), rescan=True, asked_ns=rig.now_ns)
    rig.inbox.ask(asked)
    rig.step()
    assert asked.answer.done()
    assert len(rig.project.paths()) == 11


def test_each_slice_has_a_revision_of_its_own(rig: Rig) -> None:
    revision = rig.project.revision
    write_many(rig, 10)
    for _ in range(3):
        rig.step()
    assert rig.project.revision == revision + 3


def test_whoever_waits_is_answered_when_all_that_was_left_is_there(rig: Rig) -> None:
    write_many(rig, 10, sign=Sign.CLOSED)
    asked = rig.ask()
    for _ in range(2):
        rig.step()
        assert not asked.answer.done()
    rig.step()
    assert len(asked.answer.result(0).upserted) == 10


def test_whoever_waits_for_one_path_does_not_wait_for_the_others(rig: Rig) -> None:
    paths = write_many(rig, 40)
    asked = rig.ask(paths[39], concern=[paths[39]])
    rig.step()
    assert len(asked.answer.result(0).upserted) == 1
    assert len(rig.project.paths()) < 10


def test_a_refused_slice_keeps_whoever_waits_waiting(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    write_many(rig, 6, sign=Sign.CLOSED)
    asked = rig.ask()
    rig.step()
    with monkeypatch.context() as patched:
        patched.setattr(SqliteStore, "apply", _refuse)
        rig.step()
    for _ in range(4):
        assert asked.answer.done() == (len(rig.project.paths()) == 6)
        rig.later(1000)
        rig.step()
    assert len(asked.answer.result(0).upserted) == 6


def _refuse(*_: object, **__: object) -> None:
    raise StoreUnavailable(StoreReason.LOCKED, "not now")


def test_both_halves_of_a_rename_land_together_however_late_the_new_name_has_its_turn(rig: Rig) -> None:
    old, new = "personas/other/old.json", "personas/many/new.json"
    rig.project.persona(old)
    rig.hint(old)
    rig.settle()
    write_many(rig, 20)
    (rig.project.root / old).rename(rig.project.root / new)
    rig.hint(old, Sign.GONE)
    rig.hint(new, Sign.RENAMED)
    for _ in range(12):
        rig.later(200)  # the old name is missing for longer than the debounce time
        rig.step()
        assert (old in rig.project.paths()) != (new in rig.project.paths())
    assert new in rig.project.paths()


def test_what_is_gone_is_deleted_once_all_that_was_heard_before_had_its_turn(rig: Rig) -> None:
    rig.project.persona("personas/other/gone.json")
    rig.hint("personas/other/gone.json")
    rig.settle()
    write_many(rig, 20)
    (rig.project.root / "personas/other/gone.json").unlink()
    rig.hint("personas/other/gone.json", Sign.GONE)
    there = []
    for _ in range(8):
        rig.later(200)
        rig.step()
        there.append("personas/other/gone.json" in rig.project.paths())
    assert there == [True] * 5 + [False] * 3


def test_a_stop_applies_all_that_is_left(rig: Rig) -> None:
    write_many(rig, 30)
    rig.inbox.close()
    rig.loop.run()
    assert len(rig.project.paths()) == 30


@pytest.mark.parametrize("sign", [Sign.CLOSED, Sign.ATTRIBUTES, Sign.RENAMED])
def test_a_later_hint_sets_nobody_free_who_waits_for_what_was_left(rig: Rig, sign: Sign) -> None:
    paths = write_many(rig, 12, sign=Sign.CLOSED)
    asked = rig.ask()
    rig.step()
    rig.hint(paths[-1], sign)
    while not asked.answer.done():
        rig.later(1)
        rig.step()
    assert paths[-1] in rig.project.paths()


def test_a_file_that_is_written_all_the_time_keeps_nobody_waiting(rig: Rig) -> None:
    paths = write_many(rig, 12, sign=Sign.CLOSED)
    asked = rig.ask()
    for number in range(100):
        rig.project.persona(paths[-1], name=f"A{number}")
        rig.hint(paths[-1], Sign.CLOSED)
        rig.step()
        rig.later(5)
    assert asked.answer.done()


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_whoever_waits_for_a_folder_gets_what_was_left_in_it_under_any_name(
    rig: Rig, link: Callable[[Path, Path], None]
) -> None:
    other = rig.project.persona("personas/many/other.json", name="one")
    rig.project.persona("personas/own/here.json", name="here")
    link(rig.project.root / "personas/own/name.json", other)
    rig.hint("", Sign.FOLDER)
    rig.settle()
    write_many(rig, 20, sign=Sign.CLOSED)
    other.write_text('{"name": "two"}')
    rig.hint("personas/many/other.json", Sign.CLOSED)
    asked = rig.ask("personas/own", concern=["personas/own"])
    rig.step()
    assert asked.answer.done()
    assert rig.project.names()["personas/own/name.json"] == "two"


def test_whoever_waits_for_a_prompt_gets_it_with_what_was_left_of_its_files(rig: Rig) -> None:
    rig.project.write("prompts/shared/more.md", "one")
    rig.project.write("prompts/ask.prompty", PROMPT.format("", '{% include "shared/more.md" %}'))
    rig.hint("", Sign.FOLDER)
    rig.settle()
    for number in range(40):
        rig.project.write(f"prompts/shared/{number}.md", "x")
        rig.hint(f"prompts/shared/{number}.md", Sign.CLOSED)
    rig.project.write("prompts/shared/more.md", "two")
    rig.hint("prompts/shared/more.md", Sign.CLOSED)
    asked = rig.ask("prompts/ask.prompty", concern=["prompts/ask.prompty"])
    rig.step()
    assert asked.answer.done()
    assert assets_of(rig.project) == {"prompts/shared/more.md": "two"}


@pytest.mark.parametrize("how", ["folder", "lost", "root"])
def test_a_folder_that_goes_while_a_part_of_it_is_left_is_held_whole(
    rig: Rig, how: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What was written and what was left is missed together, or the guard would judge small groups."""
    write_many(rig, 20)
    rig.settle()
    write_many(rig, 20, "B", Sign.CLOSED)
    rig.later(20)
    rig.step()
    away = tmp_path_factory.mktemp("away")
    (rig.project.root / "personas").rename(away / "personas")
    (rig.project.root / "personas").mkdir()
    if how == "root":
        rig.project.persona("personas/other.json")
    rig.hint(
        *{"folder": ("personas/many", Sign.FOLDER), "lost": ("", Sign.LOST)}.get(
            how, ("personas", Sign.FOLDER)
        )
    )
    for _ in range(100):
        rig.step()
        rig.later(20)
    assert len(rig.project.engine.list_held()) == 20
    assert sum("/many/" in path for path in rig.project.paths()) == 20


def test_a_folder_that_is_renamed_while_a_part_of_it_is_left_lands_whole(rig: Rig) -> None:
    paths = write_many(rig, 12)
    rig.settle()
    for path in paths:
        rig.hint(path, Sign.CLOSED)  # and it is what it was
    rig.later(20)
    rig.step()
    (rig.project.root / "personas/many").rename(rig.project.root / "personas/more")
    rig.hint("personas/many", Sign.FOLDER)
    rig.hint("personas/more", Sign.FOLDER)
    for _ in range(10):
        rig.step()
        old = [path for path in rig.project.paths() if path.startswith("personas/many/")]
        new = [path for path in rig.project.paths() if path.startswith("personas/more/")]
        assert (len(old), len(new)) in ((12, 0), (0, 12))
        rig.later(20)
    assert len(new) == 12
