"""What Git ignores, judged by Git itself."""

import shutil
import subprocess
from functools import partial
from pathlib import Path
from random import Random

import pytest

from docsync.model import ReadFailure
from docsync.names import Collection
from docsync.scan import FileTree
from docsync.scan.git_ignore import GitIgnore
from tests.helpers.cpu import least_cpu_seconds

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
NAMES = ("a", "b", "keep", "x.json", "y.json", "draft.json")
LINES = (
    "*.json", "!keep/", "!x.json", "/a", "a/", "b/*", "!b/x.json", "**/keep", "a/**", "a/**/x.json", "keep/*.json",
    "!keep/x.json", "/*", "!/a", "!/b/", "# x.json", "", "\\!x.json", "draft*", "[xy].json", "?.json", "!a/b",
    "/a/b/", "*", "!*/", "!*.json", "y.json ", "x.json\\ ", "**", "**/", "b/keep/", "[", "!", "/", "a//b", "\\",
    "*a*t*", "**/*e*p/*.j*n",
)  # fmt: skip


def git(root: Path, *arguments: str, text: str = "") -> str:
    command = ["git", "-c", "core.excludesFile=/dev/null", *arguments]
    return subprocess.run(command, cwd=root, input=text, capture_output=True, text=True).stdout


def write(root: Path, path: str, text: str = "") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def grow(root: Path, random: Random, depth: int = 3) -> None:
    """Folders and files with few names, and a .gitignore in some."""
    for name in NAMES:
        if random.random() < 0.4:
            continue
        if "." in name or not depth:
            write(root, name)
        else:
            (root / name).mkdir(exist_ok=True)
            grow(root / name, random, depth - 1)
    if random.random() < 0.5:
        write(root, ".gitignore", "\n".join(random.choices(LINES, k=random.randrange(1, 5))))


def files_in(root: Path) -> list[str]:
    files = (
        path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts
    )
    return sorted(path.relative_to(root).as_posix() for path in files if path.name != ".gitignore")


@needs_git
@pytest.mark.parametrize("seed", range(60))
def test_of_every_file_the_answer_is_that_of_git(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    git(tmp_path, "init", "-q")
    grow(tmp_path, random)
    write(tmp_path, ".git/info/exclude", random.choice(LINES) + "\n")
    files = files_in(tmp_path)

    ours = GitIgnore(str(tmp_path))
    said = {path: ours.find(path) for path in files}
    listed = git(tmp_path, "check-ignore", "--no-index", "--stdin", text="\n".join(files)).splitlines()

    assert [path for path in files if said[path]] == sorted(listed)


@pytest.fixture
def ignore(tmp_path: Path) -> GitIgnore:
    return GitIgnore(str(tmp_path))


def test_without_a_repository_the_folder_of_the_project_is_the_top(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", "*.json")
    write(tmp_path, "project/.gitignore", "draft.json")
    ignore = GitIgnore(str(tmp_path / "project"))

    assert ignore.find("draft.json")
    assert not ignore.find("x.json")


def test_a_repository_above_the_project_counts(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, ".gitignore", "/project/build")
    ignore = GitIgnore(str(tmp_path / "project"))

    assert ignore.find("build", is_folder=True)
    assert ignore.find("build/deep/x.json")
    assert not ignore.find("src/build/x.json")


def test_a_repository_in_the_project_has_rules_of_its_own(tmp_path: Path, ignore: GitIgnore) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, ".gitignore", "*.json")
    (tmp_path / "inner/.git").mkdir(parents=True)

    assert ignore.find("x.json")
    assert not ignore.find("inner/x.json")


def test_a_worktree_shares_what_its_clone_excludes(tmp_path: Path) -> None:
    write(tmp_path, "main/.git/worktrees/w/commondir", "../..\n")
    write(tmp_path, "main/.git/info/exclude", "*.json")
    write(tmp_path, "w/.git", f"gitdir: {tmp_path}/main/.git/worktrees/w\n")

    assert GitIgnore(str(tmp_path / "w")).find("x.json")


def test_a_changed_file_counts_from_the_next_look_on(tmp_path: Path, ignore: GitIgnore) -> None:
    write(tmp_path, ".gitignore", "x.json")
    assert ignore.find("x.json")
    write(tmp_path, ".gitignore", "other.json")
    assert ignore.find("x.json")

    ignore.forget()

    assert not ignore.find("x.json")
    assert ignore.find("other.json")


def test_the_rule_is_named_with_its_file_and_line(tmp_path: Path, ignore: GitIgnore) -> None:
    write(tmp_path, "a/.gitignore", "# drafts\n*.draft.json\n")

    rule = ignore.find("a/b/x.draft.json")

    assert rule is not None
    assert (rule.file, rule.line, rule.text) == ("a/.gitignore", 2, "*.draft.json")


def test_a_link_in_place_of_the_file_and_a_pipe_are_no_rules(tmp_path: Path, ignore: GitIgnore) -> None:
    write(tmp_path, "rules", "*.json")
    (tmp_path / ".gitignore").symlink_to("rules")

    assert not ignore.find("x.json")


ASKING = Collection("persona", "personas", ("**/*.json",), "json", ignore="git")
PLAIN = Collection("persona", "personas", ("**/*.json",), "json")
BUILT = Collection("built", "personas/build", ("*.json",), "json")


def found(root: Path, *scopes: str, collections: tuple[Collection, ...] = (ASKING,)) -> set[str]:
    return set(FileTree(root, collections, 100).scan(scopes or ("",)).found)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path in (
        "personas/a.json",
        "personas/a.draft.json",
        "personas/build/b.json",
        "personas/build/c/d.json",
    ):
        write(tmp_path, path, "{}")
    write(tmp_path, ".gitignore", "*.draft.json\nbuild/\n")
    return tmp_path


def test_what_git_ignores_is_no_document_where_that_is_asked_for(project: Path) -> None:
    assert found(project) == {"personas/a.json"}
    assert len(found(project, collections=(PLAIN,))) == 4


@pytest.mark.parametrize(
    "scope", ["personas/a.draft.json", "personas/build", "personas/build/b.json", "personas/build/c"]
)
def test_a_look_at_one_name_finds_the_same(project: Path, scope: str) -> None:
    assert found(project, scope) == set()


def test_a_walk_in_pieces_finds_the_same(project: Path) -> None:
    walk = FileTree(project, [ASKING], 100).begin_walk()
    list(walk.visit())

    assert set(walk.scan().found) == {"personas/a.json"}


def test_another_collection_that_does_not_ask_has_what_the_first_leaves_out(project: Path) -> None:
    assert found(project, collections=(ASKING, BUILT)) == {"personas/a.json", "personas/build/b.json"}
    assert FileTree(project, [ASKING, BUILT], 100).collections_of("personas/build/b.json") == [BUILT]


def test_of_an_ignored_folder_nothing_is_said(project: Path) -> None:
    (project / "personas/build/link").symlink_to("c")

    assert not FileTree(project, [ASKING], 100).scan([""]).skipped


def test_a_tree_looks_at_the_rules_anew_with_each_scan(project: Path) -> None:
    tree = FileTree(project, [ASKING], 100)
    assert set(tree.scan([""]).found) == {"personas/a.json"}
    write(project, ".gitignore", "a.json")

    assert set(tree.scan(["personas"]).found) == {
        "personas/a.draft.json",
        "personas/build/b.json",
        "personas/build/c/d.json",
    }


def test_a_file_that_is_ignored_since_the_scan_is_read_as_one_that_went(project: Path) -> None:
    tree = FileTree(project, [ASKING], 100)
    tree.scan([""])
    write(project, ".gitignore", "a.json")
    tree.scan(["personas/build"])

    assert tree.read("personas/a.json") is ReadFailure.GONE


@pytest.mark.parametrize(
    ("line", "name"),
    [("*a" * 40 + "*b", "a" * 250), ("**/a/" * 30 + "b", "a/" * 500 + "c"), ("a*" * 60, "a" * 250 + "b")],
    ids=["stars", "folders", "stars at the end"],
)
def test_no_line_takes_long_for_a_hostile_name(tmp_path: Path, line: str, name: str) -> None:
    (tmp_path / ".gitignore").write_text(f"{line}\n*.log\n")
    ignore = GitIgnore(str(tmp_path))
    look = partial(ignore.find, name)
    assert least_cpu_seconds(look, 0.05) <= 0.05
    assert ignore.find("x.log") is not None
