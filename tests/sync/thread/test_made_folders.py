"""A folder was made with many files in it: they come a slice at a time, what is moved comes whole."""

import os

import pytest

from docsync.model import Sign
from docsync.sync.thread.git_hold import BatchExtent, GitHold
from tests.helpers.project import Project
from tests.helpers.rig import Rig

MADE = "personas/made"


@pytest.fixture
def rig(project: Project) -> Rig:
    made = Rig(project)
    made.fix_slices(4)
    for number in range(3):
        project.persona(f"personas/old/{number}.json")
    made.settle()
    return made


def make_folder(rig: Rig, count: int, sign: Sign = Sign.CREATED) -> None:
    for number in range(count):
        rig.project.persona(f"{MADE}/{number}.json", name=str(number))
    rig.hint(MADE, sign)


def count_made(rig: Rig) -> int:
    return sum(path.startswith(MADE) for path in rig.project.paths())


def test_what_is_in_a_folder_that_was_made_comes_in_slices_and_a_save_in_between(rig: Rig) -> None:
    make_folder(rig, 10)
    rig.step()
    assert count_made(rig) == 4
    rig.project.persona("personas/by-hand.json")
    rig.hint("personas/by-hand.json")
    rig.step()
    assert "personas/by-hand.json" in rig.project.paths()
    assert rig.loop._next_ns(rig.now_ns) == rig.now_ns, "there is more"
    rig.step()
    assert count_made(rig) == 10


def test_a_folder_that_was_moved_in_comes_whole(rig: Rig) -> None:
    make_folder(rig, 10, Sign.FOLDER)
    rig.step()
    assert count_made(rig) == 10


def test_whoever_waits_is_answered_when_all_of_it_is_there(rig: Rig) -> None:
    make_folder(rig, 10)
    asked = rig.ask()
    while Rig.answer(asked) is None:
        rig.step()
    assert count_made(rig) == 10


def test_whoever_asks_for_the_folder_gets_it_at_once(rig: Rig) -> None:
    make_folder(rig, 10)
    asked = rig.ask(MADE)
    rig.step()
    assert Rig.answer(asked) is not None
    assert count_made(rig) == 10


def test_where_one_of_them_was_known_under_another_name_all_come_at_once(rig: Rig) -> None:
    root = rig.project.root
    make_folder(rig, 10)
    (root / "personas/old").rename(root / MADE / "old")
    rig.step()
    assert count_made(rig) == 13


def test_one_that_has_the_inode_of_a_file_that_went_is_new(rig: Rig) -> None:
    make_folder(rig, 10)
    inode = (rig.project.root / MADE / "9.json").stat().st_ino
    rig.project.connection.execute(
        "UPDATE files SET inode = ? WHERE file_path = ?", (inode, "personas/old/0.json")
    )
    rig.step()
    assert count_made(rig) == 4


@pytest.mark.parametrize("is_hard", [False, True])
def test_files_of_several_names_come_with_each_other(rig: Rig, *, is_hard: bool) -> None:
    folder = rig.project.root / MADE
    rig.project.persona(f"{MADE}/0.json")
    for number in range(1, 10):
        link = folder / f"{number}.json"
        os.link(folder / "0.json", link) if is_hard else link.symlink_to("0.json")
    rig.hint(MADE, Sign.CREATED)
    rig.step()
    assert count_made(rig) == 10


def test_what_git_made_comes_whole(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GitHold, "enter", lambda *_: BatchExtent.WHOLE)
    monkeypatch.setattr(GitHold, "check", lambda *_: None)
    make_folder(rig, 10)
    rig.step()
    assert count_made(rig) == 10


def test_a_stop_applies_all_of_it(rig: Rig) -> None:
    make_folder(rig, 10)
    rig.inbox.close()
    rig.loop.run()
    assert count_made(rig) == 10


def test_whoever_waits_gets_all_of_a_folder_that_was_left_itself(rig: Rig) -> None:
    for number in range(8):
        rig.project.persona(f"personas/{number}/x.json")
        rig.hint(f"personas/{number}/x.json", Sign.CLOSED)
    make_folder(rig, 10)
    (rig.project.root / MADE / "broken.json").write_text("{")
    rig.later(20)
    asked = rig.ask()
    while (answer := Rig.answer(asked)) is None:
        rig.step()
        rig.later(10)
    assert count_made(rig) == 10
    assert answer.broken == (f"{MADE}/broken.json",)


def test_whoever_waits_gets_what_had_no_room_whatever_was_heard_of_it_since(rig: Rig) -> None:
    make_folder(rig, 20)
    rig.later(20)
    asked = rig.ask()
    rig.step()
    for path in sorted(rig.inbox.dirty())[1:]:
        rig.hint(path, Sign.CLOSED)
    while Rig.answer(asked) is None:
        rig.step()
        rig.later(1)
    assert count_made(rig) == 20


def test_whoever_asks_for_a_folder_of_which_a_part_is_there_waits_for_no_rest(rig: Rig) -> None:
    make_folder(rig, 20)
    rig.step()
    rig.later(1)
    asked = rig.ask(MADE)
    rig.step()
    assert count_made(rig) == 20
    assert Rig.answer(asked) is not None


def test_nobody_waits_for_one_that_is_opened_before_its_turn(rig: Rig) -> None:
    make_folder(rig, 10)
    rig.step()
    path = min(rig.inbox.dirty())
    with (rig.project.root / path).open("w") as file:
        file.write("{")
        file.flush()
        rig.hint(path, Sign.OPEN)
        rig.later(1)
        asked = rig.ask()
        for _ in range(4):
            rig.step()
            rig.later(1)
        assert Rig.answer(asked) is not None


def test_one_that_is_written_while_it_has_waited_for_long_is_not_taken_at_its_first_half(rig: Rig) -> None:
    root = rig.project.root
    for number in range(10):
        rig.project.write(f"prompts/made/{number}.prompty", "---\nname: P\n---\nhello, a whole text\n")
    rig.hint("prompts/made", Sign.CREATED)
    rig.step()
    path = min(rig.inbox.dirty())
    rig.later(2100)
    with (root / path).open("wb") as file:
        file.write(b"---\nname: P\n---\nhal")
        file.flush()
        rig.hint(path, Sign.OPEN)
        rig.step()
        assert path not in rig.project.paths()


def test_what_went_is_excused_by_copies_that_have_not_had_their_turn(rig: Rig) -> None:
    project = rig.project
    for number in range(60):
        project.persona(f"personas/many/{number}.json", name=f"n{number}")
        rig.hint(f"personas/many/{number}.json")
    rig.settle()
    rig.later(100_000)
    rig.step()
    rig.later(10)
    texts = {number: (project.root / f"personas/many/{number}.json").read_bytes() for number in range(60)}
    for number in texts:
        (project.root / f"personas/many/{number}.json").unlink()
        rig.hint(f"personas/many/{number}.json", Sign.GONE)
    rig.step()
    rig.later(499)
    for number, text in texts.items():
        project.write(f"{MADE}/{number}.json", text)
    rig.hint(MADE, Sign.CREATED)
    rig.later(1.5)
    for _ in range(40):
        rig.step()
        rig.later(50)
    assert project.engine.list_held() == []
    assert count_made(rig) == 60
    assert len(project.paths()) == 63


def test_one_that_is_still_being_written_is_not_taken_for_whole(rig: Rig) -> None:
    root = rig.project.root
    for number in range(10):
        rig.project.write(f"prompts/made/{number}.prompty", "---\nname: P\n---\nhello\n")
    last = [entry.name for entry in os.scandir(root / "prompts/made")][-1]
    with (root / "prompts/made" / last).open("wb") as file:
        file.write(b"---\nname: half\n---\nthis is only the begin")
        file.flush()
        rig.hint("prompts/made", Sign.CREATED)
        for _ in range(5):
            rig.step()
            rig.later(1)
        assert f"prompts/made/{last}" not in rig.project.paths()
        file.write(b"ning of it\n")
    rig.hint(f"prompts/made/{last}", Sign.CLOSED)
    rig.later(20)
    rig.step()
    assert f"prompts/made/{last}" in rig.project.paths()


def test_one_that_goes_before_its_turn_is_no_row_and_no_loss(rig: Rig) -> None:
    make_folder(rig, 10)
    rig.step()
    for file in (rig.project.root / MADE).iterdir():
        file.unlink()
        rig.hint(f"{MADE}/{file.name}", Sign.GONE)
    rig.settle()
    rig.later(600)
    rig.step()
    assert count_made(rig) == 0
    assert rig.project.engine.list_held() == []
