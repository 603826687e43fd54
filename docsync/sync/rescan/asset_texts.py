"""Reads files that documents take in whose stamps prove nothing, to see whether they hold what is stored."""

from collections.abc import Mapping

from docsync.formats.source import FileRefused, decode_source
from docsync.model import Asset, AssetUse, FileBytes, RefusedPath
from docsync.sync.batch.redact_asset import redact_asset
from docsync.sync.delivery import WalkOrder
from docsync.sync.rescan.ports import Sources


class AssetTexts:
    """The texts of one pass: each file is read once for all documents that take it in."""

    def __init__(self, sources: Sources, order: WalkOrder) -> None:
        self._sources = sources
        self._order = order
        self._texts: dict[str, str | None] = {}
        self._stored: tuple[str, Mapping[str, Asset]] = ("", {})

    def are_equal(self, use: AssetUse) -> bool:
        """True where what is stored of *use* is what its file holds, or where that cannot be read as before.

        What is a document itself is never said to be equal: it would have to be parsed.
        """
        if self._sources.tree.collections_of(use.asset):
            return False
        stored = self._read_stored(use.path).get(use.asset)
        text = self._read(use)
        return text is None or (stored is not None and stored.text == text)

    def _read_stored(self, path: str) -> Mapping[str, Asset]:
        """The assets of the document at *path*; all uses of a document follow one another."""
        if self._stored[0] != path:
            self._stored = (path, self._sources.rows.read_assets(path))
        return self._stored[1]

    def _read(self, use: AssetUse) -> str | None:
        """The text of a file as it is stored; None where there is none, and nothing can be taken in."""
        if use.asset not in self._texts:
            self._texts[use.asset] = self._read_file(use)
        return self._texts[use.asset]

    def _read_file(self, use: AssetUse) -> str | None:
        match self._sources.tree.read_asset(use.asset, use.path):
            case FileBytes() as read:
                try:
                    text = decode_source(use.asset, read.octets, allow_conflicts=True, allow_blank=True).text
                except FileRefused:
                    return None
                return redact_asset(use.asset, text) if self._order.redacts else text
            case RefusedPath() | _:
                return None
