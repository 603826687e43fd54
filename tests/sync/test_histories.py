"""After any history of hostile names the database is a function of the tree: rows, references, problems, status.

Each action is hinted at as a watcher would, and no look at everything comes at the end.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random, SystemRandom

import pytest

from docsync.cli.command.check import check
from docsync.model import Sign
from docsync.names import Collection, to_printable
from docsync.policy.batch import Batch, DirtyPath
from docsync.verify import verify
from tests.helpers.project import PERSONAS, PROMPTS, Project, Tell

# Twins of case and of Unicode form, of files and of folders, in one collection and across two; names that cannot be
# stored, and the very names that these are shown as.
NAMES = (
    "personas/ana.json",
    "personas/Ana.json",
    "personas/ANA.json",
    "personas/\u00e9.json",
    "personas/e\u0301.json",
    "personas/Team/x.json",
    "personas/team/x.json",
    "personas/\udcff.json",
    "personas/\\xff.json",
    "Personas/ana.json",
    "prompts/p.prompty",
    "prompts/P.prompty",
    "prompts/in/q.prompty",
)
TARGETS = ("prompts/data.json", "prompts/Data.json", "prompts/in/data.json")
OTHERS = Collection("other", "Personas", ("**/*.json",), "json")
EVERY_TEAM = Collection("team", "personas/team", ("**/*.json",), "json")
CONFIGURATIONS = (
    (PERSONAS, PROMPTS, OTHERS),
    (PERSONAS, PROMPTS, OTHERS, EVERY_TEAM),
    (EVERY_TEAM, PERSONAS, OTHERS, PROMPTS),
    (PERSONAS, PROMPTS),
)
ROOTS = ("personas", "Personas", "prompts", "personas/team")
LONG = bool(os.environ.get("DOCSYNC_LONG"))
RUNS, PARTS = (2_000, 20) if LONG else (60, 6)
SEED = int(os.environ.get("DOCSYNC_SEED", "0")) or SystemRandom().randrange(10**9)


class History:
    """A project under random actions; each is hinted at, and some are looked at at once."""

    def __init__(self, root: Path, seed: int) -> None:
        self.random = Random(seed)
        self.project = Project(root)
        self.dirty: set[str] = set()
        self.steps: list[str] = []
        (root / "Personas").mkdir()
        self.project.start(collections=self.random.choice(CONFIGURATIONS))
        self.sync("")

    def act(self) -> None:
        """One random action, and mostly a look at what it touched."""
        weights = {
            self._good: 6,
            self._broken: 4,
            self._remove: 4,
            self._move: 3,
            self._odd: 2,
            self._target: 2,
        }
        weights |= {self._root: 1, self._restart: 1, self._configure: 1, self._wait: 3, self._release: 1}
        action: Callable[[], None] = self.random.choices([*weights], [*weights.values()])[0]
        action()
        if self.random.random() < 0.7:
            self.look()

    def look(self) -> None:
        """One batch of all that was hinted at."""
        scopes, self.dirty = self.dirty, set()
        self.sync(*scopes)

    def sync(self, *scopes: str) -> None:
        project = self.project
        now_ns = project.now_ns
        dirty = {scope: DirtyPath(now_ns, now_ns, Sign.FOLDER) for scope in scopes}
        self.dirty |= project.engine.sync(Batch(dirty), now_ns, lambda _: None).again.keys()

    def settle(self) -> None:
        """Let time pass until nothing is in doubt."""
        for _ in range(50):
            self.look()
            self.project.later(600)
            if not self.dirty and self.project.engine.next_due_ns() is None:
                return
        raise AssertionError("it does not come to rest")

    def _name(self) -> str:
        return self.random.choice(NAMES)

    def _hint(self, *paths: str) -> None:
        self.steps.append(" ".join(map(to_printable, paths)))
        self.dirty.update(paths)

    def _write(self, path: str, text: str) -> None:
        file = self.project.root / path
        self._clear(file)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        except OSError:  # something else lies there
            return

    @staticmethod
    def _clear(file: Path) -> None:
        if file.is_dir() and not file.is_symlink():
            shutil.rmtree(file)
        elif file.exists() or file.is_symlink():
            file.unlink()

    def _good(self) -> None:
        path, number = self._name(), self.random.randint(0, 2)
        target = self.random.choice(("data.json", "Data.json", "in/data.json"))
        if path.endswith(".prompty"):
            self._write(path, f"---\nname: N{number}\nsample: ${{file:{target}}}\n---\nhello\n")
        else:
            self._write(path, f'{{"name": "N{number}"}}')
        self._hint(path)

    def _broken(self) -> None:
        path = self._name()
        size = self.random.choice((1, 1, 3_000))
        self._write(path, "---\nname: [\n" if path.endswith(".prompty") else "{" * size)
        self._hint(path)

    def _remove(self) -> None:
        path = self.random.choice((*NAMES, "personas/team", "personas/Team"))
        self._clear(self.project.root / path)
        self._hint(path)

    def _move(self) -> None:
        old, new = self.random.choice(
            [
                ("personas/team", "personas/Team"),
                ("personas/Team", "personas/team"),
                *[(self._name(), self._name()) for _ in range(4)],
            ]
        )
        if (self.project.root / old).exists() and Path(old).suffix == Path(new).suffix and old != new:
            self._clear(self.project.root / new)
            (self.project.root / new).parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.project.root / old, self.project.root / new)
            self._hint(old, new)

    def _odd(self) -> None:
        """A pipe, a folder, or a link that is not followed, where a file may have been."""
        path = self._name()
        file = self.project.root / path
        self._clear(file)
        kind = self.random.choice(("pipe", "folder", "dangling", "out"))
        if not file.parent.is_dir():
            return
        if kind == "pipe":
            os.mkfifo(file)
        elif kind == "folder":
            file.mkdir()
        else:
            file.symlink_to("nothing" if kind == "dangling" else "/etc/hostname")
        self._hint(path)

    def _target(self) -> None:
        path = self.random.choice(TARGETS)
        if self.random.random() < 0.5:
            self._write(path, "{}")
        else:
            self._clear(self.project.root / path)
        self._hint(path)

    def _root(self) -> None:
        """A collection's folder goes, or comes back."""
        root = self.random.choice(ROOTS)
        here, away = self.project.root / root, self.project.root / f"away-{root.replace('/', '-')}"
        if away.exists() and not here.exists() and here.parent.is_dir():
            os.rename(away, here)
        elif here.is_dir() and not away.exists():
            os.rename(here, away)
        self._hint(root)

    def _restart(self) -> None:
        self.steps.append("restart")
        self.project.start()
        self.dirty = {""}

    def _configure(self) -> None:
        self.steps.append("configure")
        ignore = self.random.choice(
            (frozenset[str](), frozenset({"name-twin"}), frozenset({"missing-reference"}))
        )
        self.project.start(
            collections=self.random.choice(CONFIGURATIONS),
            ignore=ignore,
            max_file_bytes=self.random.choice((2_000, 1_048_576)),
        )
        self.dirty = {""}

    def _wait(self) -> None:
        self.steps.append("wait")
        self.project.later(self.random.choice((5, 300, 600)))

    def _release(self) -> None:
        self.steps.append("release")
        self.project.engine.release(None)

    def bring_back_all(self) -> None:
        """No folder is away and no deletion held any more: then nothing is kept that no file has."""
        for root in ROOTS:
            away = self.project.root / f"away-{root.replace('/', '-')}"
            if away.exists():
                shutil.rmtree(self.project.root / root, ignore_errors=True)
                (self.project.root / root).parent.mkdir(parents=True, exist_ok=True)
                os.rename(away, self.project.root / root)
            (self.project.root / root).mkdir(parents=True, exist_ok=True)
            self.dirty.add(root)
        self.settle()
        self._release()
        self.settle()


@pytest.mark.parametrize("part", range(PARTS))
def test_any_history_leaves_what_a_fresh_database_would_hold(part: int, tmp_path: Path, tell: Tell) -> None:
    runs = RUNS // PARTS
    first = SEED + part * runs
    tell(f"histories of hostile names: {runs}, DOCSYNC_SEED={first} begins with them")
    for seed in range(first, first + runs):
        history = History(tmp_path / str(seed), seed)
        project = history.project
        for _ in range(history.random.randint(3, 25)):
            history.act()
        history.settle()
        told = f"DOCSYNC_SEED={seed}: {history.steps}"
        assert verify(project.settings, project.database).differences == (), told
        history.bring_back_all()
        verification = verify(project.settings, project.database)
        assert (verification.differences, verification.held) == ((), ()), told
        found = {(one.path, one.code) for one in check(project.settings, [""], renders=False).problems}
        assert set(project.problems()) - {(path, "root-missing") for path in ROOTS} == found, told
        project.close()
