"""Folders that other programs keep are not watched; what tells that a folder is one is heard of."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docsync.foreign import FolderRule
from docsync.model import Sign
from docsync.watch import PollSettings, open_source
from docsync.watch.inotify import InotifySource
from docsync.watch.watchdog_source import WatchdogSource
from tests.watch.hint_recorder import Recorder

WORKTREE = "gitdir: /x/.git/worktrees/feature\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("p/node_modules/pkg", "p/tree/deep", "p/asked/venv", "cookies"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def watched(source: InotifySource) -> set[str]:
    """The paths of all folders of the first root that are watched."""
    todo = [root.node for root in source._tree.roots if root.node]
    for node in todo:
        todo += node.children.values()
    return {node.path for node in todo if node.watch is not None}


class Watch:
    """A running source on the folder `p`, and a folder whose hints tell that all before was taken."""

    def __init__(self, root: Path, source: InotifySource, hints: Recorder) -> None:
        self.root = root
        self.source = source
        self.hints = hints
        self._count = 0

    def hinted_by(self, act: Callable[[], object]) -> list[tuple[str, Sign]]:
        self._drain()
        self.hints.clear()
        act()
        self._drain()
        return [hint for hint in self.hints.seen if not hint[0].startswith("cookies")]

    def _drain(self) -> None:
        self._count += 1
        (self.root / "cookies" / f"c{self._count}").write_text("")
        self.hints.until_hint(f"cookies/c{self._count}", Sign.CLOSED)


@pytest.fixture
def watch(project: Path) -> Iterator[Watch]:
    hints = Recorder()
    rule = FolderRule(frozenset(("venv",)), ("p",))
    with InotifySource(project, ["p", "cookies"], hints, poll_ms=20, rule=rule) as source:
        yield Watch(project, source, hints)


def test_a_folder_with_a_foreign_name_is_not_watched_unless_it_is_asked_for(watch: Watch) -> None:
    assert watched(watch.source) == {"p", "p/tree", "p/tree/deep", "p/asked", "p/asked/venv", "cookies"}
    assert watch.hinted_by((watch.root / "p/tree/__pycache__").mkdir) == []
    assert watch.hinted_by(lambda: (watch.root / "p/asked/venv/a.json").write_text("{}"))


def test_a_folder_that_becomes_foreign_is_looked_at_and_watched_no_deeper(watch: Watch) -> None:
    marker = watch.root / "p/tree/.git"

    assert ("p/tree", Sign.FOLDER) in watch.hinted_by(lambda: marker.write_text(WORKTREE))
    assert "p/tree" in watched(watch.source)
    assert "p/tree/deep" not in watched(watch.source)
    assert watch.hinted_by(lambda: (watch.root / "p/tree/a.json").write_text("{}")) == []
    assert watch.hinted_by((watch.root / "p/tree/new").mkdir) == []


def test_a_folder_that_is_foreign_no_more_is_looked_at_and_watched_again(watch: Watch) -> None:
    marker = watch.root / "p/tree/pyvenv.cfg"
    watch.hinted_by(lambda: marker.write_text("home = /usr/bin\n"))

    assert watch.hinted_by(marker.unlink) == [("p/tree", Sign.FOLDER)]
    assert "p/tree/deep" in watched(watch.source)
    assert watch.hinted_by(lambda: (watch.root / "p/tree/deep/a.json").write_text("{}"))


def test_a_file_that_holds_rules_is_heard_of_as_its_folder(project: Path) -> None:
    hints = Recorder()
    rule = FolderRule(paths=("p",), rule_files=frozenset({".gitignore"}))
    (project / "p/tree/.gitignore").write_text("")
    with InotifySource(project, ["p", "cookies"], hints, poll_ms=20, rule=rule) as source:
        watch = Watch(project, source, hints)

        assert ("p/tree", Sign.FOLDER) in watch.hinted_by((project / "p/tree/.gitignore").unlink)
        # Beside the folder of a collection, too, though that folder's own files are not watched.
        assert ("p", Sign.FOLDER) in watch.hinted_by(lambda: (project / ".gitignore").write_text("x"))
        assert ("p", Sign.FOLDER) in watch.hinted_by(lambda: (project / ".gitignore").write_text("y"))


def test_whoever_asks_for_no_rules_hears_of_none(watch: Watch) -> None:
    assert watch.hinted_by(lambda: (watch.root / "p/tree/.gitignore").write_text("x")) == []
    assert watch.hinted_by(lambda: (watch.root / ".gitignore").write_text("x")) == []


def test_a_git_file_that_makes_no_worktree_is_no_news(watch: Watch) -> None:
    assert watch.hinted_by(lambda: (watch.root / "p/tree/.git").write_text("gitdir: ../.git/modules/a")) == []
    assert watch.hinted_by((watch.root / "p/asked/.git").mkdir) == []
    assert "p/tree/deep" in watched(watch.source)


def test_a_folder_without_a_watch_is_not_polled_while_it_is_foreign(project: Path) -> None:
    hints = Recorder()
    (project / "p/tree/.git").write_text(WORKTREE)
    with InotifySource(project, ["p"], hints, poll_ms=20) as source:
        node = next(iter(root.node for root in source._tree.roots if root.node)).children["tree"]
        source._tree._unwatch(node)
        source._tree.refused[node] = 28
        (project / "p/tree/a.json").write_text("{}")

        assert "p/tree/a.json" not in source._sweep()


def test_the_observer_of_watchdog_tells_of_markers_and_of_nothing_in_foreign_folders(project: Path) -> None:
    hints = Recorder()
    with WatchdogSource(project, ["p"], hints):
        (project / "p/node_modules/pkg/a.json").write_text("{}")
        (project / "p/tree/.git").write_text(WORKTREE)
        hints.until_hint("p/tree", Sign.FOLDER)

    assert not [path for path, _ in hints.seen if "node_modules" in path]


def test_whoever_opens_a_source_says_what_is_asked_for(project: Path) -> None:
    hints = Recorder()
    polling = PollSettings(dict, 20, FolderRule(frozenset(("node_modules",)), ("p",)))
    with open_source(project, ["p"], hints, mode="events", polling=polling):
        (project / "p/node_modules/pkg/a.json").write_text("{}")
        hints.until_hint("p/node_modules/pkg/a.json", Sign.CLOSED)
