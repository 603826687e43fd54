"""Save, wait, read: whatever way a program writes in, what `wait` has answered for is in the database."""

import os
import random
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from tests.daemon.running import NO_RESCAN, Daemon
from tests.failpoints.sealed import sealed
from tests.helpers.project import Tell
from tests.helpers.ways_of_writing import WAYS, Save

CYCLES = int(os.environ.get("DOCSYNC_CYCLES", "150"))
SEED = int(os.environ.get("DOCSYNC_SEED", "0")) or random.SystemRandom().randrange(10**9)
FOLDERS = ("personas", "personas/team", "personas/team/deep", "prompts/mail")
pytestmark = pytest.mark.timeout(120 + CYCLES)


@pytest.mark.dose
def test_what_wait_answers_for_is_in_the_database_however_it_was_written(
    daemon: Daemon, tmp_path: Path, tell: Tell
) -> None:
    generator = random.Random(SEED)
    outside = tmp_path / "outside"
    outside.mkdir()
    for folder in FOLDERS:
        (daemon.root / folder).mkdir(exist_ok=True)
    daemon.environ |= NO_RESCAN
    daemon.start()
    wrong: Counter[str] = Counter()
    for number in range(CYCLES):
        folder = generator.choice(FOLDERS)
        suffix = ".prompty" if folder.startswith("prompts") else ".json"
        path = f"{folder}/p{generator.randrange(4)}{suffix}"
        way = generator.choice(list(WAYS))
        _write(
            daemon, way, path, Save(daemon.root / path, sealed(path, number, generator), outside, generator)
        )
        # Nothing is heard of a name that a file gets outside: docs/reliability.md, known limits.
        paths = [path] if way == "write through a name outside" else generator.choice(([], [path]))
        daemon.client().post("/v1/wait", {"timeout": 30, "paths": paths})
        if _stored(daemon, path) != sha256((daemon.root / path).read_bytes()).hexdigest():
            wrong[f"{way}, wait {'PATH' if paths else ''}"] += 1
            daemon.client().post("/v1/reload", {})
    tell(f"{CYCLES} times saved in {len(WAYS)} ways, waited and read, DOCSYNC_SEED={SEED}")
    assert not wrong
    daemon.verify()


def _write(daemon: Daemon, way: str, path: str, save: Save) -> None:
    if path.startswith("prompts") and way == "several opens":
        way = "one write"  # the beginning of a prompt is a prompt: rule 3 lets it rest, and it is not closed
    WAYS[way](save)


def _stored(daemon: Daemon, path: str) -> str | None:
    rows = daemon.query("SELECT content_hash FROM documents WHERE file_path = ?", path)
    return str(rows[0][0]) if rows else None


UNHEARD = (".notes.json", ".kept/notes.json", "~notes.json", "draft.bak", ".a/deep/.b/notes.json")
LINKED = ("link.json", "folder/notes.json")


@pytest.mark.parametrize("target", [*UNHEARD, *LINKED, "notes.json"])
def test_a_reference_to_a_file_that_nothing_is_heard_of_is_right_after_a_wait(
    daemon: Daemon, tmp_path: Path, target: str
) -> None:
    daemon.environ |= NO_RESCAN
    prompt = "---\nname: P\nsample: ${file:%s}\n---\nHello.\n"
    daemon.write("prompts/mail/before.prompty", prompt % target)
    daemon.start()
    daemon.write("prompts/mail/after.prompty", prompt % target)
    file = daemon.root / "prompts/mail" / target

    def told() -> tuple[list[tuple[str]], int]:
        daemon.wait()
        problems = daemon.value("SELECT count(*) FROM problems WHERE code = 'missing-reference'")
        return daemon.query("SELECT status FROM document_references"), problems

    if target.startswith("link"):
        file.symlink_to("../elsewhere/notes.json")
        file = daemon.root / "prompts/elsewhere/notes.json"
    elif target.startswith("folder"):
        (daemon.root / "prompts/mail/folder").symlink_to(tmp_path)
        file = tmp_path / "notes.json"
    missing, there = ([("missing",)] * 2, 2), ([("ok",)] * 2, 0)
    for _ in range(2):
        assert told() == missing
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
        assert told() == there
        daemon.stop()
        daemon.start()
        assert told() == there
        file.unlink()
        assert told() == missing
    daemon.verify()
