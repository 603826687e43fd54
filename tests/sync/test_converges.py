"""Whatever happened to the files, once the tree is quiet the database is what a fresh one would be."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from docsync.model import Sign
from docsync.names import covers
from docsync.verify import verify
from tests.helpers.project import Project

PATHS = (
    "personas/a.json",
    "personas/b.json",
    "personas/x/a.json",
    "personas/x/y/a.json",
    "prompts/p.prompty",
)
SCOPES = ("", "personas", "personas/x", *PATHS)
ROWS = "SELECT file_path, name, document, content_hash, revision, row_hash FROM documents ORDER BY file_path"
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("good"), st.sampled_from(PATHS), st.integers(0, 3)),
        st.tuples(st.just("broken"), st.sampled_from(PATHS), st.just(0)),
        st.tuples(st.just("remove"), st.sampled_from(PATHS), st.just(0)),
        st.tuples(st.just("move"), st.sampled_from(PATHS[:4]), st.integers(0, 3)),
        st.tuples(st.just("sync"), st.sampled_from(SCOPES), st.sampled_from([0, 10, 500])),
        st.tuples(st.just("restart"), st.just(""), st.just(0)),
    ),
    max_size=15,
)


def act(project: Project, action: str, path: str, number: int) -> None:
    file = project.root / path
    if action == "good":
        text = (
            f"---\nname: N{number}\n---\nhello {number}\n"
            if path.endswith(".prompty")
            else f'{{"name":"N{number}"}}'
        )
        project.write(path, text)
    elif action == "broken":
        project.write(path, "---\n" if path.endswith(".prompty") else "{")
    elif action == "remove":
        file.unlink(missing_ok=True)
    elif action == "move" and file.exists():
        target = project.root / PATHS[number]
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, target)
    elif action == "sync":
        project.later(number)
        project.sync(path, sign=Sign.FOLDER)
    elif action == "restart":
        project.start()


@seed(20261121)
@settings(max_examples=40, deadline=None)
@given(ACTIONS)
def test_it_converges_and_a_second_look_finds_nothing(actions: list[tuple[str, str, int]]) -> None:
    with TemporaryDirectory() as folder:
        project = Project(Path(folder) / "project")
        for action in actions:
            act(project, *action)
        project.settle()
        assert project.engine.list_undecided() == set()
        revision = project.revision
        report = project.sync()
        assert (report.applied.changed, project.revision) == (False, revision)
        verification = verify(project.settings, project.database)
        project.close()
    assert verification.differences == ()


@seed(20261121)
@settings(max_examples=40, deadline=None)
@given(ACTIONS, st.sampled_from(SCOPES[1:]))
def test_a_scope_touches_nothing_outside_it(actions: list[tuple[str, str, int]], scope: str) -> None:
    with TemporaryDirectory() as folder:
        project = Project(Path(folder) / "project")
        for number, path in enumerate(PATHS):
            act(project, "good", path, number)
        project.settle()
        before = {row[0]: row for row in project.query(ROWS)}
        for action, path, number in actions:
            if action in ("good", "broken", "remove"):
                act(project, action, path, number)
        for _ in range(3):
            project.later(500)
            project.sync(scope)
        after = {row[0]: row for row in project.query(ROWS)}
        project.close()
    outside = [path for path in before if not covers(scope, path)]
    assert [before[path] for path in outside] == [after.get(path) for path in outside]
