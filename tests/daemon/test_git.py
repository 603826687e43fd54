"""Git moves many files at once: a checkout, merge, stash or rebase is one revision, never mixed or held."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.daemon.running import Daemon, Polled, rest

LONG = bool(os.environ.get("DOCSYNC_LONG"))
MANY = 2000 if LONG else 600
pytestmark = pytest.mark.timeout(600 if LONG else 120)

GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_EDITOR": "true", "GIT_SEQUENCE_EDITOR": "true",
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
}  # fmt: skip


class Repository:
    """A project under version control with two branches that differ in every document."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.root = daemon.root

    def git(self, *arguments: str, check: bool = True) -> None:
        subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=os.environ | GIT,
            check=check,
            capture_output=True,
            text=True,
        )

    def fill(self, count: int, version: str) -> None:
        for number in range(count):
            self.daemon.persona(f"personas/g{number // 100}/p{number}.json", version=version, number=number)

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def begin(self, count: int) -> None:
        self.git("init", "-q", "-b", "main")
        self.daemon.write(".gitignore", ".docsync/\n*.log\n")
        self.fill(count, "main")
        self.commit("main")
        self.git("checkout", "-q", "-b", "other")
        self.fill(count, "other")
        self.commit("other")
        self.git("checkout", "-q", "main")


@pytest.fixture
def repository(daemon: Daemon) -> Repository:
    return Repository(daemon)


class States(Polled):
    """Every state that a polling service sees: revision, number of rows, versions among them."""

    SQL = (
        "SELECT (SELECT value FROM sync_state WHERE key = 'revision'), count(*), "
        "group_concat(DISTINCT json_extract(document, '$.version')) FROM documents WHERE file_path LIKE '%personas/g%'"
    )

    def __init__(self, daemon: Daemon) -> None:
        super().__init__(daemon, self.SQL)

    @property
    def versions(self) -> list[object]:
        return [state[2] for state in self.seen]


@pytest.mark.parametrize("count", [20, MANY])
def test_a_checkout_is_one_revision_and_never_mixed(repository: Repository, count: int) -> None:
    daemon = repository.daemon
    repository.begin(count)
    daemon.start()
    branches = ("other", "main") * (10 if LONG else 3)
    for branch in branches:
        rest()
        before = daemon.revision
        with States(daemon) as states:
            repository.git("checkout", "-q", branch)
            daemon.wait()
        assert daemon.revision == before + 1
        assert set(states.versions) <= {"main", "other"}
        assert states.versions[-1] == branch
    daemon.verify()


def test_a_save_by_hand_just_before_a_checkout_is_not_mixed_in(repository: Repository) -> None:
    daemon = repository.daemon
    repository.begin(200)
    daemon.start()
    rest()
    daemon.persona("personas/g0/p0.json", version="main", number=-1)
    time.sleep(0.2)
    repository.git("stash", "-q")
    daemon.wait()
    rest()
    daemon.persona("personas/g0/p0.json", version="main", number=-1)
    time.sleep(0.2)
    with States(daemon) as states:
        repository.git("checkout", "-q", "-f", "other")
        daemon.wait()
    assert set(states.versions) <= {"main", "other"}
    assert states.versions[-1] == "other"


def test_two_checkouts_in_a_row_are_never_mixed(repository: Repository) -> None:
    daemon = repository.daemon
    repository.begin(200)
    daemon.start()
    rest()
    with States(daemon) as states:
        repository.git("checkout", "-q", "other")
        time.sleep(0.1)
        repository.git("checkout", "-q", "main")
        daemon.wait()
    assert set(states.versions) <= {"main", "other"}
    assert states.versions[-1] == "main"


def test_a_branch_without_most_files_is_applied_at_once_and_back_again(repository: Repository) -> None:
    daemon = repository.daemon
    repository.begin(100)
    repository.git("checkout", "-q", "-b", "few")
    for number in range(45):
        (daemon.root / f"personas/g0/p{number}.json").unlink()
    repository.commit("few")
    repository.git("checkout", "-q", "main")
    daemon.start()
    for branch, count in (("few", 55), ("main", 100), ("few", 55), ("main", 100)):
        rest()
        before = daemon.revision
        repository.git("checkout", "-q", branch)
        daemon.wait()
        assert (daemon.documents(), daemon.revision) == (count, before + 1)
    assert daemon.status()["held"] == 0


def test_a_folder_renamed_by_a_commit_is_one_revision_and_not_held(repository: Repository) -> None:
    daemon = repository.daemon
    repository.begin(MANY)
    repository.git("checkout", "-q", "-b", "renamed")
    (daemon.root / "personas/g0").rename(daemon.root / "personas/gx")
    repository.commit("renamed")
    repository.git("checkout", "-q", "main")
    daemon.start()
    for branch in ("renamed", "main"):
        rest()
        before = daemon.revision
        with States(daemon) as states:
            repository.git("checkout", "-q", branch)
            daemon.wait()
        assert daemon.revision == before + 1
        assert {state[1] for state in states.seen} == {MANY}
    assert daemon.status()["held"] == 0


@pytest.mark.parametrize(
    ("old", "new"), [("personas/g0", "personas/g9"), ("personas/g0/p7.json", "personas/g0/q7.json")]
)
def test_what_git_moves_is_one_revision_in_which_nothing_is_missing(
    repository: Repository, old: str, new: str
) -> None:
    daemon = repository.daemon
    repository.begin(100)
    daemon.start()
    for source, target in ((old, new), (new, old)) * 3:
        rest()
        before = daemon.revision
        with States(daemon) as states:
            repository.git("mv", source, target)
            daemon.until(
                partial(daemon.query, "SELECT 1 FROM documents WHERE file_path GLOB ?", f"{target}*")
            )
        assert daemon.revision == before + 1
        assert {state[1] for state in states.seen} == {100}
    daemon.verify()


def test_stash_and_pop_are_one_revision_each(repository: Repository) -> None:
    daemon = repository.daemon
    repository.begin(200)
    daemon.start()
    rest()
    repository.fill(200, "work")
    daemon.until(
        lambda: (
            daemon.value("SELECT count(*) FROM documents WHERE json_extract(document, '$.version') = 'work'")
            == 200
        )
    )
    for arguments, version in ((("stash", "-q"), "main"), (("stash", "pop", "-q"), "work")):
        rest()
        before = daemon.revision
        with States(daemon) as states:
            repository.git(*arguments)
            daemon.wait()
        assert daemon.revision == before + 1
        assert set(states.versions) <= {"main", "work"}
        assert states.versions[-1] == version


def test_a_rebase_of_five_commits_is_one_revision(repository: Repository) -> None:
    daemon = repository.daemon
    repository.begin(100)
    repository.git("checkout", "-q", "-b", "topic")
    for number in range(5):
        daemon.persona(f"personas/g0/p{number}.json", version="main", number=1000 + number)
        repository.commit(f"topic {number}")
    repository.git("checkout", "-q", "main")
    for number in range(50, 60):
        daemon.persona(f"personas/g0/p{number}.json", version="main", number=2000 + number)
    repository.commit("base moves")
    repository.git("checkout", "-q", "topic")
    daemon.start()
    rest()
    before = daemon.revision
    repository.git("rebase", "-q", "main")
    daemon.wait()
    assert daemon.revision == before + 1
    assert daemon.status()["held"] == 0
    daemon.verify()


def test_a_stale_lock_delays_nothing_for_ever(repository: Repository) -> None:
    daemon = repository.daemon
    repository.begin(5)
    daemon.start()
    lock = daemon.write(".git/index.lock", "")
    os.utime(lock, (time.time() - 60, time.time() - 60))
    daemon.persona("personas/g0/p0.json", version="new")
    daemon.until(
        lambda: daemon.query("SELECT 1 FROM documents WHERE json_extract(document, '$.version') = 'new'"), 2
    )


def test_an_open_commit_editor_delays_nothing(repository: Repository) -> None:
    daemon = repository.daemon
    repository.begin(5)
    daemon.start()
    daemon.persona("personas/g0/p1.json", version="staged")
    started = daemon.root.parent / "editing"
    editor = f"sh -c 'touch {started}; sleep 3'"
    commit = subprocess.Popen(
        ["git", "commit", "-qa"], cwd=daemon.root, env=os.environ | GIT | {"GIT_EDITOR": editor}
    )
    try:
        daemon.until(started.exists, 5)
        long_ago = time.time() - 1  # Git's lock was written more than 250 ms ago
        os.utime(daemon.root / ".git/index.lock", (long_ago, long_ago))
        begun = time.monotonic()
        daemon.persona("personas/g0/p0.json", version="new")
        daemon.until(
            lambda: daemon.query("SELECT 1 FROM documents WHERE json_extract(document, '$.version') = 'new'"),
            2,
        )
        assert time.monotonic() - begun < 1.5
    finally:
        commit.kill()
        commit.wait()


@pytest.fixture
def worktree(repository: Repository, tmp_path: Path) -> Iterator[Daemon]:
    repository.begin(100)
    place = tmp_path / "worktree"
    repository.git("worktree", "add", "-q", str(place), "other")
    daemon = Daemon(place)
    yield daemon
    daemon.kill()


def test_a_branch_without_the_folder_of_the_prompts_keeps_their_rows_and_says_why(
    repository: Repository,
) -> None:
    daemon = repository.daemon
    for number in range(30):
        daemon.write(f"prompts/deep/p{number}.prompty", f"---\nname: P{number}\n---\nHello.\n")
    repository.begin(5)
    repository.git("checkout", "-q", "-b", "bare")
    repository.git("rm", "-q", "-r", "prompts")
    repository.commit("no prompts")
    assert not (daemon.root / "prompts").exists()
    repository.git("checkout", "-q", "main")
    daemon.start()
    before = daemon.query("SELECT id, document FROM documents ORDER BY id")
    assert len(before) == 35

    for _ in range(2):
        repository.git("checkout", "-q", "bare")
        away, other, status = daemon.run("wait"), daemon.run("wait", "personas"), daemon.status()
        kept = daemon.query("SELECT id, document FROM documents ORDER BY id")
        repository.git("checkout", "-q", "main")
        back = daemon.run("wait")

        assert (away.returncode, "missing: prompts\n" in away.stdout) == (1, True), away.stdout
        assert "bring back prompts" in away.stderr
        assert (other.returncode, other.stderr) == (0, "")
        assert [(one["code"], one["path"]) for one in status["reasons"]] == [("root_missing", "prompts")]
        assert (kept, status["held"]) == (before, 0)
        assert (back.returncode, back.stderr) == (0, "")
        assert daemon.status()["reasons"] == []
        assert daemon.query("SELECT DISTINCT state FROM document_status") == [("ok",)]
    assert daemon.query("SELECT id, document FROM documents ORDER BY id") == before
    daemon.verify()


def test_a_worktree_has_its_own_git_directory(worktree: Daemon) -> None:
    worktree.start()
    inside = Repository(worktree)
    inside.git("checkout", "-q", "--detach", "main")
    worktree.wait()
    for branch in ("other", "main"):
        rest()
        before = worktree.revision
        with States(worktree) as states:
            inside.git("checkout", "-q", "--detach", branch)
            worktree.wait()
        assert worktree.revision == before + 1
        assert set(states.versions) <= {"main", "other"}
    assert json.loads(worktree.run("status", "--json").stdout)["held"] == 0


def _one_revision(inside: Repository, *commands: tuple[str, ...], versions: set[str]) -> None:
    """Run Git's *commands* while a service polls: one revision, nothing held, only these *versions* seen."""
    daemon = inside.daemon
    rest()
    before = daemon.revision
    with States(daemon) as states:
        for command in commands:
            inside.git(*command)
        daemon.wait()
    assert daemon.revision == before + 1
    assert set(states.versions) <= versions
    assert daemon.status()["held"] == 0


def _topic(repository: Repository, commits: int) -> None:
    """A branch of so many commits, ten other files changed on main meanwhile, and the branch checked out."""
    daemon = repository.daemon
    repository.begin(100)
    repository.git("checkout", "-q", "-b", "topic")
    for number in range(commits):
        daemon.persona(f"personas/g0/p{number}.json", version="main", number=1000 + number)
        repository.commit(f"topic {number}")
    repository.git("checkout", "-q", "main")
    for number in range(50, 60):
        daemon.persona(f"personas/g0/p{number}.json", version="main", number=2000 + number)
    repository.commit("base moves")
    repository.git("checkout", "-q", "topic")


def test_a_rebase_that_runs_a_command_after_each_commit_is_one_revision(repository: Repository) -> None:
    _topic(repository, 5)
    repository.daemon.start()
    _one_revision(repository, ("rebase", "-q", "-x", "sleep 0.4", "main"), versions={"main"})
    repository.daemon.verify()


def test_a_rebase_that_stops_shows_where_it_stands_and_goes_on(repository: Repository) -> None:
    """A conflict in one file: the file keeps its last good row until the person has decided."""
    daemon = repository.daemon
    _topic(repository, 3)
    repository.git("checkout", "-q", "main")
    daemon.persona("personas/g0/p1.json", version="main", number=-1)
    repository.commit("contradict")
    repository.git("checkout", "-q", "topic")
    daemon.start()
    daemon.wait()
    repository.git("rebase", "-q", "main", check=False)
    assert (daemon.root / ".git/rebase-merge").is_dir()
    daemon.until(lambda: daemon.query("SELECT 1 FROM problems WHERE code = 'merge-conflict'"))
    assert daemon.documents() == 100
    (number,) = daemon.query(
        "SELECT json_extract(document, '$.number') FROM documents WHERE id = 'persona/g0/p55'"
    )
    assert number == (2055,)  # what came before the stop is there
    daemon.persona("personas/g0/p1.json", version="main", number=7)
    repository.git("add", "-A")
    rest()
    before = daemon.revision
    repository.git("-c", "core.editor=true", "rebase", "--continue")
    daemon.wait()
    assert daemon.revision <= before + 1
    assert (
        daemon.value("SELECT json_extract(document, '$.number') FROM documents WHERE id = 'persona/g0/p1'")
        == 7
    )
    assert (
        daemon.value("SELECT json_extract(document, '$.number') FROM documents WHERE id = 'persona/g0/p2'")
        == 1002
    )
    assert daemon.status()["state"] == "in_sync"
    daemon.verify()


def test_a_rebase_that_is_aborted_after_a_stop_is_one_revision(repository: Repository) -> None:
    daemon = repository.daemon
    _topic(repository, 3)
    repository.git("checkout", "-q", "main")
    daemon.persona("personas/g0/p1.json", version="main", number=-1)
    repository.commit("contradict")
    repository.git("checkout", "-q", "topic")
    daemon.start()
    repository.git("rebase", "-q", "main", check=False)
    daemon.until(lambda: daemon.query("SELECT 1 FROM problems WHERE code = 'merge-conflict'"))
    _one_revision(repository, ("rebase", "--abort"), versions={"main"})
    assert daemon.query("SELECT * FROM problems") == []
    daemon.verify()


def test_mailed_patches_are_one_revision(repository: Repository, tmp_path: Path) -> None:
    _topic(repository, 5)
    repository.git("format-patch", "-q", "-o", str(tmp_path / "patches"), "HEAD~5")
    repository.git("checkout", "-q", "main")
    repository.daemon.start()
    patches = [str(patch) for patch in sorted((tmp_path / "patches").iterdir())]
    assert len(patches) == 5
    _one_revision(repository, ("am", "-q", *patches), versions={"main"})
    repository.daemon.verify()


@pytest.mark.parametrize("count", [20, 200])
def test_a_checkout_of_a_folder_is_one_revision(repository: Repository, count: int) -> None:
    repository.begin(count)
    repository.daemon.start()
    _one_revision(repository, ("checkout", "other", "--", "personas"), versions={"main", "other"})
    _one_revision(repository, ("checkout", "main", "--", "personas"), versions={"main", "other"})
    repository.daemon.verify()


@pytest.mark.parametrize("how", [(), ("--rebase",)])
def test_a_pull_is_one_revision(repository: Repository, tmp_path: Path, how: tuple[str, ...]) -> None:
    daemon = repository.daemon
    repository.begin(100)
    repository.git("clone", "-q", "--bare", ".", str(tmp_path / "origin.git"))
    repository.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    repository.git("push", "-q", "origin", "other:main")
    if how:
        daemon.persona("personas/own.json")
        repository.commit("own work")
    daemon.start()
    _one_revision(repository, ("pull", "-q", *how, "origin", "main"), versions={"main", "other"})
    assert (
        daemon.value("SELECT count(*) FROM documents WHERE json_extract(document, '$.version') = 'other'")
        == 100
    )
    daemon.verify()


def test_a_merge_and_a_reset_are_one_revision_each(repository: Repository) -> None:
    repository.begin(200)
    repository.daemon.start()
    _one_revision(repository, ("merge", "-q", "--no-ff", "-m", "both", "other"), versions={"main", "other"})
    _one_revision(repository, ("reset", "-q", "--hard", "HEAD~1"), versions={"main", "other"})
    repository.daemon.verify()


FILE_PROTOCOL = ("-c", "protocol.file.allow=always")


@pytest.fixture
def submodule(repository: Repository, tmp_path: Path) -> Iterator[Repository]:
    """A project that is itself a submodule of another repository."""
    repository.begin(100)
    outer = Repository(Daemon(tmp_path / "outer"))
    outer.git("init", "-q", "-b", "main")
    outer.git(*FILE_PROTOCOL, "submodule", "add", "-q", str(repository.root), "inner")
    outer.commit("outer")
    inner = Repository(Daemon(outer.root / "inner"))
    inner.git("fetch", "-q", "origin", "other:other")
    yield inner
    inner.daemon.kill()


def test_a_submodule_has_its_own_git_directory(submodule: Repository) -> None:
    assert (submodule.root / ".git").is_file()
    submodule.daemon.start()
    for branch in ("other", "main"):
        _one_revision(submodule, ("checkout", "-q", branch), versions={"main", "other"})
    submodule.daemon.verify()


@pytest.fixture
def modular(repository: Repository, tmp_path: Path) -> Iterator[tuple[Repository, Repository]]:
    """A repository whose collection is a submodule on main; the commit before has it on the other branch."""
    repository.begin(100)
    daemon = Daemon(tmp_path / "outer")
    outer, inner = Repository(daemon), Repository(daemon)
    inner.root = daemon.root / "module"
    daemon.write("docsync.toml", CONFIGURATION)
    outer.git("init", "-q", "-b", "main")
    outer.git(*FILE_PROTOCOL, "submodule", "add", "-q", str(repository.root), "module")
    inner.git("checkout", "-q", "other")
    outer.commit("with the other branch")
    inner.git("checkout", "-q", "main")
    outer.commit("with main")
    yield outer, inner
    daemon.kill()


CONFIGURATION = """
[[collections]]
type = "persona"
path = "module/personas"
include = ["**/*.json"]
format = "json"
"""


def test_a_collection_that_is_a_submodule_is_looked_after_too(modular: tuple[Repository, Repository]) -> None:
    """Git works in the directory of the submodule then, not in the one around the project."""
    outer, inner = modular
    outer.daemon.start()
    for branch in ("other", "main"):
        _one_revision(inner, ("checkout", "-q", branch), versions={"main", "other"})
    update = (*FILE_PROTOCOL, "submodule", "update", "-q")
    _one_revision(outer, ("checkout", "-q", "HEAD~1"), update, versions={"main", "other"})
    outer.daemon.verify()


def test_a_repository_that_is_made_while_the_daemon_runs_is_looked_after(repository: Repository) -> None:
    repository.daemon.start()
    repository.begin(100)
    repository.daemon.wait()
    for branch in ("other", "main"):
        _one_revision(repository, ("checkout", "-q", branch), versions={"main", "other"})
    repository.daemon.verify()


@pytest.fixture
def clone(repository: Repository, tmp_path: Path) -> Iterator[Repository]:
    """A repository that waits outside for a project without one."""
    repository.begin(200)
    outside = Repository(Daemon(tmp_path / "outer"))
    outside.root = tmp_path / "clone"
    repository.git("clone", "-q", ".", str(outside.root))
    outside.git("branch", "-q", "other", "origin/other")
    yield outside
    outside.daemon.kill()


def test_a_clone_that_is_moved_in_is_looked_after_and_so_is_the_folder_once_it_is_none(
    clone: Repository,
) -> None:
    daemon = clone.daemon
    daemon.write("docsync.toml", CONFIGURATION)
    daemon.start()
    clone.root = clone.root.rename(daemon.root / "module")
    daemon.until(lambda: daemon.documents() == 200)
    for branch in ("other", "main"):
        _one_revision(clone, ("checkout", "-q", branch), versions={"main", "other"})
    lock = daemon.write("module/.git/index.lock", "")
    (lock.parent).rename(daemon.root / "away")
    daemon.persona("module/personas/g0/p0.json", version="new")
    daemon.until(
        lambda: daemon.query("SELECT 1 FROM documents WHERE json_extract(document, '$.version') = 'new'"), 2
    )
    daemon.verify()


def test_a_project_that_becomes_a_worktree_is_looked_after(repository: Repository, tmp_path: Path) -> None:
    """Its `.git` comes from a worktree made beside it, the way `git worktree move` and `repair` leave it."""
    repository.begin(100)
    daemon = Daemon(tmp_path / "later")
    daemon.start()
    inside = Repository(daemon)
    try:
        repository.git("worktree", "add", "-q", "--no-checkout", str(tmp_path / "made"), "other")
        (tmp_path / "made/.git").rename(daemon.root / ".git")
        repository.git("worktree", "repair", str(daemon.root))
        inside.git("reset", "-q", "--hard")
        daemon.until(lambda: daemon.documents() == 100)
        daemon.wait()
        for branch in ("main", "other"):
            _one_revision(inside, ("checkout", "-q", "--detach", branch), versions={"main", "other"})
        daemon.verify()
    finally:
        daemon.kill()
