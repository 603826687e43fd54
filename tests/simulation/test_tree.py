"""The made-up tree and the real one keep the same contract."""

from pathlib import Path

import pytest

from docsync.model import FileBytes, ReadFailure, Reference, ReferenceStatus, RefusedPath, RootState
from docsync.names import EVERYTHING, Collection
from docsync.scan import FileTree
from docsync.sync.ports import Tree
from tests.simulation.asset_tree import AssetTree
from tests.simulation.carry_out import Filesystem, do
from tests.simulation.clock import MS, SimulatedClock
from tests.simulation.disk import Disk
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.generator import generate
from tests.simulation.link_scene import with_links
from tests.simulation.setup import (
    ALIAS,
    ASIDE_NAMES,
    FOLDERS,
    PERSONA_NAMES,
    PROMPT_NAMES,
    PROMPTS,
    TEAM,
    VOLUME,
    VOLUMES,
)
from tests.simulation.step import History, Step, Verb

COLLECTIONS = (TEAM, Collection("persona", "personas", ("**/*.json",), "json", exclude=("old/**",)), PROMPTS)
SCOPES = (
    EVERYTHING,
    *FOLDERS,
    *PERSONA_NAMES[:5],
    "personas/.hidden.json",
    "personas/nowhere/x.json",
    "prompts/.away",
    ALIAS,
    VOLUME,
    f"{VOLUMES[0]}/a.json",
)
MAX_FILE_BYTES = 1_500
A = "personas/a.json"


class Place:
    """A piece of filesystem and the tree that sees it."""

    def __init__(self, filesystem: Filesystem, tree: Tree) -> None:
        self.filesystem = filesystem
        self.tree = tree


def made_up() -> Place:
    filesystem = FakeFilesystem(SimulatedClock())
    return Place(filesystem, AssetTree(filesystem, COLLECTIONS, MAX_FILE_BYTES))


def real(folder: Path) -> Place:
    folder.mkdir()
    return Place(Disk(folder), FileTree(folder, COLLECTIONS, MAX_FILE_BYTES))


@pytest.fixture(params=["made up", "real"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return made_up() if request.param == "made up" else real(tmp_path / "real")


def test_a_scan_finds_the_documents_and_nothing_else(place: Place) -> None:
    for name in (*PERSONA_NAMES, *PROMPT_NAMES, *ASIDE_NAMES, "personas/a.json.bak", "elsewhere/b.json"):
        place.filesystem.write(name, b"{}")
    scan = place.tree.scan([EVERYTHING])
    assert set(scan.found) == {*PERSONA_NAMES, *PROMPT_NAMES} - {"personas/old/f.json"}
    assert {scan.types[path] for path in scan.found if path.startswith("personas/team/")} == {
        "team",
        "persona",
    }


def test_a_scope_is_a_path_and_everything_beneath_it(place: Place) -> None:
    for name in PERSONA_NAMES:
        place.filesystem.write(name, b"{}")
    assert set(place.tree.scan([A]).found) == {A}
    assert set(place.tree.scan(["personas/team"]).found) == {
        name for name in PERSONA_NAMES if "/team/" in name
    }
    assert not place.tree.scan(["personas/nowhere.json"]).found


def test_a_root_is_there_missing_or_another_one(place: Place) -> None:
    assert {root.state for root in place.tree.roots().values()} == {RootState.MISSING}
    place.filesystem.make_folder("personas/team")
    roots = place.tree.roots()
    assert [root.state for root in roots.values()] == [RootState.OK, RootState.OK, RootState.MISSING]
    place.filesystem.write("prompts", b"a file")
    assert place.tree.roots()["prompt_template"].state is RootState.MISSING
    place.filesystem.move("personas", "parked")
    place.filesystem.make_folder("personas")
    assert place.tree.roots()["persona"] != roots["persona"]


def test_what_is_read_is_what_was_written(place: Place) -> None:
    place.filesystem.write(A, b"one")
    read = place.tree.read(A)
    assert isinstance(read, FileBytes)
    assert (read.octets, read.stamp) == (b"one", place.tree.scan([A]).found[A])


def test_a_file_that_went_is_gone(place: Place) -> None:
    place.filesystem.write(A, b"one")
    assert place.tree.find_gone([A]) == []
    place.filesystem.delete(A)
    assert place.tree.find_gone([A]) == [A]
    assert place.tree.read(A) is ReadFailure.GONE


def test_a_pipe_is_skipped_and_gone(place: Place) -> None:
    place.filesystem.make_folder("personas")
    place.filesystem.write(A, None)
    scan = place.tree.scan([EVERYTHING])
    assert (set(scan.found), set(scan.skipped), scan.skipped[A].problem.code) == (set(), {A}, "skipped")
    assert place.tree.find_gone([A]) == [A]
    assert place.tree.read(A) is ReadFailure.GONE


def test_a_file_that_is_too_large_is_not_read(place: Place) -> None:
    place.filesystem.write(A, b"x" * (MAX_FILE_BYTES + 1))
    read = place.tree.read(A)
    assert isinstance(read, RefusedPath)
    assert (read.problem.code, read.stamp) == ("too-large", place.tree.scan([A]).found[A])
    assert str(MAX_FILE_BYTES) in read.problem.message


def test_a_write_in_place_keeps_the_inode_and_a_save_does_not(place: Place) -> None:
    place.filesystem.write(A, b"one")
    first = place.tree.scan([A]).found[A]
    place.filesystem.write(A, b"three")
    second = place.tree.scan([A]).found[A]
    place.filesystem.save(A, b"four!")
    third = place.tree.scan([A]).found[A]
    assert (first.inode == second.inode, second.inode == third.inode) == (True, False)
    assert (second.size, third.size) == (5, 5)


def test_a_rename_keeps_what_identifies_a_file(place: Place) -> None:
    place.filesystem.write(A, b"one")
    before = place.tree.scan([A]).found[A]
    place.filesystem.move("personas", "parked")
    place.filesystem.move("parked", "personas")
    after = place.tree.scan([A]).found[A]
    assert (after.device, after.inode, after.size, after.mtime_ns) == (
        before.device, before.inode, before.size, before.mtime_ns
    )  # fmt: skip


def test_a_set_mtime_and_that_of_a_copy_show(place: Place) -> None:
    place.filesystem.write(A, b"one")
    place.filesystem.set_mtime(A, 4_102_444_800 * 10**9)
    place.filesystem.copy(A, "personas/b.json")
    found = place.tree.scan([EVERYTHING]).found
    assert {stamp.mtime_ns for stamp in found.values()} == {4_102_444_800 * 10**9}
    assert found[A].inode != found["personas/b.json"].inode


def test_references_are_resolved_alike(place: Place) -> None:
    place.filesystem.write("prompts/sample.json", b"{}")
    expected = {
        "sample.json": (ReferenceStatus.OK, "prompts/sample.json"),
        "kit/other.json": (ReferenceStatus.MISSING, "prompts/kit/other.json"),
        "../out.json": (ReferenceStatus.OUTSIDE, "out.json"),
        "../../out.json": (ReferenceStatus.OUTSIDE, None),
        "/etc/passwd": (ReferenceStatus.OUTSIDE, None),
    }
    for target, (status, path) in expected.items():
        resolved = place.tree.resolve("prompts/p.prompty", Reference("file", target, "sample"))
        assert (resolved.status, resolved.path) == (status, path), target
    assert (
        place.tree.resolve("prompts/p.prompty", Reference("env", "X", "x")).status
        is ReferenceStatus.NOT_CHECKED
    )


def test_a_path_belongs_to_the_first_collection_that_matches_it(place: Place) -> None:
    assert [collection.type for collection in place.tree.collections_of("personas/team/a.json")] == [
        "team",
        "persona",
    ]
    assert place.tree.collections_of("personas/old/f.json") == []


@pytest.mark.parametrize("seed", range(24))
def test_the_same_history_looks_alike_in_both(seed: int, tmp_path: Path) -> None:
    """Everything but permissions, which root does not feel; a pipe is only put where nothing is, as mkfifo wants it."""
    _play(with_links(seed, generate(seed)), tmp_path, f"seed {seed}")


def test_a_link_by_way_of_a_folder_that_comes_and_goes_looks_alike_in_both(tmp_path: Path) -> None:
    steps = (
        Step(0, Verb.SYMLINK, path="personas/c.json", other="team/deep/e.json"),
        Step(0, Verb.FILL, path="personas/team"),
        Step(0, Verb.REMOVE, path="personas/team"),
    )
    _play(steps, tmp_path, "the folder of a collection")


def _play(history: History, tmp_path: Path, title: str) -> None:
    clock = SimulatedClock()
    filesystem = FakeFilesystem(clock)
    one, other = (
        Place(filesystem, AssetTree(filesystem, COLLECTIONS, MAX_FILE_BYTES)),
        real(tmp_path / "real"),
    )
    for number, step in enumerate(history):
        if step.verb in (Verb.SHUT, Verb.OPEN):
            continue
        clock.advance(clock.now_ns + 5 * MS)
        hints = [do(step, place.filesystem) for place in (one, other)]
        assert sorted(hints[0]) == sorted(hints[1]), f"{title}, step {number}: {step}"
        assert _look(one.tree) == _look(other.tree), f"{title}, step {number}: {step}"


def _look(tree: Tree) -> object:
    scans = [tree.scan([scope]) for scope in SCOPES]
    seen = [
        (
            set(scan.found),
            dict(scan.types),
            {path: refused.problem.message for path, refused in scan.skipped.items()},
            set(scan.unreadable),
            scan.links,
            {path: _inside(steps) for path, steps in scan.steps.items()},
            scan.shared,
            len(scan.aliases),
        )
        for scan in scans
    ]
    sizes = {path: stamp.size for path, stamp in scans[0].found.items()}
    reads = [tree.read(path) for path in (*PERSONA_NAMES, *PROMPT_NAMES) if tree.collections_of(path)]
    octets = [read.octets if isinstance(read, FileBytes) else type(read) for read in reads]
    roots = {type_: root.state for type_, root in tree.roots().items()}
    return seen, sizes, octets, roots, tree.find_gone(PERSONA_NAMES)


def _inside(steps: tuple[str, ...]) -> list[str]:
    """*steps*, with but one that says nothing for those out of the project."""
    return [name for name in steps if not name.startswith("/")] + ["/"] * any(
        name.startswith("/") for name in steps
    )
