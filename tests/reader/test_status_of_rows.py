"""What is found says of its state what `get` says, which looks up the status of each document."""

import os
import random

from docsync.reader import Reader, open_reader
from tests.helpers.project import Project, Tell

SEED = int(os.environ.get("DOCSYNC_SEED", "0")) or random.SystemRandom().randrange(10**9)
ROUNDS = 60
STATES = ("broken", "unreadable", "skipped", "held")
FOLDERS = ("personas", "prompts")


def trouble(project: Project, rand: random.Random) -> None:
    """Let some files, and folders of collections, be in a state that is not ok, as a batch would record it."""
    rows = [str(path) for (path,) in project.query("SELECT file_path FROM files WHERE id IS NOT NULL")]
    for path in rand.sample(rows, rand.choice((0, 0, 1, 5))):
        project.query("UPDATE files SET state = ? WHERE file_path = ?", rand.choice(STATES), path)
        _blame(project, path)
    if rand.random() < 0.2:
        folder = rand.choice(FOLDERS)
        project.query("INSERT INTO files (file_path, type, state) VALUES (?, 'x', 'unreadable')", folder)
        _blame(project, folder)


def _blame(project: Project, path: str) -> None:
    project.query(
        "INSERT INTO problems (file_path, ordinal, severity, code, message, since) "
        "VALUES (?, 0, 'error', 'c', 'm', ?)",
        path,
        f"since {path}",
    )


def mend(project: Project) -> None:
    project.query("DELETE FROM files WHERE file_path IN (?, ?)", *FOLDERS)
    project.query("UPDATE files SET state = 'ok'")
    project.query("DELETE FROM problems")


def answers(reader: Reader) -> tuple[set[str], bool]:
    """The states that were found, and whether they are those that `get` gives."""
    found = list(reader.find())
    return {row.state for row in found}, found == [reader.get(row.id) for row in found]


def test_whatever_is_troubled_a_row_that_is_found_is_the_row_that_is_got(crowd: Project, tell: Tell) -> None:
    rand, seen = random.Random(SEED), set[str]()
    mend(crowd)
    with open_reader(database=crowd.database) as reader:
        for _ in range(ROUNDS):
            trouble(crowd, rand)
            states, are_equal = answers(reader)
            assert are_equal, f"DOCSYNC_SEED={SEED}"
            seen |= states
            mend(crowd)
    tell(f"{ROUNDS} troubled databases read in two ways, states {sorted(seen)}, DOCSYNC_SEED={SEED}")
    assert seen == {"ok", "stale", "held"}
