"""Promise P1 and its neighbours, over random histories: as many as the time allows, the same for the same seed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.project import Tell
from tests.simulation.backend import Backend, MemoryBackend, SqliteMemoryBackend
from tests.simulation.campaign import Order, Stage, Total, campaign, campaigns, failure_of
from tests.simulation.generator import generate
from tests.simulation.regressions import REGRESSIONS
from tests.simulation.simulation import Simulation
from tests.simulation.step import Step, Verb

SECONDS = float(os.environ.get("DOCSYNC_SIMULATION_SECONDS", "15"))
SEED = int(os.environ.get("DOCSYNC_SIMULATION_SEED", time.time_ns() % 10**9))
REPOSITORY = Path(__file__).parent.parent.parent


def told(total: Total) -> str:
    return "\n".join([str(total), *map(str, total.failures)])


@pytest.mark.dose
@pytest.mark.timeout(SECONDS * 3 + 120)
def test_whatever_happens_the_database_becomes_equal_to_the_tree(tell: Tell) -> None:
    total = campaign(Order(SEED, SECONDS, most_failures=1))
    tell(f"simulation in memory, {total}")
    assert not total.failures, told(total)


@pytest.mark.dose
@pytest.mark.timeout(SECONDS * 3 + 120)
def test_the_same_holds_for_files_and_a_database_on_a_disk(tell: Tell) -> None:
    total = campaign(Order(SEED + 10**9, SECONDS / 3, on_disk=True, most_failures=1))
    tell(f"simulation on a disk, {total}")
    assert not total.failures, told(total)


@pytest.mark.parametrize("base", [MemoryBackend, SqliteMemoryBackend])
@pytest.mark.parametrize("name", REGRESSIONS)
def test_what_once_went_wrong_goes_right(name: str, base: type[Backend]) -> None:
    assert failure_of(REGRESSIONS[name], Stage(base())) is None


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("name", REGRESSIONS)
def test_so_it_does_when_a_batch_takes_few_paths(name: str, number: int) -> None:
    assert failure_of((Step(0, Verb.SLICE, number=number), *REGRESSIONS[name])) is None


def test_two_processes_run_what_one_would() -> None:
    order = Order(1, 60, runs=250)
    told: list[int] = []
    one, two = campaign(order), campaigns(order, 2, lambda part, total: told.append(part.histories))
    two.seconds = one.seconds
    assert one == two
    assert one.histories == sum(told) == 250
    assert len(told) == 2


def test_the_same_history_leaves_the_same_trace() -> None:
    traces = [[Simulation(generate(seed), traced=True).run().trace for seed in range(5)] for _ in range(2)]
    assert traces[0] == traces[1]
    assert len(set(traces[0])) == 5


def test_the_same_history_leaves_the_same_trace_in_another_program() -> None:
    program = (
        "from tests.simulation.simulation import Simulation\n"
        "from tests.simulation.generator import generate\n"
        "print(*(Simulation(generate(seed), traced=True).run().trace for seed in range(5)))"
    )
    traces = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        run = subprocess.run(
            [sys.executable, "-c", program],
            cwd=REPOSITORY,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        traces.add(run.stdout)
    assert len(traces) == 1
