"""Finds lines of front matter in a prompt's file: the database has none. Never looks for a mistake.

Only the very file that was stored is looked at: what has changed since would have other lines.
"""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from docsync.regular_file import read_regular
from docsync.render.error import RenderError
from docsync.render.trace import Provenance

MAX_BYTES = 262_144
"""A longer file is not looked at: that would take more than a moment."""

_FORMAT = "prompty"


def find_lines(error: RenderError, root: Path | None, facts: Provenance) -> RenderError:
    """*error* with line and column of each place in the front matter, of a prompt of the project at *root*.

    The same error where that is not at hand, or the file is not the one of *facts* any more.
    """
    wanted = {
        mistake.json_path
        for mistake in error.mistakes
        if mistake.json_path and mistake.line is None and mistake.path == facts.file_path
    }
    places = _find_places(root, facts, wanted) if wanted and root is not None else {}
    if not places:
        return error
    found = ((mistake, places.get(mistake.json_path or "")) for mistake in error.mistakes)
    return RenderError(
        *(
            replace(mistake, line=place[0], column=place[1]) if place and mistake.line is None else mistake
            for mistake, place in found
        )
    )


def _find_places(root: Path, facts: Provenance, wanted: Collection[str]) -> dict[str, tuple[int, int]]:
    """Line and column of the keys of those of *wanted* that are found."""
    from docsync.formats import get_format  # what follows is for mistakes only
    from docsync.formats.source import decode_source

    if facts.file_path is None:
        return {}
    try:
        octets = read_regular(root / facts.file_path, MAX_BYTES).octets
    except OSError:
        return {}
    if hashlib.sha256(octets).hexdigest() != facts.content_hash:
        return {}
    source = decode_source(facts.file_path, octets, allow_conflicts=True)
    places = get_format(_FORMAT).places(source, set(wanted))
    return {at: source.place(place.key) for at, place in places.items()}
