import errno
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, InotifyFD

from docsync.watch import descriptor
from docsync.watch.descriptor import STEP_MASK, TREE_MASK, Descriptor


class Taken:
    """What a descriptor gave: events and failures, in order."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self.changed = threading.Condition()

    def __call__(self, item: Any) -> None:
        with self.changed:
            self.all.append(item)
            self.changed.notify_all()

    def until(self, condition: Callable[[Any], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: any(map(condition, self.all)), 20), self.all


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
def reader(taken: Taken) -> Iterator[Descriptor]:
    reader = Descriptor(taken, taken)
    reader.start()
    yield reader
    reader.stop()
    reader.join()


def test_an_event_arrives_with_its_watch_and_its_name(
    reader: Descriptor, taken: Taken, tmp_path: Path
) -> None:
    watch = reader.add(str(tmp_path), TREE_MASK)
    (tmp_path / "a.json").write_text("{}")
    taken.until(lambda event: (event.wd, event.name, event.is_close_write) == (watch, b"a.json", True))


def test_a_step_sees_names_and_what_was_written_and_never_narrows_a_tree(
    reader: Descriptor, taken: Taken, tmp_path: Path
) -> None:
    watch = reader.add(str(tmp_path), STEP_MASK)
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "b").mkdir()
    taken.until(lambda event: event.name == b"b")
    assert [event.mask for event in taken.all if event.name == b"a.json"] == [
        InotifyConstants.IN_CREATE,
        InotifyConstants.IN_CLOSE_WRITE,
    ]

    assert reader.add(str(tmp_path), TREE_MASK) == watch
    assert reader.add(str(tmp_path), STEP_MASK) == watch
    (tmp_path / "c.json").write_text("{}")
    taken.until(lambda event: event.name == b"c.json" and event.is_close_write)


def test_a_symlink_and_a_file_are_refused(reader: Descriptor, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(".")
    (tmp_path / "file").write_text("")
    for name in ("link", "file"):
        with pytest.raises(NotADirectoryError):
            reader.add(str(tmp_path / name), TREE_MASK)


def test_after_a_failure_the_next_event_is_taken(taken: Taken, tmp_path: Path) -> None:
    failures = Taken()

    def take(event: InotifyEvent) -> None:
        if event.name == b"bad":
            raise KeyError("bad")
        taken(event)

    reader = Descriptor(take, failures)
    reader.start()
    reader.add(str(tmp_path), TREE_MASK)
    (tmp_path / "bad").mkdir()
    (tmp_path / "good").mkdir()
    taken.until(lambda event: event.name == b"good")
    assert [type(error) for error in failures.all] == [KeyError]
    reader.stop()
    reader.join()
    assert len(failures.all) == 1  # an ordered end is no failure


def test_nothing_is_added_or_removed_after_the_end(reader: Descriptor, tmp_path: Path) -> None:
    watch = reader.add(str(tmp_path), TREE_MASK)
    reader.stop()
    reader.join()
    with pytest.raises(OSError, match="Bad file descriptor") as caught:
        reader.add(str(tmp_path), TREE_MASK)
    assert caught.value.errno == errno.EBADF
    reader.remove(watch)


def test_children_do_not_inherit_the_descriptor(reader: Descriptor) -> None:
    assert not os.get_inheritable(reader._inotify_fd)


def test_a_watchdog_without_the_names_that_we_use_is_refused_before_it_is_used(
    monkeypatch: pytest.MonkeyPatch, taken: Taken
) -> None:
    monkeypatch.setattr(descriptor, "_NEEDED", ("add", "no_such_name"))
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(ImportError, match="lacks no_such_name"):
        Descriptor(taken, taken)
    assert len(os.listdir("/proc/self/fd")) == before


def test_it_is_still_a_watchdog_thread(reader: Descriptor) -> None:
    assert isinstance(reader, InotifyFD)
    assert not reader.daemon
