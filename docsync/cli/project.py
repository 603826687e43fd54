"""The project a command is about: its configuration, its paths and the daemon that may run.

Changes nothing.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from docsync.config import Config
from docsync.errors import NotReachable, UsageError
from docsync.names import EVERYTHING, covers, drop_covered, find_closest, strip_folder, to_printable
from docsync.real_path import real_path

if TYPE_CHECKING:
    from docsync.admin.client import Client
    from docsync.sync.setup import Settings

# How much longer than a call itself its answer may take to arrive.
_SPARE_SECONDS = 5.0


class Project(NamedTuple):
    """A project and the folder that paths on the command line are relative to."""

    config: Config
    here: Path

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.config.root

    @property
    def database(self) -> Path:
        """The database's path."""
        return self.config.database_path

    def settings(self) -> "Settings":
        """Everything that decides what ends up in the database.

        Raises UsageError where there is no project at all.
        """
        from docsync.reader.files import settings_of

        if self._is_nowhere():
            raise self._make_no_project()
        return settings_of(self.config)

    def demand(self) -> "Project":
        """This project, for what only reads.

        Raises UsageError where there are neither files nor a database.
        """
        if self._is_nowhere() and not self.database.exists():
            raise self._make_no_project()
        return self

    def _is_nowhere(self) -> bool:
        config = self.config
        return config.file is None and not any((self.root / one.path).exists() for one in config.collections)

    def _make_no_project(self) -> UsageError:
        folders = " nor ".join(f"{one.path}/" for one in self.config.collections)
        return UsageError(
            f"{self.root}: no docsync.toml here or above, neither {folders}; begin with: docsync init"
        )

    def describe_absent(self) -> Iterator[str]:
        """Yields a warning for each collection whose folder does not exist.

        No error: it may be made later.
        """
        from docsync.store.database_files import is_there

        for one in self.config.collections:
            folder = self.root / one.path
            if self.config.file is None or is_there(folder):
                continue
            near = _find_similar(folder)
            meant = (
                f"; did you mean {(folder.parent / near[0]).relative_to(self.root).as_posix()}?"
                if near
                else ""
            )
            file = self.config.file.name
            yield f"{to_printable(one.path)}: no such folder, so {one.type} has no documents ({file}){meant}"

    def describe_left_out(self, *, with_meant: bool) -> list[str]:
        """A sentence for each reason for which files are left out; *with_meant*: also as configured."""
        from docsync.scan.left_out import survey_left_out

        survey = survey_left_out(str(self.root), self.config.collections)
        return survey.list_sentences(with_meant=with_meant)

    def explain_left_out(self, scopes: Iterable[str]) -> Iterator[str]:
        """Yields why a folder among *scopes* is not entered, for each that is not.

        Raises UsageError for a file that is no document, though its name is one of a document.
        """
        from docsync.scan.left_out import explain, explain_folder

        root, collections = str(self.root), self.config.collections
        for scope in scopes:
            is_file = (self.root / scope).is_file()
            if is_file and not self.settings().tree().scan([scope]).types:
                raise self._make_no_document(scope, explain(root, collections, scope))
            if not is_file and (why := explain_folder(root, collections, scope)):
                yield f"{to_printable(scope)}: {why}"

    def daemon(self, seconds: float = 0.0) -> "Client | None":
        """The daemon that runs for this project, for calls that take up to *seconds*; None when none runs."""
        return client_of(self.database.parent, seconds)

    def require_daemon(self, seconds: float = 0.0) -> "Client":
        """The daemon that runs for this project.

        Raises NotReachable when none does, UsageError outside of any project.
        """
        daemon = self.daemon(seconds)
        if daemon is None:
            self.demand()
            raise NotReachable(f"no docsync is running for {self.root}; start one with: docsync run")
        return daemon

    def scopes(self, paths: Iterable[Path]) -> list[str]:
        """*paths* as scopes, without those that another one covers.

        Raises UsageError for one outside of all collections.
        """
        return drop_covered(self._scope(path) for path in paths)

    def _scope(self, path: Path) -> str:
        inner = self.to_inner(path)
        if inner is not None and self._may_hold(inner):
            return inner
        if inner is None:
            folders = ", ".join(collection.path for collection in self.config.collections)
            why = f"it lies outside of the project (folders of its collections: {folders})"
        else:
            from docsync.scan.left_out import explain

            why = explain(str(self.root), self.config.collections, inner)
        raise self._make_no_document(str(path), why)

    def _make_no_document(self, path: str, why: str) -> UsageError:
        where = f"belongs to no collection of {self.root}"
        return UsageError(f"{to_printable(path)}: {where}: {why}; see 'docsync config show'")

    def _may_hold(self, path: str) -> bool:
        """True when *path* can be a document, by its name, or a folder above or beneath a collection.

        The folder may be deleted already.
        """
        collections = self.config.collections
        if path == EVERYTHING or any(one.matches(path) or covers(path, one.path) for one in collections):
            return True
        return not (self.root / path).is_file() and any(strip_folder(one.path, path) for one in collections)

    def to_inner(self, path: Path) -> str | None:
        """*path* relative to the project's folder, or None.

        Links on the way to it are only followed if need be.
        """
        absolute = os.path.normpath(self.here.absolute() / path)
        real = os.path.join(real_path(os.path.dirname(absolute)), os.path.basename(absolute))  # noqa: PTH118, PTH119, PTH120
        for candidate in (Path(absolute), Path(real)):
            if candidate.is_relative_to(self.root):
                inner = candidate.relative_to(self.root).as_posix()
                return EVERYTHING if inner == "." else inner
        return None


def _find_similar(folder: Path) -> list[str]:
    """The folders beside *folder*, which is not there, whose names are like its own."""
    try:
        names = [entry.name for entry in folder.parent.iterdir() if entry.is_dir()]
    except OSError:
        return []
    return find_closest(folder.name, names, 1)


def client_of(folder: Path, seconds: float) -> "Client | None":
    """A client of the daemon that holds *folder*, for calls of up to *seconds*; None when none runs.

    Raises NotReachable where one of another user runs.
    """
    from docsync.admin.client import Client
    from docsync.lock import read_announcement

    try:
        announcement = read_announcement(folder) if folder.is_dir() else None
    except PermissionError as error:
        where = to_printable(str(folder))
        advice = "run this command as the user who runs docsync"
        raise NotReachable(f"{where} belongs to another user; {advice}") from error
    return Client(Path(announcement.socket), seconds + _SPARE_SECONDS) if announcement else None
