from collections.abc import Iterator
from pathlib import Path

import pytest
from watchdog.observers.inotify_c import InotifyFD

from docsync.watch.descriptor import TREE_MASK, Descriptor
from docsync.watch.kernel_watches import Ledger


@pytest.fixture
def kernel() -> Iterator[Descriptor]:
    descriptor = Descriptor(lambda event: None, lambda error: None)
    descriptor.start()
    yield descriptor
    descriptor.stop()
    descriptor.join()


def watches(kernel: InotifyFD) -> int:
    with open(f"/proc/self/fdinfo/{kernel._inotify_fd}") as lines:
        return sum(line.startswith("inotify ") for line in lines)


def test_a_watch_lives_as_long_as_somebody_needs_it(kernel: Descriptor, tmp_path: Path) -> None:
    ledger = Ledger[str](kernel)
    watch = ledger.hold("a", str(tmp_path), TREE_MASK)
    assert ledger.hold("b", str(tmp_path), TREE_MASK) == watch
    assert ledger.hold("b", str(tmp_path), TREE_MASK) == watch
    assert ledger.users(watch) == ("a", "b")

    ledger.release("a", watch)
    assert (len(ledger), watches(kernel)) == (1, 1)
    ledger.release("b", watch)
    assert (len(ledger), watches(kernel)) == (0, 0)


def test_releasing_what_one_does_not_hold_does_nothing(kernel: Descriptor, tmp_path: Path) -> None:
    ledger = Ledger[str](kernel)
    watch = ledger.hold("a", str(tmp_path), TREE_MASK)
    ledger.release("b", watch)
    ledger.release("a", watch + 1)
    assert (ledger.users(watch), watches(kernel)) == (("a",), 1)


def test_a_forgotten_watch_tells_once_who_needed_it(kernel: Descriptor, tmp_path: Path) -> None:
    ledger = Ledger[str](kernel)
    watch = ledger.hold("a", str(tmp_path), TREE_MASK)
    assert ledger.forget(watch) == ("a",)
    assert ledger.forget(watch) == ()
    assert ledger.users(watch) == ()


def test_a_folder_that_cannot_be_watched_raises_and_is_not_held(kernel: Descriptor, tmp_path: Path) -> None:
    ledger = Ledger[str](kernel)
    with pytest.raises(FileNotFoundError):
        ledger.hold("a", str(tmp_path / "absent"), TREE_MASK)
    assert len(ledger) == 0
