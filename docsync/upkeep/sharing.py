"""Who may read the database: as configured, or decided once after its first scan; its mode bits remember it.

Belongs to the thread that syncs; `is_open` may be read by any. Never widens what was decided before.
"""

import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from docsync.errors import StoreReason, StoreUnavailable
from docsync.permission import OWN_FILE, OWN_FOLDER, Audience, Mode, make_folder, put_mark, set_bits
from docsync.regular_file import read_regular
from docsync.store.connection import noting
from docsync.store.database_files import audience_at, is_empty, is_there, mode_at, set_mode
from docsync.store.project_note import is_known, note_project
from docsync.sync.setup import Settings
from docsync.upkeep.audience import find_audience

FOLDER = ".docsync"
"""The name of a folder that is docsync's alone, whoever made it."""
_UNDECIDED = ".undecided"
_OURS = "folder"
_BESIDE = frozenset({"lock", "holder.json", "token", "daemon.json", "docsync.sock", "cookies"})


def _ignore() -> None:
    """Without somebody to tell."""


class Sharing:
    """Decides who may read the database of one project.

    `is_open`: every user could read all of it at this start. `on_exposed` is called when the database is
    shared although the folders are not: an earlier docsync left it so, or a person made it so.
    """

    def __init__(self, settings: Settings, database: Path) -> None:
        self._settings = settings
        self._database = database
        self._mark = database.with_name(database.name + _UNDECIDED)
        self._is_done = False
        self._known: Audience | None = None
        self._again: Audience | None = None
        self.on_exposed: Callable[[], object] = _ignore
        self.is_open = settings.mode is Mode.SHARED

    def begin(self, *, is_strangers: bool = False, has_arrived: bool = False) -> None:
        """Before the database is opened: note that it is new, and whether its folder is.

        *is_strangers*: the one that is there cannot stay, and says nothing. One that *has_arrived* from
        elsewhere counts as new, unless its owner alone may read it. Raises StoreUnavailable.
        """
        try:
            if has_arrived and mode_at(self._database) is not Mode.PRIVATE:
                set_mode(self._database, Mode.PRIVATE)
                put_mark(self._mark)
            self._begin(is_strangers=is_strangers)
        except OSError as error:
            reason = f"the database cannot be written ({error})"
            raise StoreUnavailable(StoreReason.IO_ERROR, reason) from error

    def _begin(self, *, is_strangers: bool) -> None:
        is_empty_file = is_empty(self._database) and not is_strangers
        if self._mark.exists() or (is_there(self._database) and not (is_empty_file or is_strangers)):
            return
        make_folder(self._database.parent)
        if is_empty_file:  # the mode that somebody gave it decides nothing
            set_bits(self._database, OWN_FILE)
        self._again = self._known or self._recall()
        if self._again is None:
            put_mark(self._mark, _OURS if self._is_new(self._database.parent) else "")

    def audience(self) -> Audience:
        """Those who may read the database, as it is configured or was decided; until then its owner alone."""
        if self._settings.mode is not None:
            return Audience(self._settings.mode, self._gid())
        return audience_at(self._database)

    def settle(self) -> None:
        """After it was opened: it is this project's, what is configured holds at once, and what was decided is
        what it says. Raises StoreUnavailable.
        """
        with noting(self._database):
            note_project(self._database, self._settings.root)
        if self._settings.mode is not None:
            self._set(self.audience())
        elif self._again is not None:
            self._set(self._again)
        self._again = None
        self._remember()

    def believes_bits(self) -> bool:
        """True when the mode bits of the database that is there are its mode."""
        return self._again is None and not self._mark.exists()

    def _remember(self) -> None:
        """What was decided, for a database that is made anew in the place of this one."""
        if is_there(self._database) and not self._mark.exists():
            self._known = audience_at(self._database)

    def _recall(self) -> Audience | None:
        """What the folder says, where docsync has had a database of this project in a folder of its own."""
        folder = self._database.parent
        if folder.name != FOLDER or not is_known(self._database, self._settings.root):
            return None
        return audience_at(folder)

    def decide(self, files: Callable[[], Iterable[str]]) -> None:
        """After the first scan of this start: *files* are the paths of all that was read. Once."""
        if self._is_done:
            return
        self._is_done = True
        if self._settings.mode is not None:
            return
        undecided = self._mark.exists()
        if not undecided and mode_at(self._database) is not Mode.SHARED:
            return
        folders = [collection.path for collection in self._settings.collections]
        found = find_audience(self._settings.root, folders, files())
        if undecided:
            self._set(found)
            self._remember()
        elif found.mode is not Mode.SHARED:
            self.on_exposed()
        self.is_open = found.mode is Mode.SHARED

    def _set(self, audience: Audience) -> None:
        folder, is_ours = self._database.parent, self._database.parent.name == FOLDER
        with suppress(OSError):
            is_ours = is_ours or read_regular(self._mark, len(_OURS)).octets == _OURS.encode("ascii")
        set_mode(self._database, audience.mode, audience.gid)
        if is_ours:
            set_bits(folder, audience.mode.folder_bits, audience.gid)
        self._mark.unlink(missing_ok=True)

    def _gid(self) -> int | None:
        """The group of the folder: what is made in it may be of another one."""
        return self._database.parent.stat().st_gid if self._settings.mode is Mode.GROUP else None

    @staticmethod
    def _is_new(folder: Path) -> bool:
        """True for a folder that docsync has made a moment ago: nobody else has put anything there."""
        status = folder.stat()
        is_own = status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == OWN_FOLDER
        return is_own and {entry.name for entry in folder.iterdir()} <= _BESIDE
