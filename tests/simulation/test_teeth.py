"""The simulation has teeth: every bug planted in the real code is found within some thousand histories, most in a hundred."""

import pytest

from tests.helpers.project import Tell
from tests.simulation import asset_bug, slice_bug, walk_bug  # noqa: F401 - their bugs are planted, too
from tests.simulation.backend import MemoryBackend, SqliteMemoryBackend
from tests.simulation.bug import BUGS, IN_SQL, planted
from tests.simulation.campaign import Order, Stage, campaign, failure_of, stages
from tests.simulation.generator import generate
from tests.simulation.link_scene import with_links
from tests.simulation.name_bug import ON_DISK

MAX_HISTORIES = 3_000


@pytest.mark.parametrize("name", [name for name in BUGS if name not in ON_DISK])
def test_a_planted_bug_is_found(name: str, tell: Tell) -> None:
    base = SqliteMemoryBackend if name in IN_SQL else MemoryBackend
    with planted(name):
        for number in range(1, MAX_HISTORIES + 1):
            if found := failure_of(generate(number), Stage(base())):
                break
        else:
            pytest.fail(f"{name}: not found in {MAX_HISTORIES} histories")
    assert "TypeError" not in found, "the bug is planted where the code is another one by now"
    assert failure_of(generate(number), Stage(base())) is None, "without the bug nothing is wrong"
    tell(f"planted: {name.replace('_', ' ')}: found by history {number} ({found[:100]})")


@pytest.mark.parametrize("name", ["mtime_and_size_are_trusted", "a_broken_file_is_believed_at_once"])
def test_a_planted_bug_is_found_on_a_disk_too(name: str) -> None:
    with planted(name):
        order = Order(1, 100, runs=MAX_HISTORIES, on_disk=True, most_failures=1, shrink_seconds=0)
        assert campaign(order).failures


@pytest.mark.parametrize("name", sorted(ON_DISK))
def test_a_planted_bug_of_names_is_found_on_a_disk_in_a_few_scenes(name: str) -> None:
    with planted(name):
        assert any(_fails_on_disk(number) for number in range(1, MAX_HISTORIES))


def _fails_on_disk(number: int) -> bool:
    with stages(number, on_disk=True) as stage:
        return failure_of(with_links(number, ()), stage()) is not None
