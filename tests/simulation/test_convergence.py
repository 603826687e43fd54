"""Promise P1 and its neighbours, over random histories: as many as the time allows, the same for the same seed."""

import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from tests.simulation.campaign import Total, campaign, failure_of
from tests.simulation.generator import generate
from tests.simulation.regressions import REGRESSIONS
from tests.simulation.simulation import Simulation

SECONDS = float(os.environ.get("DOCSYNC_SIMULATION_SECONDS", "20"))
# The same histories each time, so that a change is judged by what it does. New ones are for the long run by hand.
SEED = int(os.environ.get("DOCSYNC_SIMULATION_SEED", "511000"))
REPOSITORY = Path(__file__).parent.parent.parent


def told(total: Total) -> str:
    return "\n".join([str(total), *map(str, total.failures)])


def over(seconds: float) -> float:
    return time.monotonic() + seconds


@pytest.mark.timeout(SECONDS * 3 + 120)
def test_whatever_happens_the_database_becomes_equal_to_the_tree(capsys: pytest.CaptureFixture[str]) -> None:
    end = over(0.8 * SECONDS)
    total = campaign(count(SEED), lambda total: bool(total.failures) or time.monotonic() > end)
    with capsys.disabled():
        print(f"\nsimulation in memory, {total}")
    assert not total.failures, told(total)


@pytest.mark.timeout(SECONDS * 3 + 120)
def test_the_same_holds_for_a_database_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    end = over(0.2 * SECONDS)
    total = campaign(count(SEED + 989_000), lambda total: bool(total.failures) or time.monotonic() > end, tmp_path)
    with capsys.disabled():
        print(f"\nsimulation on a file, {total}")
    assert not total.failures, told(total)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_what_once_went_wrong_goes_right(name: str) -> None:
    assert failure_of(REGRESSIONS[name]) is None


def test_the_same_history_leaves_the_same_trace() -> None:
    traces = [[Simulation(generate(seed)).run().trace for seed in range(5)] for _ in range(2)]
    assert traces[0] == traces[1]
    assert len(set(traces[0])) == 5


def test_the_same_history_leaves_the_same_trace_in_another_program() -> None:
    program = (
        "from tests.simulation.simulation import Simulation\n"
        "from tests.simulation.generator import generate\n"
        "print(*(Simulation(generate(seed)).run().trace for seed in range(5)))"
    )
    traces = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        run = subprocess.run(
            [sys.executable, "-c", program], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True
        )
        traces.add(run.stdout)
    assert len(traces) == 1
