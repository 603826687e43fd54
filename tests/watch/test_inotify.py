import os
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Self

import pytest
from watchdog.observers.inotify_c import InotifyConstants as In
from watchdog.observers.inotify_c import InotifyEvent, WatchDescriptor

from docsync.model import Sign
from docsync.names import covers, is_hidden
from docsync.watch.descriptor import Descriptor
from docsync.watch.inotify import InotifySource, _files, _sign, _stamp
from docsync.watch.watch_tree import WatchedFolder, WatchedRoot
from tests.watch.hint_recorder import Recorder

COOKIES = ".docsync/cookies"
SEEDS = int(os.environ.get("DOCSYNC_TEST_SEEDS", "6"))
"""The seed is the parameter in the test's name."""


class Place:
    """A project with a running source on one collection, `p` or *folders*, and on the folder of cookies."""

    def __init__(self, root: Path, *folders: str) -> None:
        self.root = root
        self.hints = Recorder()
        self.source = InotifySource(root, [*(folders or ("p",)), COOKIES], self.hints, poll_ms=20)
        self._cookies = 0

    def write(self, path: str, text: str = "{}") -> None:
        (self.root / path).write_text(text)

    def drain(self) -> None:
        """Wait until the reader has taken everything that happened before."""
        self._cookies += 1
        name = f"{COOKIES}/c{self._cookies}"
        self.write(name)
        self.hints.until_hint(name, Sign.CLOSED)

    def hinted_by(self, action: Callable[[], object]) -> list[tuple[str, Sign]]:
        """Every hint that *action* caused, in order."""
        self.drain()
        self.hints.clear()
        action()
        self.drain()
        return [hint for hint in self.hints.seen if not hint[0].startswith(COOKIES)]

    def is_seen(self, path: str) -> bool:
        """True when a save of *path* is hinted, that is: its folder is watched under that name."""
        return (path, Sign.CLOSED) in self.hinted_by(lambda: self.write(path))

    def kernel_watches(self) -> int:
        """How many watches the kernel holds for the descriptor of this source."""
        text = Path(f"/proc/self/fdinfo/{self.source._reader._inotify_fd}").read_text()
        return sum(line.startswith("inotify ") for line in text.splitlines())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "project/p").mkdir(parents=True)
    (tmp_path / "project" / COOKIES).mkdir(parents=True)
    place = Place(tmp_path / "project")
    with place.source:
        yield place


# Steps without a tree: the project root and .docsync. The trees are p and the cookies.
FIXED_WATCHES = 4


def test_a_closed_write_is_open_then_closed(place: Place) -> None:
    signs = [sign for path, sign in place.hinted_by(lambda: place.write("p/a.json")) if path == "p/a.json"]
    assert signs[0] is Sign.OPEN
    assert signs[-1] is Sign.CLOSED


def test_reading_listing_and_looking_give_no_hint(place: Place) -> None:
    place.write("p/a.json")
    (place.root / "p/sub").mkdir()

    def read() -> None:
        (place.root / "p/a.json").read_text()
        list((place.root / "p/sub").iterdir())
        (place.root / "p/a.json").stat()

    assert place.hinted_by(read) == []


def test_an_unfinished_write_is_only_open(place: Place) -> None:
    with (place.root / "p/a.json").open("w") as file:

        def write() -> None:
            file.write("{")
            file.flush()

        assert set(place.hinted_by(write)) == {("p/a.json", Sign.OPEN)}


def test_a_hard_link_is_open_since_no_close_will_come(place: Place) -> None:
    (place.root / "outside.json").write_text("{}")
    assert place.hinted_by(lambda: (place.root / "p/a.json").hardlink_to(place.root / "outside.json")) == [
        ("p/a.json", Sign.OPEN)
    ]


def test_an_atomic_save_is_one_hint_of_the_final_name(place: Place) -> None:
    def save() -> None:
        place.write("p/.a.json.tmp")
        (place.root / "p/.a.json.tmp").replace(place.root / "p/a.json")

    assert place.hinted_by(save) == [("p/a.json", Sign.RENAMED)]


def test_a_name_that_went_is_gone_be_it_removed_or_moved_out(place: Place) -> None:
    place.write("p/a.json")
    place.write("p/b.json")

    def remove() -> None:
        (place.root / "p/a.json").unlink()
        (place.root / "p/b.json").rename(place.root / "b.json")

    hinted = place.hinted_by(remove)
    assert hinted == [("p/a.json", Sign.GONE), ("p/b.json", Sign.GONE)]


def test_other_permissions_are_a_change_of_attributes(place: Place) -> None:
    place.write("p/a.json")
    assert place.hinted_by(lambda: (place.root / "p/a.json").chmod(0o600)) == [("p/a.json", Sign.ATTRIBUTES)]


def test_a_new_symlink_counts_as_a_folder_also_when_moved_into_place(place: Place) -> None:
    def link() -> None:
        (place.root / "p/a.json").symlink_to("b.json")
        (place.root / "p/.tmp").symlink_to("c.json")
        (place.root / "p/.tmp").replace(place.root / "p/a.json")

    assert place.hinted_by(link) == [("p/a.json", Sign.FOLDER)] * 2


def test_hidden_and_temporary_names_give_no_hint(place: Place) -> None:
    def write() -> None:
        for name in (".a.swp", "#a#", "a.json~", "a.tmp"):
            place.write(f"p/{name}")
        (place.root / "p/.git").mkdir()
        place.write("p/.git/a.json")

    assert place.hinted_by(write) == []
    assert place.kernel_watches() == FIXED_WATCHES


def test_files_beside_the_collections_give_no_hint(place: Place) -> None:
    def write() -> None:
        place.write("README.md")
        (place.root / "other").mkdir()

    assert place.hinted_by(write) == []


def test_a_name_that_is_not_utf8_is_hinted_as_python_decodes_it(place: Place) -> None:
    name = os.fsdecode(b"p/\xff.json")
    assert (name, Sign.CLOSED) in place.hinted_by(lambda: place.write(name))


def test_files_written_while_their_folders_are_made_lie_beneath_a_hinted_folder(place: Place) -> None:
    def make() -> None:
        (place.root / "p/a/b/c").mkdir(parents=True)
        place.write("p/a/b/c/x.json")

    assert ("p/a", Sign.CREATED) in place.hinted_by(make)
    assert place.is_seen("p/a/b/c/x.json")
    assert place.kernel_watches() == FIXED_WATCHES + 3


def test_a_folder_moved_in_renamed_and_out_is_followed(place: Place) -> None:
    (place.root / "out/deep").mkdir(parents=True)
    assert place.hinted_by(lambda: (place.root / "out").rename(place.root / "p/in")) == [
        ("p/in", Sign.FOLDER)
    ]
    assert place.is_seen("p/in/deep/x.json")

    renamed = place.hinted_by(lambda: (place.root / "p/in").rename(place.root / "p/new"))
    assert renamed == [("p/in", Sign.FOLDER), ("p/new", Sign.FOLDER)]
    assert place.is_seen("p/new/deep/x.json")
    assert not any(path.startswith("p/in") for path, _ in place.hints.seen)

    assert place.hinted_by(lambda: (place.root / "p/new").rename(place.root / "out")) == [
        ("p/new", Sign.FOLDER)
    ]
    assert place.hinted_by(lambda: place.write("out/deep/x.json")) == []
    assert place.kernel_watches() == FIXED_WATCHES


def test_the_four_commands_that_end_the_stock_reader_do_no_harm(place: Place) -> None:
    (place.root / "out").mkdir()
    (place.root / "p/a").mkdir()
    place.drain()
    shutil.move(place.root / "p/a", place.root / "out")
    (place.root / "p/a").mkdir()
    (place.root / "p/a").rmdir()
    shutil.rmtree(place.root / "out/a")

    assert place.is_seen("p/x.json")
    assert place.source.alive()
    assert place.source.reasons() == ()


def test_a_removed_root_is_hinted_and_watched_again_when_it_returns(place: Place) -> None:
    assert ("p", Sign.FOLDER) in place.hinted_by(lambda: shutil.rmtree(place.root / "p"))
    assert ("p", Sign.FOLDER) in place.hinted_by(lambda: (place.root / "p").mkdir())
    assert place.is_seen("p/x.json")
    assert place.kernel_watches() == FIXED_WATCHES


def test_a_root_renamed_away_and_back_is_watched_under_its_own_name_only(place: Place) -> None:
    (place.root / "p/sub").mkdir()
    assert ("p", Sign.FOLDER) in place.hinted_by(lambda: (place.root / "p").rename(place.root / "q"))
    assert place.hinted_by(lambda: place.write("q/sub/x.json")) == []
    assert ("p", Sign.FOLDER) in place.hinted_by(lambda: (place.root / "q").rename(place.root / "p"))
    assert place.is_seen("p/sub/x.json")


def test_a_root_replaced_by_another_folder_is_watched_in_its_new_shape(place: Place) -> None:
    (place.root / "p/old").mkdir()
    (place.root / "next/new").mkdir(parents=True)

    def swap() -> None:
        (place.root / "p").rename(place.root / "before")
        (place.root / "next").rename(place.root / "p")

    assert ("p", Sign.FOLDER) in place.hinted_by(swap)
    assert place.is_seen("p/new/x.json")
    assert place.hinted_by(lambda: place.write("before/old/x.json")) == []
    assert place.kernel_watches() == FIXED_WATCHES + 1


def test_a_root_whose_ancestors_appear_one_by_one_is_found(tmp_path: Path, hints: Recorder) -> None:
    with InotifySource(tmp_path, ["a/b/c"], hints, poll_ms=20) as source:
        for folder in ("a", "a/b", "a/b/c"):
            (tmp_path / folder).mkdir()
        hints.until_hint("a/b/c", Sign.FOLDER)
        hints.until(lambda _: source._tree.roots[0].node is not None)
        (tmp_path / "a/b/c/x.json").write_text("{}")
        hints.until_hint("a/b/c/x.json", Sign.CLOSED)


def test_a_root_that_is_a_symlink_is_followed_and_hinted_under_its_own_path(
    tmp_path: Path, hints: Recorder
) -> None:
    for name in ("v1", "v2"):
        (tmp_path / "elsewhere" / name).mkdir(parents=True)
    (tmp_path / "elsewhere/current").symlink_to("v1")
    project = tmp_path / "project"
    project.mkdir()
    (project / "p").symlink_to("../elsewhere/current")
    with InotifySource(project, ["p"], hints, poll_ms=20):
        (tmp_path / "elsewhere/v1/x.json").write_text("{}")
        hints.until_hint("p/x.json", Sign.CLOSED)
        hints.clear()

        (tmp_path / "elsewhere/tmp").symlink_to("v2")
        (tmp_path / "elsewhere/tmp").replace(tmp_path / "elsewhere/current")
        hints.until_hint("p", Sign.FOLDER)
        (tmp_path / "elsewhere/v1/old.json").write_text("{}")
        (tmp_path / "elsewhere/v2/x.json").write_text("{}")
        hints.until_hint("p/x.json", Sign.CLOSED)
        assert hints.signs("p/old.json") == []


def test_the_rename_of_a_mounted_volume_hints_the_whole_root(place: Place) -> None:
    (place.root / "p/team").mkdir()

    def rename() -> None:
        (place.root / "p/team/..2026").mkdir()
        (place.root / "p/team/..data_tmp").symlink_to("..2026")
        (place.root / "p/team/..data_tmp").replace(place.root / "p/team/..data")

    assert place.hinted_by(rename) == [("p", Sign.SWAPPED)]


def test_nested_and_identical_roots_share_their_watches(tmp_path: Path, hints: Recorder) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a/b")
    with InotifySource(tmp_path, ["a", "a/b", "a", "link"], hints, poll_ms=20) as source:
        assert len(source._tree.ledger) == 3
        (tmp_path / "a/b/x.json").write_text("{}")
        hints.until_hint("link/x.json", Sign.CLOSED)
        hints.until_hint("a/b/x.json", Sign.CLOSED)
        assert hints.signs("a/b/x.json").count(Sign.CLOSED) == 1


def test_the_project_root_itself_may_be_a_collection(tmp_path: Path, hints: Recorder) -> None:
    (tmp_path / "sub").mkdir()
    with InotifySource(tmp_path, ["."], hints, poll_ms=20):
        (tmp_path / "sub/x.json").write_text("{}")
        (tmp_path / "y.json").write_text("{}")
        hints.until_hint("sub/x.json", Sign.CLOSED)
        hints.until_hint("y.json", Sign.CLOSED)


def test_an_overflow_of_the_queue_is_lost_hints(place: Place) -> None:
    place.source._reader.handle_event(InotifyEvent(WatchDescriptor(-1), In.IN_Q_OVERFLOW, 0, b""))
    assert place.hints.seen == [("", Sign.LOST)]


QUEUE = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())


@pytest.mark.skipif(QUEUE > 200_000, reason="this system's queue is too long to be filled in a test")
def test_a_real_overflow_is_told_and_a_resync_mends_what_was_missed(place: Place) -> None:
    place.write("p/a.json")
    place.drain()
    with place.source._tree.lock:  # the reader cannot take an event while the queue fills up
        for _ in range(QUEUE // 2 + 1):
            (place.root / "p/a.json").rename(place.root / "p/b.json")
            (place.root / "p/b.json").rename(place.root / "p/a.json")
        (place.root / "p/unseen").mkdir()
    place.hints.until_hint("", Sign.LOST)
    place.source.resync()
    assert place.is_seen("p/unseen/x.json")


def test_after_lost_events_a_resync_watches_what_exists(place: Place) -> None:
    (place.root / "p/old").mkdir()
    place.drain()
    with place.source._tree.lock:  # the reader cannot take an event: it is as if there were none
        shutil.rmtree(place.root / "p/old")
        (place.root / "p/new/deep").mkdir(parents=True)
        place.source.resync()
        node = place.source._tree.roots[0].node
        assert node is not None
        assert set(node.children) == {"new"}
    assert place.is_seen("p/new/deep/x.json")


def test_a_bad_event_is_lost_hints_and_the_reader_lives_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(place.source._tree, "watch_folder", lambda *_, **__: 1 / 0)
        (place.root / "p/sub").mkdir()
        place.hints.until_hint("", Sign.LOST)
        assert [reason.code for reason in place.source.reasons()] == ["bad_event"]
    place.source.resync()
    assert place.is_seen("p/sub/x.json")
    assert place.source.reasons() == ()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_reader_shows(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError("the descriptor broke")

    monkeypatch.setattr(place.source._reader, "read_events", fail)
    place.write("p/a.json")
    place.hints.until_hint("", Sign.LOST)
    place.source._reader.join()
    assert not place.source.alive()
    assert [reason.code for reason in place.source.reasons()] == ["reader_died"]


def test_folders_beyond_the_limit_of_watches_are_polled_until_there_is_room(
    tmp_path: Path, hints: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = True
    add = Descriptor.add

    def limited(self: Descriptor, folder: str, mask: int) -> int:
        if full and "sub" in folder:
            raise OSError(28, "No space left on device")
        return add(self, folder, mask)

    monkeypatch.setattr(Descriptor, "add", limited)
    (tmp_path / "p/sub").mkdir(parents=True)
    with InotifySource(tmp_path, ["p"], hints, poll_ms=20) as source:
        assert [(reason.code, reason.path) for reason in source.reasons()] == [("watch_limit", "p/sub")]
        (tmp_path / "p/sub/x.json").write_text("{}")
        hints.until_hint("p/sub/x.json", Sign.WRITTEN)
        (tmp_path / "p/sub/deep").mkdir()
        (tmp_path / "p/sub/deep/y.json").write_text("{}")
        hints.until_hint("p/sub/deep/y.json", Sign.WRITTEN)
        (tmp_path / "p/sub/x.json").unlink()
        hints.until_hint("p/sub/x.json", Sign.GONE)
        (tmp_path / "p/subway").mkdir()
        hints.until_hint("p/subway", Sign.CREATED)
        assert source.alive()

        hints.clear()
        full = False
        hints.until_hint("p/sub", Sign.FOLDER)
        hints.until_hint("p/subway", Sign.FOLDER)
        (tmp_path / "p/sub/deep/y.json").write_text("{}")
        hints.until_hint("p/sub/deep/y.json", Sign.CLOSED)
        assert source.reasons() == ()


def test_a_resync_that_meets_the_limit_starts_to_poll(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (place.root / "p/sub").mkdir()
    place.drain()
    add = Descriptor.add

    def limited(self: Descriptor, folder: str, mask: int) -> int:
        if "sub" in folder:
            raise OSError(28, "No space left on device")
        return add(self, folder, mask)

    monkeypatch.setattr(Descriptor, "add", limited)
    place.source.resync()
    assert [reason.code for reason in place.source.reasons()] == ["watch_limit"]
    place.write("p/sub/x.json")
    place.hints.until_hint("p/sub/x.json", Sign.WRITTEN)


def test_another_refusal_is_polled_too_and_named(
    tmp_path: Path, hints: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Descriptor.add

    def without_memory(self: Descriptor, folder: str, mask: int) -> int:
        if "sub" in folder:
            raise OSError(12, "Cannot allocate memory")
        return add(self, folder, mask)

    monkeypatch.setattr(Descriptor, "add", without_memory)
    for name in ("sub1", "sub2"):
        (tmp_path / "p" / name).mkdir(parents=True)
    with InotifySource(tmp_path, ["p"], hints, poll_ms=20) as source:
        (reason,) = source.reasons()
        assert (reason.code, reason.path) == ("unwatchable", "p/sub1")
        assert reason.message == "Cannot allocate memory: polling p/sub1 and 1 more"
        (tmp_path / "p/sub2/x.json").write_text("{}")
        hints.until_hint("p/sub2/x.json", Sign.WRITTEN)


def test_what_vanishes_while_it_is_looked_at_is_no_trouble(tmp_path: Path) -> None:
    assert _sign(In.IN_CREATE, str(tmp_path / "absent")) is Sign.OPEN
    assert _files(WatchedFolder(WatchedRoot("p"), "p", str(tmp_path / "absent"))) == []
    (tmp_path / "x.json").write_text("{}")
    with os.scandir(tmp_path) as entries:
        (entry,) = entries
    (tmp_path / "x.json").unlink()
    assert _stamp(entry) == ()


def test_a_root_that_leads_through_its_own_target_is_followed(tmp_path: Path, hints: Recorder) -> None:
    (tmp_path / "real/sub").mkdir(parents=True)
    (tmp_path / "real/current").symlink_to(".")
    (tmp_path / "p").symlink_to("real/current")
    with InotifySource(tmp_path, ["p"], hints, poll_ms=20) as source:
        (tmp_path / "real/tmp").symlink_to("sub")
        (tmp_path / "real/tmp").replace(tmp_path / "real/current")
        hints.until_hint("p", Sign.FOLDER)
        (tmp_path / "real/sub/x.json").write_text("{}")
        hints.until_hint("p/x.json", Sign.CLOSED)
        assert len(source._tree.ledger) == 3  # the project root, real, and real/sub, which is the tree now


def test_an_unreadable_folder_is_watched_once_it_may_be(
    tmp_path: Path, hints: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Descriptor.add

    def permitted(self: Descriptor, folder: str, mask: int) -> int:
        if "secret" in folder and not (tmp_path / "p/secret").stat().st_mode & 0o400:
            raise PermissionError(13, "Permission denied")
        return add(self, folder, mask)

    monkeypatch.setattr(Descriptor, "add", permitted)  # root may watch everything
    (tmp_path / "p/secret").mkdir(parents=True)
    (tmp_path / "p/secret").chmod(0)
    with InotifySource(tmp_path, ["p"], hints, poll_ms=20) as source:
        assert [(reason.code, reason.path) for reason in source.reasons()] == [("unreadable", "p/secret")]
        (tmp_path / "p/secret").chmod(0o755)
        hints.until_hint("p/secret", Sign.FOLDER)
        (tmp_path / "p/secret/x.json").write_text("{}")
        hints.until_hint("p/secret/x.json", Sign.CLOSED)
        assert source.reasons() == ()


def test_a_check_finds_nothing_while_all_is_well_and_mends_a_root_that_strayed(place: Place) -> None:
    assert place.source.check() == ()
    root = place.source._tree.roots[0]
    assert root.node is not None
    assert root.node.watch is not None
    place.source._reader.remove(root.node.watch)  # as the kernel does when something else is mounted there
    place.hints.clear()
    with place.source._tree.lock:
        assert place.source.check() == ("p",)
    assert place.hints.signs("p") == [Sign.FOLDER]
    assert place.is_seen("p/x.json")


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_thread_and_no_descriptor_is_left_and_nothing_was_written(tmp_path: Path, hints: Recorder) -> None:
    (tmp_path / "p").mkdir()
    threads, descriptors = set(threading.enumerate()), open_descriptors()
    with InotifySource(tmp_path, ["p"], hints, poll_ms=20) as source:
        started = set(threading.enumerate()) - threads
        assert [thread.daemon for thread in started] == [False]
        assert source.alive()
    assert set(threading.enumerate()) == threads
    assert open_descriptors() == descriptors
    assert list(tmp_path.rglob("*")) == [tmp_path / "p"]


class Believer:
    """Keeps what it knows of the files by looking where hints point, as late as it likes. Stands for the whole of sync."""

    def __init__(self, root: Path) -> None:
        self.known: dict[str, str] = {}
        self._root = root
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._queue.put(None)
        self._thread.join()

    def hear(self, path: str, sign: Sign) -> None:
        self._queue.put(path)

    def _look(self) -> None:
        while (scope := self._queue.get()) is not None:
            for path in [path for path in self.known if covers(scope, path)]:
                del self.known[path]
            self.known |= contents(self._root, scope)


def contents(root: Path, scope: str) -> dict[str, str]:
    """The files of a scope and what they say."""
    files = [
        root / scope,
        *(
            Path(folder) / name
            for folder, _, names in os.walk(root / scope)
            for name in names
            if not is_hidden(name)
        ),
    ]
    found: dict[str, str] = {}
    for path in files:
        with suppress(OSError):  # it went meanwhile, or is a folder
            found[path.relative_to(root).as_posix()] = path.read_text()
    return found


def churn(root: Path, dice: random.Random, steps: int) -> None:
    """Random work in the tree, in and out of the collection, and on the collection's own folder."""
    for step in range(steps):
        path, other = somewhere(root, dice), somewhere(root, dice)
        with suppress(OSError):
            match dice.choice("mmwwwsrt" + "p" * (step % 10 == 0)):
                case "m":
                    path.mkdir(parents=True)
                case "w":
                    (path / "x.json").write_text(str(step))
                case "s":
                    (path / ".x.tmp").write_text(str(step))
                    (path / ".x.tmp").replace(path / "x.json")
                case "r":
                    shutil.rmtree(path)
                case "t":
                    path.rename(other)
                case "p":
                    (root / "p").rename(root / "away")
                    (root / "away").rename(root / "p")


def somewhere(root: Path, dice: random.Random) -> Path:
    return root.joinpath(dice.choice(["p", "p", "p", "out"]), *dice.choices("abcd", k=dice.randint(1, 3)))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_after_churn_every_folder_is_watched_and_the_hints_told_everything(place: Place, seed: int) -> None:
    (place.root / "out").mkdir()
    with Believer(place.root) as believer:
        place.hints.also = believer.hear
        churn(place.root, random.Random(seed), steps=400)
        place.drain()
    assert {path: text for path, text in believer.known.items() if covers("p", path)} == contents(
        place.root, "p"
    )

    folders = [path for path in (place.root / "p").rglob("*") if path.is_dir()]
    assert place.kernel_watches() == FIXED_WATCHES + len(folders)
    hinted = place.hinted_by(lambda: [(path / "probe.json").write_text("{}") for path in folders])
    probed = {path for path, sign in hinted if sign is Sign.CLOSED}
    assert probed == {f"{path.relative_to(place.root)}/probe.json" for path in folders}
    assert place.source.reasons() == ()
