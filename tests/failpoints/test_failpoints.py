"""Whatever effect a daemon is killed at, fails at or is late with: in the end all is as the files say, and nobody saw more."""

import shutil
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

from tests.failpoints.points import BY_NAME, EFFECTS, POINTS, Effect, Life
from tests.failpoints.scene import Scene, template
from tests.failpoints.seam import Call
from tests.failpoints.witness import Sights, witnessing

STARTED = (Life.WORK, Life.END)
NEW_EPOCH = (Life.NEW, Life.COPIED, Life.BROKEN, Life.RUINED)


def effects(*lives: Life) -> list[Effect]:
    return [effect for effect in EFFECTS if effect.life in lives]


def effect_of(point: str) -> Effect:
    return BY_NAME[point.rpartition(".")[0]]


def can_fail_once(point: str) -> bool:
    return effect_of(point).life is not Life.WORK and effect_of(point).error is not None


def delayed_together() -> list[tuple[str, ...]]:
    """The points in groups: of one life, and few enough that a delay of one is not lost among the others."""
    groups: list[tuple[str, ...]] = []
    for life in Life:
        points = [point for point in POINTS if effect_of(point).life is life]
        groups += [tuple(points[at : at + 8]) for at in range(0, len(points), 8)]
    return groups


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("template") / "project")


@pytest.fixture
def stage(tmp_path: Path, source: Path) -> Iterator["Stage"]:
    stage = Stage(tmp_path, source)
    yield stage
    stage.clear()


@pytest.mark.parametrize(
    "effect", [e for e in EFFECTS if isinstance(e.seam, Call)], ids=lambda effect: effect.name
)
def test_a_seam_is_a_name_that_the_product_has(effect: Effect) -> None:
    assert isinstance(effect.seam, Call)
    assert callable(attrgetter(effect.seam.name)(import_module(effect.seam.module)))


class Stage:
    """Makes the scene of a test and clears up behind it."""

    def __init__(self, folder: Path, source: Path) -> None:
        self._folder, self._source = folder, source
        self._scene: Scene | None = None

    def scene(self, life: Life) -> Scene:
        self._scene = Scene(self._folder, self._source, life)
        return self._scene

    def clear(self) -> None:
        if self._scene:
            self._scene.daemon.kill()
        shutil.rmtree(self._folder / "project", ignore_errors=True)


def has_seen_nothing_wrong(sights: Sights, scene: Scene) -> None:
    """No reader saw what it must not see, and the epoch is another one if the database may be, and only then."""
    assert sights.wrong == []
    assert sights.transactions
    assert len(sights.epochs) <= (2 if scene.life in NEW_EPOCH else 1)
    assert (sights.epochs[-1] != scene.first_epoch) == (scene.life in NEW_EPOCH)


def test_there_are_enough_points_and_each_has_a_name_of_its_own() -> None:
    assert len(set(POINTS)) == len(POINTS) == 2 * len(EFFECTS) >= 100


@pytest.mark.parametrize("point", POINTS)
def test_after_a_kill_the_next_start_makes_all_good(point: str, stage: Stage) -> None:
    life = effect_of(point).life
    scene = stage.scene(life)
    daemon = scene.daemon
    with witnessing(daemon.database, scene.may_be_read) as sights:
        scene.launch(point, deed="kill")
        scene.arm(point)
        if life is Life.END:
            daemon.ask_to_stop()
        if life in STARTED:
            scene.work()
        daemon.until(lambda: scene.is_hit(point))
        daemon.until(lambda: daemon.ended() is not None)
        assert daemon.ended() == -9
        if life not in STARTED:
            scene.work()
        daemon.start()
        scene.proves()
    has_seen_nothing_wrong(sights, scene)


@pytest.mark.parametrize("effect", effects(Life.WORK), ids=lambda effect: effect.name)
def test_an_error_at_work_passes_and_the_daemon_lives(effect: Effect, stage: Stage) -> None:
    points = (f"{effect.name}.before", f"{effect.name}.after")
    scene = stage.scene(Life.WORK)
    daemon = scene.daemon
    with witnessing(daemon.database, scene.may_be_read) as sights:
        scene.launch(*points, deed="raise")
        for day, point in enumerate(points, 1):
            scene.arm(point)
            scene.work(day)
            daemon.until(partial(scene.is_hit, point))
            scene.proves()
            assert daemon.lines("database.unavailable") or not effect.refuses_batch
        assert daemon.stop() == 0, daemon.log.read_text()
    has_seen_nothing_wrong(sights, scene)


@pytest.mark.parametrize("point", [point for point in POINTS if can_fail_once(point)])
def test_an_error_at_the_start_or_end_is_one_sentence(point: str, stage: Stage) -> None:
    """Either it does not matter, or docsync says in one line what the system refused; the next start is as any other."""
    life = effect_of(point).life
    scene = stage.scene(life)
    daemon = scene.daemon
    with witnessing(daemon.database, scene.may_be_read) as sights:
        scene.launch(point, deed="raise")
        scene.arm(point)
        if life is Life.END:
            daemon.ask_to_stop()
        # What looks for damage comes to it after the daemon is ready.
        daemon.until(lambda: daemon.ended() is not None or (life is not Life.END and scene.is_hit(point)))
        daemon.until(lambda: daemon.ended() is not None or life is Life.END or scene.is_calm())
        assert scene.hits() == [point]
        assert daemon.ended() in (None, 0, 3), daemon.log.read_text()
        if daemon.ended() is not None:
            daemon.start()
        scene.work()
        scene.proves()
        assert daemon.stop() == 0, daemon.log.read_text()
    has_seen_nothing_wrong(sights, scene)


@pytest.mark.parametrize("points", delayed_together(), ids=lambda points: points[0].rpartition(".")[0])
def test_whatever_takes_long_all_is_good_in_the_end(points: tuple[str, ...], stage: Stage) -> None:
    life = effect_of(points[0]).life
    scene = stage.scene(life)
    daemon = scene.daemon
    with witnessing(daemon.database, scene.may_be_read) as sights:
        scene.launch(*points, deed="delay")
        scene.arm(*points)
        if life in STARTED:
            scene.work()
        if life is not Life.END:
            daemon.until(lambda: all(scene.is_hit(point) for point in points))
            scene.proves()
        assert daemon.stop() == 0, daemon.log.read_text()
        assert set(scene.hits()) == set(points)
    has_seen_nothing_wrong(sights, scene)
