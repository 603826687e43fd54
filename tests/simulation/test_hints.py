"""The hints that the simulation makes up are those that the watcher gives that ships: none is missing, none is invented."""

from pathlib import Path

import pytest

from docsync.model import FollowedFile, Sign
from docsync.names import EVERYTHING, covers
from docsync.sync.batch.links import LinkTracker
from tests.simulation.asset_tree import AssetTree
from tests.simulation.carry_out import Hints, do
from tests.simulation.clock import MS, SimulatedClock
from tests.simulation.content import MAX_BYTES
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.fake_watcher import FakeWatcher
from tests.simulation.generator import generate
from tests.simulation.link_scene import with_links
from tests.simulation.mirrored_filesystem import FOR_PERMISSIONS, MirroredFilesystem
from tests.simulation.real_watcher import RealWatcher
from tests.simulation.setup import PERSONAS, PROMPTS

ROOTS = ("personas", "prompts")


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_what_is_hinted_of_a_history_is_what_the_watcher_says(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 50):
        (folder := tmp_path / str(seed)).mkdir()
        play(seed, folder)


def play(seed: int, folder: Path) -> None:
    clock = SimulatedClock()
    made_up = FakeFilesystem(clock)
    filesystem = MirroredFilesystem(made_up, folder)
    for root in ROOTS:
        filesystem.make_folder(root)
    try:
        tree, links = AssetTree(made_up, (PERSONAS, PROMPTS), MAX_BYTES), LinkTracker(ROOTS)
        fake, followed = FakeWatcher(made_up, ROOTS), dict[str, FollowedFile]()
        with RealWatcher(folder, ROOTS) as watcher:
            for number, step in enumerate(with_links(seed, generate(seed))):
                if step.verb not in FOR_PERMISSIONS:
                    clock.advance(clock.now_ns + 5 * MS)
                    done = do(step, filesystem)
                    wanted, given = fake.take(done), watcher.take()
                    where = f"seed {seed}, step {number}: {step}: {wanted}, {given}"
                    assert not missing(wanted, given), where
                    # The mirror sets the time of what it writes, and a name that is followed tells of that.
                    written = {name for name, _ in done}
                    timed = {path for path, file in followed.items() if not written.isdisjoint(file.names)}
                    assert not invented(wanted, given) - timed, where
                    links.mark_scanned([EVERYTHING], tree.scan([EVERYTHING]))
                    if (files := links.take_followed()) is not None:
                        followed = dict(files)
                        assert sorted(fake.follow(files)) == sorted(watcher.follow(files)), where
    finally:
        filesystem.close()


def missing(wanted: Hints, given: Hints) -> set[str]:
    """The paths that *wanted* names, but for their attributes, and no path in *given* covers."""
    paths = {path for path, sign in wanted if sign is not Sign.ATTRIBUTES}
    return {path for path in paths if not any(covers(scope, path) for scope, _ in given)}


def invented(made_up: Hints, given: Hints) -> set[str]:
    """The paths that *given* names, and nothing *made_up* is about: a folder is named for what is beneath, too."""
    paths = {path for path, sign in given if sign is not Sign.ATTRIBUTES}
    return {path for path in paths if not any(covers(path, one) or covers(one, path) for one, _ in made_up)}
