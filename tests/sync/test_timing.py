"""The scenarios of docs/timing.md, by the millisecond: real files and hints, a clock that stands still between deeds.

Number and figure are those of the page. 13 to 19 need a real Git, 23 a real daemon: 13, 14, 15, 17,
18 and 19 are in tests/daemon/test_git.py, 16 and 23 in tests/daemon/test_timing.py.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from docsync.git import GitDirectories
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.policy.batch import Batch, DirtyPath
from docsync.sync.batch.batch_context import BatchOptions
from docsync.sync.thread.git_hold import GitAtWork, GitHold
from tests.helpers.project import Project
from tests.helpers.rig import MS
from tests.sync.scene import Scene, watched

LONG = bool(os.environ.get("DOCSYNC_LONG"))
MANY = 2000 if LONG else 200
NAME = "SELECT name FROM documents WHERE id = 'persona/ana'"
COUNT = "SELECT count(*) FROM documents WHERE type = 'persona'"
PROMPT = "---\nname: P\n---\nsystem:\n" + "You answer politely.\n" * 20
BODY = "SELECT length(json_extract(document, '$.body')) FROM documents WHERE id = 'prompt_template/p'"

Opens = Callable[[], Scene]


@pytest.fixture
def opens(project: Project) -> Iterator[Opens]:
    """Begin the scene with the files that are there by now."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(watched(project))


@pytest.fixture
def ana(project: Project) -> Path:
    project.write("prompts/p.prompty", PROMPT)
    project.persona("personas/keep.json")
    return project.persona("personas/ana.json", name="old")


def text(name: str) -> str:
    return f'{{"name": "{name}"}}'


def atomic(file: Path, name: str) -> None:
    draft = file.with_name(".ana.json.tmp")
    draft.write_text(text(name))
    draft.replace(file)


def jetbrains(file: Path, name: str) -> None:
    """Safe write: the new text beside the old one, and two renames."""
    draft, old = file.with_name("ana.json___jb_tmp___"), file.with_name("ana.json___jb_old___")
    draft.write_text(text(name))
    file.rename(old)
    draft.rename(file)
    old.unlink()


def sed(file: Path, name: str) -> None:
    draft = file.with_name("sedAb1Cd2")
    draft.write_text(file.read_text().replace("old", name))
    draft.chmod(0o644)
    draft.rename(file)


@pytest.mark.parametrize("save", [atomic, jetbrains, sed])
def test_1_a_save_by_rename_is_visible_at_once(
    opens: Opens, ana: Path, save: Callable[[Path, str], None]
) -> None:
    scene = opens()
    scene.watch(NAME)
    scene.do(lambda: save(ana, "new"))
    scene.until(3000)
    assert scene.seen == [(0, [("old",)]), (0, [("new",)])]
    assert scene.revisions == 1


def remove(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink()


def in_place(file: Path, name: str) -> None:
    file.write_text(text(name))


def in_two_chunks(file: Path, name: str) -> None:
    with file.open("w") as opened:
        opened.write(text(name)[:5])
        opened.flush()
        opened.write(text(name)[5:])


def emacs(file: Path, name: str) -> None:
    file.rename(file.with_name("ana.json~"))
    file.write_text(text(name))


def copied_with_its_times(file: Path, name: str) -> None:
    older = file.with_name("older.txt")
    older.write_text(text(name))
    os.utime(older, (1_000_000_000, 1_000_000_000))
    shutil.copy2(older, file)


def vim(file: Path, name: str) -> None:
    """Backup, write, permissions, and the backup goes."""
    file.with_name("4913").touch()
    file.with_name("4913").unlink()
    file.rename(file.with_name("ana.json~"))
    file.write_text(text(name))
    file.chmod(0o600)
    file.with_name("ana.json~").unlink()


@pytest.mark.parametrize("save", [in_place, in_two_chunks, emacs, copied_with_its_times, vim])
def test_2_a_save_in_place_is_visible_after_10_ms_and_the_row_never_vanishes(
    opens: Opens, ana: Path, save: Callable[[Path, str], None]
) -> None:
    scene = opens()
    scene.watch(NAME)
    scene.do(lambda: save(ana, "new"))
    scene.until(3000)
    assert scene.seen == [(0, [("old",)]), (10, [("new",)])]
    assert scene.revisions == 1


def test_3_a_file_that_is_truncated_and_written_30_ms_later_is_never_seen_empty(
    opens: Opens, ana: Path, project: Project
) -> None:
    prompt = project.root / "prompts/p.prompty"
    scene = opens()
    scene.watch(f"{NAME} UNION ALL {BODY}")
    before = scene.seen[0][1]
    scene.do(lambda: ana.write_text(""), lambda: prompt.write_text(""))
    scene.until(30)
    scene.do(lambda: ana.write_text(text("new")), lambda: prompt.write_text(PROMPT + "More.\n"))
    scene.until(3000)
    assert scene.seen == [(0, before), (40, [("new",), (before[1][0] + 6,)])]
    assert project.problems() == []


def test_3_a_file_that_is_deleted_and_created_5_ms_later_is_never_gone(opens: Opens, ana: Path) -> None:
    scene = opens()
    scene.watch(NAME)
    scene.do(ana.unlink)
    scene.until(5)
    scene.do(lambda: ana.write_text(text("new")))
    scene.until(3000)
    assert scene.seen == [(0, [("old",)]), (15, [("new",)])]


def test_4_a_save_by_link_is_visible_after_500_ms(opens: Opens, ana: Path) -> None:
    scene = opens()
    scene.watch("SELECT count(*) FROM documents WHERE id = 'persona/linked'")
    scene.do(lambda: os.link(ana, ana.with_name("linked.json")))
    scene.until(3000)
    assert scene.seen == [(0, [(0,)]), (500, [(1,)])]


def fill(project: Project, count: int, folder: str = "personas/many", **values: object) -> list[Path]:
    return [
        project.persona(f"{folder}/g{number // 50}/p{number}.json", **(values or {"number": number}))
        for number in range(count)
    ]


def test_5_of_a_removed_folder_no_row_goes_and_all_are_held(opens: Opens, project: Project) -> None:
    fill(project, MANY)
    scene = opens()
    scene.watch(COUNT)
    scene.do(lambda: shutil.rmtree(project.root / "personas/many"))
    scene.until(499)
    assert project.engine.list_held() == []
    scene.until(20_000)
    assert scene.seen == [(0, [(MANY,)])]
    assert len(project.engine.list_held()) == MANY


def test_6_of_a_slow_drip_of_deletions_no_row_goes_and_all_are_held(opens: Opens, project: Project) -> None:
    files = fill(project, MANY)
    scene = opens()
    scene.watch(COUNT)
    for number, file in enumerate(files):
        scene.until(2 * number)
        scene.do(file.unlink)
    scene.until(2 * MANY + 20_000)
    assert scene.seen == [(0, [(MANY,)])]
    assert len(project.engine.list_held()) == MANY


def test_7_a_folder_that_is_moved_inside_lands_as_one_revision_once_it_is_quiet(
    opens: Opens, project: Project
) -> None:
    fill(project, MANY)
    scene = opens()
    scene.watch("SELECT count(*), min(file_path) LIKE '%moved%' FROM documents")
    scene.do(lambda: (project.root / "personas/many").rename(project.root / "personas/moved"))
    scene.until(20_000)
    assert scene.seen == [(0, [(MANY, 0)]), (10, [(MANY, 1)])]
    assert (scene.revisions, project.engine.list_held()) == (1, [])


def test_8_a_copied_folder_whose_original_goes_is_not_held(opens: Opens, project: Project) -> None:
    fill(project, MANY)
    scene = opens()
    scene.do(
        lambda: shutil.copytree(project.root / "personas/many", project.root / "personas/copy"),
        lambda: shutil.rmtree(project.root / "personas/many"),
    )
    scene.until(20_000)
    assert project.engine.list_held() == []
    assert project.query("SELECT count(*) FROM documents WHERE file_path LIKE 'personas/copy/%'") == [(MANY,)]
    assert project.query(COUNT) == [(MANY,)]


def test_9_each_appearance_excuses_one_of_many_identical_deletions(opens: Opens, project: Project) -> None:
    files = fill(project, 100, name="Twin")
    scene = opens()
    scene.until(61_000)  # that they appeared themselves excuses nothing any more
    scene.do(lambda: project.persona("personas/new.json", name="Twin"))
    scene.do(lambda: remove(files[:95]))
    scene.until(81_000)
    assert len(project.engine.list_held()) == 94
    assert project.query(COUNT) == [(100,)]


def test_10_25_of_101_files_go_a_minute_after_the_first_sync(opens: Opens, project: Project) -> None:
    files = fill(project, 101)
    scene = opens()
    scene.until(61_000)
    scene.watch(COUNT)
    scene.do(lambda: remove(files[:25]))
    scene.until(70_000)
    assert scene.seen == [(61_000, [(101,)]), (61_500, [(76,)])]
    assert (scene.revisions, project.engine.list_held()) == (1, [])


def test_11_files_that_go_come_back_and_go_again_are_not_held(opens: Opens, project: Project) -> None:
    files = fill(project, 100)
    scene = opens()
    for at_ms in (0, 4000):
        scene.until(at_ms)
        scene.do(lambda: [file.rename(file.with_suffix(".away")) for file in files[:45]])
        scene.until(at_ms + 2000)
        assert (project.query(COUNT), project.engine.list_held()) == ([(55,)], [])
        scene.do(lambda: [file.with_suffix(".away").rename(file) for file in files[:45]])
        scene.until(at_ms + 3000)
        assert project.query(COUNT) == [(100,)]


def test_11_two_branches_without_a_name_in_common_take_turns_and_are_not_held(project: Project) -> None:
    """What a batch of Git brings back does not count as deleted in this very batch."""
    for folder in ("one", "two"):
        fill(project, 30, folder=folder, name=folder)
    everything = Batch({EVERYTHING: DirtyPath(project.now_ns, project.now_ns, Sign.FOLDER)})
    for come, go in (("one", "none"), ("two", "one"), ("one", "two"), ("two", "one")):
        if go != "none":
            (project.root / "personas" / go).rename(project.root / go)
        (project.root / come).rename(project.root / "personas" / come)
        project.later(2000)
        project.engine.sync(
            everything, project.now_ns, project.last_hints.get, options=BatchOptions(whole=True)
        )
        assert project.query("SELECT DISTINCT name FROM documents") == [(come,)]
        assert project.engine.list_held() == []


def test_12_the_last_row_of_a_collection_does_not_go(opens: Opens, project: Project) -> None:
    files = fill(project, 20)
    scene = opens()
    scene.watch(COUNT)
    scene.do(lambda: remove(files))
    scene.until(20_000)
    assert scene.seen == [(0, [(20,)])]
    assert len(project.engine.list_held()) == 20


def test_20_a_lock_that_was_left_behind_delays_10_s_once_and_then_nothing(
    opens: Opens, ana: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = ana.parent.parent / ".git"
    directory.mkdir()
    scene = opens()
    monkeypatch.setattr("docsync.git.time", SimpleNamespace(time_ns=lambda: scene.now_ns))
    scene.loop._git_hold = GitHold(lambda: GitDirectories(directory), lambda: True)
    scene.watch(NAME)
    (directory / "index.lock").touch()
    os.utime(directory / "index.lock", ns=(scene.now_ns, scene.now_ns))
    scene.do(lambda: atomic(ana, "first"))
    scene.until(20_000)
    assert scene.seen == [(0, [("old",)]), (10_000, [("first",)])]
    scene.do(lambda: in_place(ana, "second"))
    scene.until(30_000)
    assert scene.seen[2:] == [(20_010, [("second",)])]


class EverBusyGit(GitDirectories):
    """Its locks are always young: nobody can tell what they are from work."""

    def is_working(self) -> bool:
        return True


def test_20_no_batch_is_held_for_more_than_10_s(tmp_path: Path) -> None:
    gate = GitHold(lambda: EverBusyGit(tmp_path), lambda: True)
    for at_ns in (0, 5000 * MS, 9_999 * MS):
        with pytest.raises(GitAtWork):
            gate.enter(at_ns)
    gate.enter(10_000 * MS)
    gate.check(10_000 * MS)


def test_21_two_names_that_are_swapped_never_lose_a_row(opens: Opens, ana: Path) -> None:
    other, aside = ana.with_name("keep.json"), ana.with_name(".aside")
    scene = opens()
    scene.watch("SELECT id, name FROM documents WHERE type = 'persona' ORDER BY id")
    scene.do(lambda: ana.rename(aside))
    scene.until(3)
    scene.do(lambda: other.rename(ana))
    scene.until(6)
    scene.do(lambda: aside.rename(other))
    scene.until(3000)
    assert [len(rows) for _, rows in scene.seen] == [2] * len(scene.seen)
    assert scene.seen[-1][1] == [("persona/ana", "keep"), ("persona/keep", "old")]
    assert scene.seen[-1][0] <= 20


def test_21_a_file_that_is_moved_aside_and_written_anew_is_never_gone(opens: Opens, ana: Path) -> None:
    scene = opens()
    scene.watch(NAME)
    scene.do(lambda: ana.rename(ana.with_name("ana.json.old")))
    scene.until(4)
    scene.do(lambda: ana.write_text(text("new")))
    scene.until(3000)
    assert scene.seen == [(0, [("old",)]), (14, [("new",)])]


def test_22_ten_saves_in_400_ms_are_two_revisions(opens: Opens, ana: Path) -> None:
    scene = opens()
    scene.watch(NAME)
    for number in range(10):
        scene.until(40 * number)
        scene.do(partial(atomic, ana, f"v{number}"))
    scene.until(3000)
    assert scene.seen == [(0, [("old",)]), (0, [("v0",)]), (500, [("v9",)])]
    assert scene.revisions == 2


def test_22_a_file_that_is_rewritten_every_50_ms_changes_every_half_second(opens: Opens, ana: Path) -> None:
    scene = opens()
    scene.watch(NAME)
    for number in range(200):
        scene.until(50 * number)
        scene.do(partial(in_place, ana, f"v{number}"))
    scene.until(12_000)
    times = [ms for ms, _ in scene.seen]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert max(gaps) <= 550
    assert min(gaps[1:]) >= 500
    assert scene.seen[-1][1] == [("v199",)]


def test_22_a_file_saved_once_is_not_delayed_by_one_that_is_saved_all_the_time(
    opens: Opens, ana: Path
) -> None:
    ben = ana.with_name("keep.json")
    scene = opens()
    scene.watch("SELECT name FROM documents WHERE id = 'persona/keep'")
    for number in range(20):
        scene.until(100 * number)
        scene.do(partial(atomic, ana, f"v{number}"))
        if number == 7:
            scene.until(733)
            scene.do(lambda: atomic(ben, "new"))
    assert scene.seen == [(0, [("keep",)]), (733, [("new",)])]


def answered_ms(scene: Scene, *deeds: tuple[float, Callable[[], object]], at_ms: float) -> float:
    """Ask at *at_ms* while *deeds* go on at their times; how many milliseconds the answer takes."""
    later = sorted(deeds, key=lambda deed: deed[0])
    request = None
    times = [ms for ms, _ in later] + [at_ms + step / 2 for step in range(8000)]
    for ms in sorted(set(times)):
        scene.until(ms)
        for _, deed in [deed for deed in later if deed[0] == ms]:
            scene.do(deed)
        if ms == at_ms:
            request = scene.ask()
        scene.step()
        if request is not None and request.answer.done():
            return ms - at_ms
    raise AssertionError("never answered")


def test_23_a_barrier_after_a_save_is_answered_at_once_however_it_was_saved(opens: Opens, ana: Path) -> None:
    scene = opens()
    assert answered_ms(scene, at_ms=0) == 0
    assert answered_ms(scene, (1000, lambda: atomic(ana, "one")), at_ms=1000) == 0
    assert scene.project.query(NAME) == [("one",)]
    assert answered_ms(scene, (1001, lambda: in_place(ana, "two")), at_ms=1001) == 0
    assert scene.project.query(NAME) == [("two",)]


@pytest.mark.parametrize("asked_ms", [0, 1, 250, 499])
def test_24_a_barrier_after_a_deletion_or_a_broken_save_is_answered_when_it_is_decided(
    opens: Opens, ana: Path, asked_ms: float
) -> None:
    scene = opens()
    assert answered_ms(scene, (0, ana.unlink), at_ms=asked_ms) == 500 - asked_ms
    assert scene.project.query(NAME) == []
    keep = ana.with_name("keep.json")
    assert answered_ms(scene, (3000, lambda: keep.write_text("{")), at_ms=3000 + asked_ms) == pytest.approx(
        500 - asked_ms, abs=10.5
    )
    assert scene.project.problems() == [("personas/keep.json", "json-truncated")]


def test_25_a_barrier_does_not_wait_for_a_program_that_writes_slowly(opens: Opens, ana: Path) -> None:
    scene = opens()
    with ana.open("w") as slow:

        def write() -> None:
            slow.write("x")
            slow.flush()

        deeds = [(100.0 * number, write) for number in range(1, 10)]
        assert answered_ms(scene, *deeds, at_ms=250) == 0


def test_25_a_barrier_does_not_wait_for_ever_for_a_file_that_is_rewritten_broken(
    opens: Opens, ana: Path
) -> None:
    scene = opens()
    deeds = [(100.0 * number, lambda: ana.write_text("{")) for number in range(1, 60)]
    assert answered_ms(scene, *deeds, at_ms=250) <= 100
    assert scene.project.problems() == []
    assert scene.project.query(NAME) == [("old",)]


def test_26_a_barrier_waits_for_its_own_deletions_and_for_no_later_ones(
    opens: Opens, project: Project
) -> None:
    files = fill(project, 40)
    scene = opens()
    deeds = [(250.0 * number, file.unlink) for number, file in enumerate(files[:19])]
    assert answered_ms(scene, *deeds, at_ms=1001) == pytest.approx(499, abs=0.5)


@pytest.mark.parametrize(("gone", "held"), [(10, 0), (90, 90), (100, 100)])
def test_27_what_was_deleted_while_it_was_down_counts_as_missing_since_the_start(
    project: Project, gone: int, held: int
) -> None:
    files = fill(project, 100)
    project.settle()
    for file in files[:gone]:
        file.unlink()
    for folder in (project.root / "personas/many").iterdir():
        os.utime(folder, (1_000_000_000, 1_000_000_000))
    project.start()
    project.sync()
    project.later(499)
    project.sync()
    assert (len(project.paths()), project.engine.list_held()) == (100, [])
    project.later(1)
    project.sync()
    assert len(project.engine.list_held()) == held
    assert len(project.paths()) == 100 - gone + held


def test_28_a_changed_and_a_removed_key_of_a_mounted_configmap_are_one_revision(
    opens: Opens, project: Project
) -> None:
    """As Kubernetes does it: the keys are links through ..data, which is renamed over; the link of the key goes last."""
    folder = project.root / "personas/mounted"

    def version(number: int, keys: dict[str, str]) -> None:
        for key, name in keys.items():
            project.persona(f"personas/mounted/..{number}/{key}.json", name=name)
        (folder / "..data_tmp").symlink_to(f"..{number}")
        (folder / "..data_tmp").rename(folder / "..data")

    version(1, {"ana": "Ana 1", "ben": "Ben 1"})
    for key in ("ana", "ben"):
        (folder / f"{key}.json").symlink_to(f"..data/{key}.json")
    project.persona("personas/keep.json")
    scene = opens()
    scene.watch("SELECT group_concat(name) FROM (SELECT name FROM documents ORDER BY id)")
    scene.do(lambda: version(2, {"ana": "Ana 2"}))
    scene.do(lambda: (folder / "ben.json").unlink())
    scene.until(20_000)
    assert [rows for _, rows in scene.seen] == [[("keep,Ana 1,Ben 1",)], [("keep,Ana 2",)]]
    assert scene.seen[1][0] == 10
    assert scene.revisions == 1


def test_a_hint_of_a_folder_that_is_new_counts_for_its_files(opens: Opens, project: Project) -> None:
    """A tree that is moved in is complete: it is visible at once."""
    fill(project, 30, folder="elsewhere")
    scene = opens()
    scene.watch(COUNT)
    scene.do(lambda: (project.root / "elsewhere").rename(project.root / "personas/in"))
    scene.until(3000)
    assert scene.seen == [(0, [(0,)]), (0, [(30,)])]
    assert scene.inbox.dirty() == frozenset()
    scene.hint("personas/in", Sign.FOLDER)
    scene.until(6000)
    assert scene.revisions == 1
