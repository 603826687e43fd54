"""The bad inputs 51 to 96 of the checklist: files, names, folders, links, mounts, modes and times that mean harm.

Each harms only itself: nothing hangs, nobody's row goes, and people read what is wrong. Those of `CASES` are tried in four
situations each; `TESTS` says where each of the others is. 1 to 50 are in tests/formats.
"""

import errno
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from docsync.model import RootState, Sign
from tests.helpers.mounting import Mounts, mounts
from tests.helpers.project import PERSONAS, PROMPTS, Project
from tests.helpers.rig import Rig

__all__ = ["mounts"]

LONG = bool(os.environ.get("DOCSYNC_LONG"))
HERE = Path(__file__)
X, KEEP = "personas/x.json", "personas/keep.json"
SKIPPED, NOTHING, GOOD = "skipped", None, "good"


@dataclass(frozen=True)
class Case:
    """Something at `path`: `verdict` is the code of its problem, or that it is a document or nothing at all.

    `keeps`: a row that was there before stays, for there is a file, however bad.
    """

    number: str
    make: Callable[[Path], object]
    verdict: str | None
    path: str = X
    keeps: bool = False


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(path.parent)  # the whole path may be too long for a socket
        server.bind(path.name)


def device(path: Path) -> None:
    try:
        os.mknod(path, 0o644 | stat.S_IFCHR, os.makedev(1, 5))  # /dev/zero
    except PermissionError:
        pytest.skip("only root may make a device")


def outside(path: Path) -> Path:
    """A file beside the project that nobody is to see."""
    file = path.parents[2] / "outside.json"
    file.write_text('{"name": "secret"}')
    return file


def link_inside(path: Path) -> None:
    target = path.with_name(".target.json")
    target.write_text('{"name": "good"}')
    path.symlink_to(target.name)


def linked_folder(path: Path) -> None:
    """The file's folder is a link that leads out of the collection."""
    shutil.rmtree(path.parent, ignore_errors=True)
    folder = path.parents[2] / "outside"
    folder.mkdir(exist_ok=True)
    (folder / path.name).write_text('{"name": "secret"}')
    path.parent.symlink_to(folder)


def swapped_links(path: Path) -> None:
    path.symlink_to("other.json")
    if not path.with_name("other.json").is_symlink():
        path.with_name("other.json").symlink_to(path.name)


def hard_link(path: Path) -> None:
    file = outside(path)
    file.write_text('{"name": "good"}')
    os.link(file, path)


def sparse(path: Path) -> None:
    with path.open("wb") as hole:
        hole.truncate(10 * 1024**3)


def shut(path: Path) -> None:
    """Nobody may read it. (Root may read everything: see `no_file_of_mode_0`.)"""
    path.write_text('{"name": "secret"}')
    path.chmod(0)


def dated(ns: int) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        path.write_text('{"name": "good"}')
        os.utime(path, ns=(ns, ns))

    return make


def good(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"name": "good"}')


SECOND = 1_000_000_000
CASES = [
    Case("51 a pipe", os.mkfifo, SKIPPED),
    Case("52 a socket", bind, SKIPPED),
    Case("53 a link to a device", lambda path: path.symlink_to("/dev/zero"), SKIPPED),
    Case("54 a device", device, SKIPPED),
    Case("55 a folder", Path.mkdir, NOTHING),
    Case("56 a link to a file inside", link_inside, GOOD),
    Case("57 a link to a file outside", lambda path: path.symlink_to(outside(path)), SKIPPED),
    Case(
        "57 a link to a file outside by way of the inside",
        lambda p: p.symlink_to(f"./../../{outside(p).name}"),
        SKIPPED,
    ),
    Case("58 a link in the place of the folder", linked_folder, SKIPPED, path="personas/team/x.json"),
    Case("59 a link to itself", lambda path: path.symlink_to(path.name), NOTHING),
    Case("59 two links to each other", swapped_links, NOTHING),
    Case("60 a hard link to a file outside", hard_link, GOOD),
    Case("61 mode 000", shut, "unreadable", keeps=True),
    Case("69 a time in 1970", dated(0), GOOD),
    Case("69 a time before 1970", dated(-SECOND), GOOD),
    Case("69 a time in 2200", dated(7_258_118_400 * SECOND), GOOD),
    Case("69 a time with nanoseconds", dated(1_700_000_000 * SECOND + 123_456_789), GOOD),
    Case("71 a hole of 10 GiB", sparse, "too-large", keeps=True),
    Case("72 a name of 255 bytes", good, GOOD, path=f"personas/{'n' * 250}.json"),
    Case("78 a hidden name", good, NOTHING, path="personas/.x.json"),
    Case("78 a hidden folder", good, NOTHING, path="personas/.git/x.json"),
    Case(
        "78 a lock file of Emacs",
        lambda path: path.symlink_to("me@host.1:2"),
        NOTHING,
        path="personas/.#x.json",
    ),
    Case("78 an autosave of Emacs", good, NOTHING, path="personas/#x.json#"),
    Case("78 a lock file of Office", good, NOTHING, path="personas/~$x.json"),
    Case("78 a backup", good, NOTHING, path="personas/x.json~"),
    Case("78 a swap file", good, NOTHING, path="personas/.x.json.swp"),
    Case("78 a temporary file", good, NOTHING, path="personas/x.json.tmp"),
    Case("78 the probe of vim", good, NOTHING, path="personas/4913"),
    Case("79 a trailing space in the stem", good, GOOD, path="personas/x .json"),
    Case("79 a trailing space in the folder", good, GOOD, path="personas/team /x.json"),
    Case("79 a trailing dot in the stem", good, GOOD, path="personas/x..json"),
    Case("79 a trailing dot after the suffix", good, NOTHING, path="personas/x.json."),
    Case("80 the suffix twice", good, GOOD, path="personas/x.json.json"),
    Case("80 nothing but the suffix", good, NOTHING, path="personas/.json"),
    Case("80 a suffix in capitals", good, NOTHING, path="personas/x.JSON"),
]
NAMED = {
    "74 a byte that is not UTF-8": "personas/x\udcff.json",
    "75 a line end": "personas/x\n.json",
    "75 an escape": "personas/x\x1b[31m.json",
    "75 a change of direction": "personas/x\u202egpj.json",
    "75 a folder with a line end": "personas/te\nam/x.json",
}
CASES += [Case(number, good, "name", path) for number, path in NAMED.items()]
KNOWN = [case for case in CASES if case.verdict != "name"]
ids = [case.number for case in CASES]
known_ids = [case.number for case in KNOWN]


@pytest.fixture(autouse=True)
def no_file_of_mode_0(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project beside which everything happens; here not even root reads a file without permissions."""
    real = os.open

    def refuse(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if (
            (dir_fd is not None or str(path).startswith(f"{project.root}/personas/"))
            and not flags & os.O_CREAT
            and not os.lstat(path, dir_fd=dir_fd).st_mode & 0o7777
        ):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.chdir(project.root)
    project.persona(KEEP)


def remove(path: Path) -> None:
    if path.parent.is_symlink():
        path.parent.unlink()
    elif path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def place(project: Project, case: Case) -> Path:
    path = project.root / case.path
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def check(project: Project, case: Case, *, was_good: bool = False) -> None:
    """What there is to see, and that a second look finds nothing new."""
    rows = project.names()
    assert rows.pop(KEEP) == "keep"
    keeps = case.verdict == GOOD or (was_good and case.keeps)
    assert rows == ({case.path: "good"} if keeps else {})
    codes = [code for _, code in project.problems()]
    assert codes == ([] if case.verdict in (GOOD, NOTHING) else [case.verdict])
    assert all(path.isprintable() for path, _ in project.problems())
    revision = project.revision
    project.settle()
    assert (project.revision, project.names().keys() - {KEEP}) == (revision, set(rows))


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_present_at_the_start(project: Project, case: Case) -> None:
    case.make(place(project, case))
    project.settle()
    check(project, case)
    project.start()
    project.settle()
    check(project, case)


@pytest.mark.parametrize("case", CASES, ids=ids)
@pytest.mark.parametrize("whole", [True, False], ids=["by a scan", "by a hint"])
def test_created_while_it_runs(project: Project, case: Case, whole: bool) -> None:
    project.settle()
    path = place(project, case)
    case.make(path)
    if not whole:
        project.sync(case.path, sign=Sign.CLOSED)
    project.settle()
    check(project, case)


@pytest.mark.parametrize("case", KNOWN, ids=known_ids)
def test_in_the_place_of_a_good_file(project: Project, case: Case) -> None:
    """Where the name is a document's: its row goes with the file, unless there still is one that cannot be taken."""
    path = place(project, case)
    good(path)
    project.settle()
    remove(path)
    case.make(path)
    project.settle()
    project.settle()  # what is no document can be listed only once its row is gone
    check(project, case, was_good=True)


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_good_file_in_its_place(project: Project, case: Case) -> None:
    path = place(project, case)
    case.make(path)
    project.settle()
    remove(path if path.parent.name.isprintable() else path.parent)
    project.persona(X, name="good")
    path.with_name("other.json").unlink(missing_ok=True)
    project.settle()
    assert project.names() == {X: "good", KEEP: "keep"}
    assert project.problems() == []


# Each of the others is a story of its own.

TESTS = {
    62: "tests/sync/batch/test_engine.py::test_an_unreadable_folder_deletes_nothing_beneath_it",
    63: "tests/sync/batch/test_load.py::test_a_file_that_goes_between_scan_and_read_is_missing_and_not_broken",
    64: "test_64_a_file_that_goes_while_it_is_read",
    65: "tests/scan/test_read.py::test_no_more_is_read_of_a_growing_file_than_one_byte_above_its_size",
    66: "tests/scan/test_read.py::test_a_file_that_changes_while_it_is_read_is_looked_at_again",
    67: "test_67_a_prompt_that_was_torn_where_it_still_parses_is_not_believed",
    68: "test_68_the_same_size_and_the_same_time_with_other_content",
    70: "test_70_a_clock_that_is_set_back_or_forward_changes_nothing",
    73: "test_73_a_path_too_long_for_the_system_hides_nothing_else",
    76: "tests/scan/test_walk.py::test_both_twins_of_case_and_of_normal_form_are_found",
    77: "test_76_77_twins_of_case_and_of_unicode_form_are_both_there_and_warned_of",
    81: "test_81_the_same_name_in_two_files_is_two_documents",
    82: "test_82_a_root_that_is_missing_at_the_start_deletes_nothing",
    83: "tests/daemon/test_storms.py::test_a_root_that_goes_deletes_nothing",
    84: "tests/daemon/test_watching.py::test_a_root_that_is_removed_and_made_again_is_watched_again",
    85: "tests/sync/batch/test_root_states.py::test_a_linked_root_that_points_elsewhere_is_read_whole_whatever_the_scope",
    86: "tests/daemon/test_storms.py::test_a_renamed_folder_lands_as_one_revision_and_is_not_held",
    87: "tests/daemon/test_watching.py::test_folders_made_moved_in_and_moved_out",
    88: "tests/daemon/test_watching.py::test_folders_made_moved_in_and_moved_out",
    89: "test_89_what_is_mounted_inside_is_read_like_any_folder",
    90: "tests/daemon/test_overflow.py::test_with_too_few_watches_rows_still_come_and_the_status_says_why",
    91: "tests/daemon/test_watching.py::test_without_a_free_inotify_instance_it_polls_and_says_so",
    92: "tests/daemon/test_overflow.py::"
    "test_with_a_queue_of_16_events_and_busy_threads_the_database_equals_the_files_after_a_storm",
    93: "tests/sync/batch/test_root_states.py::test_an_input_output_error_deletes_nothing",
    94: "test_94_a_file_that_changes_all_the_time_starves_no_other",
    95: "test_95_many_files_at_once_take_bounded_memory",
    96: "test_96_permissions_and_times_alone_make_no_revision",
}


def test_every_number_has_its_test() -> None:
    numbers = {int(case.number.split()[0]) for case in CASES}
    assert numbers | TESTS.keys() == set(range(51, 97))
    for name in TESTS.values():
        path, _, test = name.rpartition("::")
        source = (HERE.parents[2] / path if path else HERE).read_text()
        assert re.search(rf"^def {test}\(", source, re.MULTILINE), name


def test_64_a_file_that_goes_while_it_is_read(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.persona(X, name="old")
    project.settle()
    project.persona(X, name="new")
    real, once = os.read, [X]

    def read_too_late(descriptor: int, count: int) -> bytes:
        if once:
            (project.root / once.pop()).unlink()
        return real(descriptor, count)

    monkeypatch.setattr(os, "read", read_too_late)
    project.sync(X)
    assert project.problems() == []
    project.settle()
    assert (project.paths(), project.problems()) == ([KEEP], [])


@pytest.mark.parametrize("share", [0.1, 0.3, 0.49])
def test_67_a_prompt_that_was_torn_where_it_still_parses_is_not_believed(
    project: Project, share: float
) -> None:
    path, text = "prompts/p.prompty", "---\nname: P\n---\nsystem:\n" + "Answer politely.\n" * 50
    project.write(path, text)
    project.settle()
    query = "SELECT json_extract(document, '$.body') FROM documents WHERE type = 'prompt_template'"
    (whole,) = project.query(query)
    project.write(path, text[: int(len(text) * share)])
    project.sync(path, sign=Sign.CLOSED)
    project.later(499)
    project.sync(path, sign=Sign.CLOSED)
    assert project.query(query) == [whole]
    project.write(path, text)
    project.settle()
    assert project.query(query) == [whole]


@pytest.mark.parametrize("scope", ["", X])
@pytest.mark.parametrize("how", ["in place", "renamed"])
def test_68_the_same_size_and_the_same_time_with_other_content(
    project: Project, scope: str, how: str
) -> None:
    file = project.persona(X, name="old")
    project.settle()
    before = file.stat()
    (project.write if how == "in place" else project.replace)(X, '{"name": "new"}')
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    project.sync(scope)
    assert project.names()[X] == "new"


@pytest.mark.parametrize("hours", [-1, 1])
def test_70_a_clock_that_is_set_back_or_forward_changes_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    project.persona(X, name="old")
    project.settle()
    wall = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: wall() + hours * 3600 * SECOND)
    revision = project.revision
    project.settle()
    assert project.revision == revision
    file = project.persona(X, name="new")
    os.utime(file, ns=(wall() - 7200 * SECOND, wall() - 7200 * SECOND))
    project.sync(X, sign=Sign.RENAMED)
    assert project.names()[X] == "new"
    file.unlink()
    project.sync()
    project.later(499)
    project.sync()
    assert X in project.paths()
    project.later(1)
    project.sync()
    assert project.paths() == [KEEP]


def _dig(folder: Path, depth: int) -> None:
    """A way down that no single path can name, and a file at its end."""
    here = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(depth):
            os.mkdir("d" * 200, dir_fd=here)
            below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.close(os.open("deep.json", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    finally:
        os.close(here)


def test_73_a_path_too_long_for_the_system_hides_nothing_else(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    _dig(project.root / "personas", 25)
    try:
        project.settle()
        assert project.paths() == [KEEP]
        ((path, code),) = project.problems()
        assert code == "unreadable"
        assert path.endswith("/" + "d" * 200)
        project.persona(X, name="good")
        project.settle()
        assert project.paths() == [KEEP, X]
    finally:
        # What pytest clears away afterwards could not be named either.
        monkeypatch.undo()
        shutil.rmtree(project.root / "personas" / ("d" * 200))


def test_76_77_twins_of_case_and_of_unicode_form_are_both_there_and_warned_of(project: Project) -> None:
    twins = ["personas/Ana.json", "personas/ana.json", "personas/e\u0301.json", "personas/\u00e9.json"]
    for path in twins:
        project.persona(path)
    project.settle()
    assert sorted(project.paths()) == sorted([*twins, KEEP])
    assert project.problems() == [(path, "name-twin") for path in sorted(twins)]
    for path in twins[::2]:
        (project.root / path).unlink()
    project.settle()
    assert project.problems() == []


def test_81_the_same_name_in_two_files_is_two_documents(project: Project) -> None:
    """An id is a path: what a file calls itself cannot clash."""
    for path in ("personas/a.json", "personas/b.json"):
        project.persona(path, name="Same", id="same")
    project.settle()
    assert project.names() == {"personas/a.json": "Same", "personas/b.json": "Same", KEEP: "keep"}
    assert project.problems() == []


def test_82_a_root_that_is_missing_at_the_start_deletes_nothing(project: Project) -> None:
    project.settle()
    (project.root / "personas").rename(project.root / "away")
    project.start()
    project.settle()
    assert project.engine.root_states()["persona"] is RootState.MISSING
    assert project.paths() == [KEEP]
    (project.root / "away").rename(project.root / "personas")
    project.settle()
    assert (project.paths(), project.problems()) == ([KEEP], [])


@pytest.mark.parametrize("kind", ["another file system", "a folder a second time"])
def test_89_what_is_mounted_inside_is_read_like_any_folder(
    project: Project, mounts: Mounts, kind: str
) -> None:
    elsewhere = project.root.parent / "elsewhere"
    elsewhere.mkdir()
    (project.root / "personas/mounted").mkdir()
    mounts.over(project.root / "personas/mounted", elsewhere if kind == "a folder a second time" else None)
    project.persona("personas/mounted/deep/x.json", name="good")
    project.settle()
    assert project.names() == {KEEP: "keep", "personas/mounted/deep/x.json": "good"}
    mounts.off(project.root / "personas/mounted")
    project.settle()
    assert (project.paths(), project.problems()) == ([KEEP], [])


def test_94_a_file_that_changes_all_the_time_starves_no_other(project: Project) -> None:
    rig = Rig(project)
    rig.settle()
    before, most = project.revision, 0
    for number in range(700):
        project.persona(X, number=number)
        rig.hint(X, Sign.CLOSED)
        most = max(most, len(rig.inbox))
        if number == 300:
            project.persona("personas/y.json", name="other")
            rig.hint("personas/y.json", Sign.RENAMED)
        rig.later(1)
        rig.step()
        if number == 301:
            assert "personas/y.json" in project.paths()
    assert project.revision - before <= 3  # one of them is of the other file
    assert most <= 2
    rig.settle()
    assert project.query(
        "SELECT json_extract(document, '$.number') FROM documents WHERE file_path = ?", X
    ) == [(699,)]


def peak_bytes(project: Project, count: int, size: int) -> int:
    """How much memory one sync of so many new files takes, in a process of its own."""
    text = f'{{"name": "p", "text": "{"x" * size}"}}'
    for number in range(count):
        project.write(f"personas/{count}/g{number // 1000}/p{number}.json", text)
    child = subprocess.Popen([sys.executable, "-m", "docsync", "sync", "-q"], cwd=project.root)
    _, code, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(code)
    assert child.returncode == 0
    return usage.ru_maxrss * 1024


def test_95_many_files_at_once_take_bounded_memory(project: Project) -> None:
    """Their content is never held together."""
    count, size = (100_000, 2000) if LONG else (300, 60_000)
    project.close()
    few = peak_bytes(project, 10, size)
    many = peak_bytes(project, count, size)
    print(f"{count} files of {size} bytes: {(many - few) / 2**20:.0f} MiB more than ten of them")
    assert many - few < 0.6 * count * size


def test_96_permissions_and_times_alone_make_no_revision(project: Project) -> None:
    file = project.persona(X, name="old")
    project.settle()
    revision = project.revision
    deeds: list[Callable[[], object]] = [
        lambda: file.chmod(0o600),
        lambda: os.utime(file, (1, file.stat().st_mtime)),
        lambda: file.touch(),
        lambda: os.utime(file, (1, 1)),
        lambda: file.write_text(file.read_text()),
    ]
    for deed in deeds:
        deed()
        project.sync(X, sign=Sign.ATTRIBUTES)
        project.settle()
        assert project.revision == revision


def test_a_link_to_a_file_inside_may_be_a_file_of_a_nested_collection_too(project: Project) -> None:
    """What is inside is told by the folder of the link's own collection."""
    nested = replace(PERSONAS, type="team", path="personas/team")
    project.start(collections=(nested, PERSONAS, PROMPTS))
    project.persona("personas/team/a.json", name="good")
    (project.root / X).symlink_to("team/a.json")
    (project.root / "personas/team/out.json").symlink_to("../keep.json")
    project.settle()
    assert project.names() == {"personas/team/a.json": "good", X: "good", KEEP: "keep"}
    assert project.problems() == [("personas/team/a.json", "overlap"), ("personas/team/out.json", "skipped")]


@pytest.fixture
def failing_folder(project: Project, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Listing the folder personas/team fails with each error number in the set."""
    numbers: set[int] = set()
    real = os.scandir

    def scandir(location: str) -> Any:
        for number in numbers if str(location).endswith("/team") else ():
            raise OSError(number, os.strerror(number), location)
        return real(location)

    monkeypatch.setattr(os, "scandir", scandir)
    return numbers


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EACCES, errno.EMFILE, errno.ENOMEM])
def test_62_93_a_folder_that_cannot_be_listed_keeps_its_rows_until_it_can(
    project: Project, failing_folder: set[int], number: int
) -> None:
    for name in ("a", "b"):
        project.persona(f"personas/team/{name}.json")
    project.settle()
    failing_folder.add(number)
    (project.root / "personas/team/a.json").unlink()
    project.settle()
    assert len(project.paths()) == 3
    assert {code for _, code in project.problems()} == {"unreadable"}
    failing_folder.clear()
    project.settle()
    assert (project.paths(), project.problems()) == ([KEEP, "personas/team/b.json"], [])
