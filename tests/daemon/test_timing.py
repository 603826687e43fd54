"""The scenarios of docs/timing.md that need a real daemon: what is seen is asserted, the time is printed.

The others are in tests/sync/test_timing.py, by the millisecond, and in tests/daemon/test_git.py. The figures are measured
by `python -m benchmarks.timing`.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemon.running import NO_RESCAN, Daemon, rest
from tests.daemon.test_git import Repository, _one_revision

ROUNDS = 30


def _everything_elsewhere(repository: Repository, count: int) -> None:
    """Two branches without a file name in common: between them Git removes the root folder itself."""
    daemon = repository.daemon
    repository.git("init", "-q", "-b", "main")
    daemon.write(".gitignore", ".docsync/\n*.log\n")
    for branch, folder in (("main", "g0"), ("other", "g1")):
        repository.git("checkout", "-q", "-B", branch)
        repository.git("rm", "-rq", "--ignore-unmatch", "personas")
        for number in range(count):
            daemon.persona(f"personas/{folder}/p{number}.json", version=branch, number=number)
        repository.commit(branch)
    repository.git("checkout", "-q", "main")


@pytest.mark.usefixtures("nothing_mounted")
def test_16_a_root_that_a_checkout_removes_and_makes_again_is_seen(daemon: Daemon) -> None:
    repository = Repository(daemon)
    _everything_elsewhere(repository, 30)
    daemon.environ |= NO_RESCAN
    daemon.start()
    rescans = daemon.status()["rescans"]
    for branch in ("other", "main") * 3:
        _one_revision(repository, ("checkout", "-q", branch), versions={"main", "other"})
        daemon.persona(f"personas/{'g1' if branch == 'other' else 'g0'}/p0.json", version=branch, number=-1)
        daemon.until(
            lambda: daemon.query("SELECT 1 FROM documents WHERE json_extract(document, '$.number') = -1")
        )
        repository.git("checkout", "-q", "--", ".")
        daemon.wait()
    assert daemon.lines("watcher.dead") == []
    assert daemon.status()["rescans"] == rescans
    daemon.verify()


def test_16_a_root_that_one_branch_does_not_have_is_kept_and_back_with_the_other(daemon: Daemon) -> None:
    repository = Repository(daemon)
    repository.begin(30)
    repository.git("checkout", "-q", "-b", "empty")
    repository.git("rm", "-rq", "personas")
    repository.commit("empty")
    repository.git("checkout", "-q", "main")
    daemon.start()
    for branch in ("other", "main"):
        repository.git("checkout", "-q", "empty")
        assert not (daemon.root / "personas").exists()
        daemon.until(lambda: any(reason["code"] == "root_missing" for reason in daemon.status()["reasons"]))
        assert daemon.documents() == 30
        repository.git("checkout", "-q", branch)
        daemon.until(lambda: daemon.status()["state"] == "in_sync")
        versions = daemon.query("SELECT DISTINCT json_extract(document, '$.version') FROM documents")
        assert versions == [(branch,)]
    daemon.verify()


def _atomically(file: Path, text: str) -> None:
    draft = file.with_suffix(".tmp")
    draft.write_text(text)
    draft.replace(file)


@pytest.fixture
def rested(daemon: Daemon) -> Daemon:
    """Many files, none of which was applied lately."""
    for number in range(2 * ROUNDS):
        daemon.persona(f"personas/p{number}.json", v=0)
    daemon.start()
    rest()
    return daemon


@pytest.mark.parametrize("save", [_atomically, Path.write_text])
def test_23_after_a_barrier_every_save_before_it_is_visible(
    rested: Daemon, save: Callable[[Path, str], object]
) -> None:
    reader, client, times = rested.connect(), rested.client(), []
    for number in range(ROUNDS):
        save(rested.root / f"personas/p{number}.json", json.dumps({"name": "x", "v": 1}))
        begun = time.perf_counter()
        client.post("/v1/wait", {"timeout": 30})
        times.append((time.perf_counter() - begun) * 1000)
        query = "SELECT json_extract(document, '$.v') FROM documents WHERE file_path = ?"
        assert reader.execute(query, (f"personas/p{number}.json",)).get == 1
    reader.close()
    print(f"barrier: p50 {sorted(times)[ROUNDS // 2]:.1f} ms, longest {max(times):.1f} ms")


def test_24_a_barrier_after_a_deletion_or_a_broken_save_is_never_answered_early(rested: Daemon) -> None:
    for number in range(3):
        (rested.root / f"personas/p{number}.json").unlink()
        begun = time.monotonic()
        assert rested.wait()["deleted"] == [f"personas/p{number}.json"]
        assert time.monotonic() - begun >= 0.5
        rested.write(f"personas/p{ROUNDS + number}.json", "{")
        begun = time.monotonic()
        assert rested.wait()["broken"] == [f"personas/p{ROUNDS + other}.json" for other in range(number + 1)]
        assert time.monotonic() - begun >= 0.5


def test_28_a_key_that_kubernetes_removes_from_a_configmap_goes_with_the_swap(daemon: Daemon) -> None:
    """The new folder, the rename of ..data, the link of the removed key, the old folder: in this order."""
    folder = daemon.root / "personas/mounted"

    def version(number: int, keys: dict[str, str]) -> None:
        for key, name in keys.items():
            daemon.persona(f"personas/mounted/..{number}/{key}.json", name=name)
        (folder / "..data_tmp").symlink_to(f"..{number}")
        (folder / "..data_tmp").rename(folder / "..data")

    version(1, {"ana": "Ana 1", "ben": "Ben 1"})
    for key in ("ana", "ben"):
        (folder / f"{key}.json").symlink_to(f"..data/{key}.json")
    daemon.persona("personas/keep.json")
    daemon.start()
    rest()
    before = daemon.revision
    version(2, {"ana": "Ana 2"})
    (folder / "ben.json").unlink()
    for old in (folder / "..1").iterdir():
        old.unlink()
    (folder / "..1").rmdir()
    daemon.until(lambda: daemon.revision > before)
    assert daemon.query("SELECT name FROM documents ORDER BY name") == [("Ana 2",), ("keep",)]
    daemon.wait()
    assert daemon.revision == before + 1
    daemon.verify()
