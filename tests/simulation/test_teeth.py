"""The simulation has teeth: every bug planted in the real code is found within a thousand histories."""

import pytest

from tests.simulation.base import Dicts, Sqlite
from tests.simulation.bug import BUGS, IN_SQL, planted
from tests.simulation.campaign import failure_of
from tests.simulation.generator import generate

MOST = 1_000


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    base = Sqlite if name in IN_SQL else Dicts
    with planted(name):
        for number in range(1, MOST + 1):
            if found := failure_of(generate(number), base()):
                break
        else:
            pytest.fail(f"{name}: not found in {MOST} histories")
    assert failure_of(generate(number), base()) is None, "without the bug nothing is wrong"
    with capsys.disabled():
        print(f"\n{name.replace('_', ' ')}: found by history {number} ({found[:100]})")
