"""The made-up tree with the files that prompts take in: passes the same contract tests as scan.FileTree."""

from docsync.model import FileBytes, ReadFailure, RefusedPath, Stamp
from docsync.names import ancestors, covers
from docsync.scan.read import WriteState, is_racy
from tests.simulation.name_table import File
from tests.simulation.refusal import denied
from tests.simulation.tree import FakeTree, LinkKind, hides


class AssetTree(FakeTree):
    """A FakeTree that also reads what is no document."""

    def read_asset(self, asset: str, by: str) -> FileBytes | RefusedPath | ReadFailure:
        self._pause()
        file = self._asset(asset, by)
        if file is None or file.octets is None:
            return ReadFailure.GONE
        if file.shut or self._filesystem.shut_above(asset) is not None:
            return RefusedPath(denied(asset))
        return FileBytes(file.octets, file.stamp, is_racy(file.stamp, self._filesystem.exact_ns()))

    def stamp_asset(self, asset: str, by: str) -> Stamp | None:
        file = self._asset(asset, by)
        is_there = file is not None and file.octets is not None
        return file.stamp if file and is_there and self._filesystem.shut_above(asset) is None else None

    def asset_write_state(self, asset: str, by: str) -> WriteState:
        file = self._asset(asset, by)
        if file is not None and (file.shut or self._filesystem.shut_above(asset) is not None):
            return WriteState.UNKNOWN
        return WriteState.OPEN if file is not None and self._filesystem.is_open(asset) else WriteState.CLOSED

    def _asset(self, asset: str, by: str) -> File | None:
        """The file at *asset*, as far as the document *by* may take it in."""
        folder = self.folder_of(by)
        if not covers(folder, asset) or hides(asset[len(folder) :]):
            return None
        if any(covers(folder, name) and name in self._filesystem.links for name in ancestors(asset)):
            return None
        if asset in self._filesystem.links:
            end = self.end_of(asset, folder)
            return self._filesystem.files[end.path] if end.kind is LinkKind.FILE else None
        return self._filesystem.files.get(asset)

    def has_asset(self, asset: str, by: str) -> bool:
        """True where there is a file, whatever it holds."""
        file = self._asset(asset, by)
        return file is not None and file.octets is not None

    def can_be_read(self, asset: str, by: str) -> bool:
        """True where nobody keeps the daemon from reading the file *asset*."""
        file = self._asset(asset, by)
        return file is not None and not file.shut and self._filesystem.shut_above(asset) is None

    def asset_text(self, asset: str, by: str) -> str | None:
        """The text of the file *asset* that the document *by* takes in, None where nobody can have it."""
        file = self._asset(asset, by)
        if file is None or file.octets is None or file.shut or self._filesystem.shut_above(asset) is not None:
            return None
        try:
            return file.octets.decode()
        except UnicodeDecodeError:
            return None
