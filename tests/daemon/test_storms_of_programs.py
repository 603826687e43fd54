"""Editors, links, exchanged names, Git, rsync and ConfigMaps at once: then the database equals the files, by hints alone."""

import os
import random
import threading
from pathlib import Path

import pytest

from tests.daemon.running import NO_RESCAN, Daemon
from tests.failpoints.witness import witness_outside
from tests.helpers.authors import Author, Committer, Editor, Linker, Mirrorer, Publisher, at_work
from tests.helpers.project import Tell

STORMS = int(os.environ.get("DOCSYNC_STORMS", "4"))
SEED = int(os.environ.get("DOCSYNC_SEED", "0")) or random.SystemRandom().randrange(10**9)
pytestmark = pytest.mark.timeout(120 + 30 * STORMS)


@pytest.mark.dose
def test_after_every_storm_the_database_equals_the_files(daemon: Daemon, tmp_path: Path, tell: Tell) -> None:
    generator = random.Random(SEED)
    daemon.environ |= NO_RESCAN | {"DOCSYNC_WATCH__DEBOUNCE_MS": "50"}
    authors = _authors(daemon.root, tmp_path)
    with witness_outside(daemon.database, every=50) as sights:
        daemon.start()
        for storm in range(STORMS):
            with at_work(authors):
                threading.Event().wait(generator.uniform(0.3, 1.5))
                if generator.random() < 0.3:
                    daemon.kill()
                    daemon.start(ready=False)
            _settle_and_verify(daemon, f"storm {storm}, DOCSYNC_SEED={SEED}")
    acts = sum(author.count for author in authors)
    tell(
        f"{STORMS} storms of {len(authors)} programs, {acts} acts, {sights.states} states, DOCSYNC_SEED={SEED}"
    )
    assert (sights.wrong, len(sights.epochs)) == ([], 1)


def _authors(root: Path, tmp_path: Path) -> list[Author]:
    personas = root / "personas"

    def outside(name: str) -> Path:
        return tmp_path / "outside" / name

    return [
        Editor(personas / "edit", outside("edit"), f"{SEED} editor"),
        Linker(personas / "links", outside("links"), f"{SEED} linker"),
        Linker(personas / "edit", outside("more"), f"{SEED} both"),
        Committer(root, personas / "git", outside("git"), f"{SEED} git"),
        Mirrorer(personas / "mirror", outside("mirror"), f"{SEED} rsync"),
        Publisher(personas / "config", outside("config"), f"{SEED} config"),
    ]


def _settle_and_verify(daemon: Daemon, moment: str) -> None:
    daemon.until(daemon.is_announced)
    daemon.wait()
    daemon.run("release")
    daemon.wait()
    result = daemon.run("verify", "--json")
    assert result.returncode == 0, (moment, result.stdout[-3000:], result.stderr)
