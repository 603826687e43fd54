"""Changes of which the kernel tells nothing: the next look at everything finds them all the same."""

import json
import mmap
import os
from collections.abc import Iterator

import pytest

from tests.helpers.project import Project
from tests.sync.scene import Scene, watched


@pytest.fixture
def scene(project: Project) -> Iterator[Scene]:
    project.persona("personas/ana.json", name="old")
    with watched(project) as scene:
        yield scene


def name(scene: Scene) -> str:
    return scene.project.names()["personas/ana.json"]


def test_a_write_through_a_hard_link_outside_of_the_collection(scene: Scene) -> None:
    outside = scene.project.root / "outside.json"
    os.link(scene.project.root / "personas/ana.json", outside)
    scene.settle()
    scene.do(lambda: outside.write_text(json.dumps({"name": "new"})))
    scene.until(5000)
    assert (len(scene.inbox), name(scene)) == (0, "old")  # no hint came
    scene.project.settle()
    assert name(scene) == "new"


def test_a_store_through_a_mapping_that_stays(scene: Scene) -> None:
    file = os.open(scene.project.root / "personas/ana.json", os.O_RDWR)
    mapping = mmap.mmap(file, 0)
    try:
        at = mapping.find(b"old")
        scene.do(lambda: mapping.__setitem__(slice(at, at + 3), b"new"))
        scene.until(5000)
        assert (len(scene.inbox), name(scene)) == (0, "old")
        mapping.flush()
        scene.project.settle()
        assert name(scene) == "new"
    finally:
        mapping.close()
        os.close(file)
