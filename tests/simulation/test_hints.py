"""The hints that the simulation makes up are those that the watcher gives that ships: none is missing, none is invented."""

from pathlib import Path

import pytest

from docsync.model import Sign
from docsync.names import covers
from tests.simulation.carry_out import Hints, do, watched
from tests.simulation.clock import MS, SimulatedClock
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.generator import generate
from tests.simulation.link_scene import with_links
from tests.simulation.mirrored_filesystem import FOR_PERMISSIONS, MirroredFilesystem
from tests.simulation.real_watcher import RealWatcher

ROOTS = ("personas", "prompts")


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_what_is_hinted_of_a_history_is_what_the_watcher_says(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 50):
        (folder := tmp_path / str(seed)).mkdir()
        play(seed, folder)


def play(seed: int, folder: Path) -> None:
    clock = SimulatedClock()
    filesystem = MirroredFilesystem(FakeFilesystem(clock), folder)
    for root in ROOTS:
        filesystem.make_folder(root)
    try:
        with RealWatcher(folder, ROOTS) as watcher:
            for number, step in enumerate(with_links(seed, generate(seed))):
                if step.verb not in FOR_PERMISSIONS:
                    clock.advance(clock.now_ns + 5 * MS)
                    made_up = list(watched(do(step, filesystem), ROOTS))
                    real = watcher.take()
                    where = f"seed {seed}, step {number}: {step}: {made_up}, {real}"
                    assert not missing(made_up, real), where
                    assert not invented(made_up, real), where
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
