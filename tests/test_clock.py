"""Time: two clocks of one machine, and how a moment is written for people."""

import ast
import random
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import docsync
from docsync.clock import SYSTEM, iso, parse_iso

PACKAGE = Path(docsync.__file__).parent
MODULES = sorted(path for room in ("policy", "sync", "upkeep") for path in (PACKAGE / room).rglob("*.py"))


def test_the_system_has_a_clock_that_only_goes_forward_and_one_that_people_read() -> None:
    before = time.monotonic_ns(), time.time_ns()
    now = SYSTEM.monotonic_ns(), SYSTEM.wall_ns()
    assert before[0] <= now[0] <= time.monotonic_ns()
    assert abs(now[1] - before[1]) < 60_000_000_000


def test_milliseconds_are_cut_and_not_rounded() -> None:
    assert iso(1_999_999) == "1970-01-01T00:00:00.001Z"
    assert iso(-1) == "1969-12-31T23:59:59.999Z"


def test_a_moment_is_written_as_the_library_writes_it() -> None:
    chosen = random.SystemRandom().randrange(2**32)
    dice = random.Random(chosen)
    for at in (dice.randrange(-(2**62), 2**62) >> dice.randrange(62) for _ in range(20_000)):
        moment = datetime(1970, 1, 1) + timedelta(milliseconds=at // 1_000_000)
        assert iso(at) == moment.isoformat(timespec="milliseconds") + "Z", f"seed {chosen}"
        assert parse_iso(iso(at)) == at // 1_000_000 * 1_000_000, f"seed {chosen}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_what_syncs_is_given_its_time_and_reads_no_clock_of_its_own(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert "time" not in {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            assert {alias.name for alias in node.names} == {"sleep"}
