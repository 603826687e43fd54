"""A project prepared for every life, a day's work that reaches every effect, and how to see that all is well again."""

import json
import os
import random
import shutil
from pathlib import Path

from docsync.admin.client import DaemonRefused
from docsync.errors import NotReachable
from docsync.model import Timing
from docsync.store.connection import open_writer
from docsync.sync.setup import Settings
from docsync.verify import verify
from tests.failpoints.daemon import Orders
from tests.failpoints.forked import ForkedDaemon
from tests.failpoints.points import Life
from tests.helpers.project import PERSONAS, PROMPTS
from tests.store.breaking import at_home, damage, garbage_header, log_of

DEBOUNCE_MS = 60
_CONFIG = f"[watch]\ndebounce_ms = {DEBOUNCE_MS}\n[admin]\nenabled = false\n"
_PROMPT = """---
name: greet
sample: ["${file:./sample1.json}", "${file:./sample2.json}"]
---
system:
Be polite, and mind the words.
"""


def template(root: Path) -> Path:
    """A project with a sound database and no daemon, to be copied."""
    daemon = ForkedDaemon(root)
    (root / "docsync.toml").write_text(_CONFIG)
    (root / ".git").mkdir()
    for name in ("p0", "p1", "p2", "p3", "gone1", "gone2", "day1"):
        daemon.persona(f"personas/{name}.json", tags=["calm", name], bio=f"{name} " * 50)
    daemon.write("prompts/greet.prompty", _PROMPT)
    daemon.write("prompts/refer.prompty", _PROMPT)
    try:
        daemon.start()
        (root.parent / "epoch").write_text(daemon.value("SELECT value FROM sync_state WHERE key = 'epoch'"))
        daemon.stop()
    finally:
        daemon.kill()
    return root


class Scene:
    """One daemon in one life, with traps at *orders*' points."""

    def __init__(self, folder: Path, source: Path, life: Life) -> None:
        self.control = folder / "control"
        self.control.mkdir()
        shutil.copytree(source, folder / "project")
        self.daemon = ForkedDaemon(folder / "project")
        self.life = life
        self.first_epoch = (source.parent / "epoch").read_text()
        self._prepare()

    def _prepare(self) -> None:
        at_home(self.daemon.database)
        match self.life:
            case Life.NEW:
                shutil.rmtree(self.daemon.database.parent)
            case Life.OLD:
                self.daemon.database.chmod(0o604)  # something to set right: no mode of ours
            case Life.COPIED:
                self._change("SELECT 1")  # from now on it is known which log belongs to it
                log_of(self.daemon.database).unlink()
            case Life.BENT:
                self._change("DELETE FROM document_tags WHERE tag = 'p3'")
            case Life.BROKEN:
                self._change("DROP INDEX documents_name")
            case Life.RUINED:
                damage(self.daemon.database, garbage_header, random.Random(1))

    def _change(self, statement: str) -> None:
        with open_writer(self.daemon.database) as connection:
            connection.execute(statement)

    def launch(self, *points: str, deed: str) -> None:
        """Start with traps; those of a daemon that works are not live before `arm`."""
        orders = Orders(points, deed, control=self.control)
        if self.life in (Life.WORK, Life.END):
            self.daemon.launch(orders)
            self.daemon.until(self.daemon.is_announced)
            self.daemon.wait()
        else:
            self.arm(*points)
            self.daemon.launch(orders)

    def arm(self, *points: str) -> None:
        """From now on the daemon stumbles over *points*."""
        for point in points:
            (self.control / point).touch()

    def hits(self) -> list[str]:
        """The points that were reached, in order."""
        path = self.control / "hits"
        return path.read_text().splitlines() if path.exists() else []

    def work(self, day: int = 1) -> None:
        """A day's work, of which there can be two: every change of a file that docsync must notice."""
        daemon, root = self.daemon, self.daemon.root
        daemon.persona("personas/p0.json", tags=[f"new{day}"], bio="other words")
        daemon.write("personas/p1.json", "\n" * day + '{"name": "broken"')
        (root / f"personas/gone{day}.json").unlink()
        (root / f"personas/day{day}.json").rename(root / f"personas/day{day + 1}.json")
        os.utime(root / "personas/p2.json", (1_700_000_000 + day, 1_700_000_000))
        daemon.persona(f"personas/team{day}/one.json", tags=["team"])
        daemon.write(f"prompts/sample{day}.json", "{}")
        daemon.write("prompts/greet.prompty", _PROMPT + f"user:\nHello {day}\n")
        (root / ".git/index").write_text(str(day))
        draft = daemon.write("personas/.p3.json.tmp", json.dumps({"name": "three", "day": day}))
        draft.replace(root / "personas/p3.json")

    def is_hit(self, point: str) -> bool:
        """True once *point* was reached; asks the daemon what people ask, which reaches some of them."""
        if point not in self.hits():
            self.is_calm()
        return point in self.hits()

    def may_be_read(self) -> bool:
        """Not before docsync has seen a copy: whoever reads one in a folder that he may write makes it a log."""
        return self.life is not Life.COPIED or bool(self.hits())

    def is_calm(self) -> bool:
        """True when the daemon has nothing left to do and nothing to complain of."""
        try:
            self.daemon.wait()
            status = self.daemon.status()
        except NotReachable:
            return False
        except DaemonRefused as refused:
            if refused.status == 503:  # it stops
                return False
            raise
        return bool(status["state"] == "in_sync" and not status["undecided"] and not status["pending"])

    def proves(self) -> None:
        """Let everything come to rest, and prove the database equal to the files."""
        self.daemon.until(self.is_calm)
        settings = Settings(
            self.daemon.root, (PERSONAS, PROMPTS), Timing(10_000_000, DEBOUNCE_MS * 1_000_000, 2_000_000_000)
        )
        verification = verify(settings, self.daemon.database)
        assert verification.equal, verification.differences
