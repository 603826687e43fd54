"""One request with thousands of paths costs the sync thread paths and rows, not their product."""

import sys
from pathlib import Path

import pytest

from docsync.model import Sign
from docsync.policy.batch import Batch, DirtyPath
from docsync.sync.thread.request import Request, RequestKind
from tests.helpers.project import Project


def count_calls(project: Project, number: int) -> int:
    """How many functions are called to look at *number* paths beside *number* broken files, and to answer."""
    for one in range(number):
        project.write(f"personas/b{one:05}.json", '{"name": "x",}')
    project.settle()
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    paths = tuple(f"z{one:x}" for one in range(number))
    now_ns = project.now_ns
    sys.setprofile(count)
    try:
        request = Request(RequestKind.LOOK, paths, paths, asked_ns=now_ns)
        project.engine.sync(
            Batch({path: DirtyPath(now_ns, now_ns, Sign.FOLDER) for path in paths}),
            now_ns,
            project.last_hints.get,
        )
        state = project.engine.read_state(request.paths)
        assert not [f"b{one:05}" for one in range(number) if request.concerns(f"b{one:05}")]
    finally:
        sys.setprofile(None)
    assert state.broken == ()
    return calls


def test_twice_as_many_paths_and_rows_cost_about_twice_as_much(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    counted = []
    for number in (200, 400):
        project = Project(tmp_path / str(number))
        request.addfinalizer(project.close)
        counted.append(count_calls(project, number))
    assert counted[1] < 2.5 * counted[0], counted
