"""The Git repository around the project: does it keep its hands off the database?

Runs Git, and changes nothing.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from docsync.doctor.finding import Diagnosis, Level
from docsync.store.epoch import wal_of

_TOPIC = "git"
_SECONDS = 10


def examine_repository(root: Path, database: Path) -> Iterator[Diagnosis]:
    """Nothing where there is no repository, no Git, or no database inside of it."""
    if _git(root, "rev-parse", "--is-inside-work-tree") != 0 or not database.is_relative_to(root):
        return
    inner = database.relative_to(root)
    line = f"{inner.name}*" if inner.parent == Path() else f"{inner.parent.as_posix()}/"
    log = wal_of(database)
    if _git(root, "ls-files", "--error-unmatch", "--", str(database)) == 0:
        advice = f"take it out: git rm --cached {inner.as_posix()}"
        yield Diagnosis(
            _TOPIC, Level.WARNING, "the database is under version control: a checkout overwrites it", advice
        )
    elif any(_git(root, "check-ignore", "-q", "--", str(path)) != 0 for path in (database, log)):
        advice = f"add this line to .gitignore: {line}"
        yield Diagnosis(
            _TOPIC, Level.WARNING, f"{line} is not ignored: git clean -fd would remove the database", advice
        )
    else:
        yield Diagnosis(_TOPIC, Level.OK, f"a checkout lands as one revision; {line} is ignored")


def _git(root: Path, *arguments: str) -> int | None:
    """The exit code of Git, None where there is none that answers."""
    try:
        # No shell, and the Git that the person would run.
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, timeout=_SECONDS)  # noqa: S603, S607
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.returncode
