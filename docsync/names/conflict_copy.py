"""Names that programs give to copies of a file that two people changed at once. Never looks at the disk.

Only what is certain by its form: `ada (1).json` or `ada-laptop.json` may be anybody's own name.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

_FILE_MANAGER = "a file manager"
# What may stand in the brackets of a mark, others of a number among it.
_TEXT = r"[^()/]*(?:\([^()/]*\)[^()/]*)?"
_DATE = r"\d{4}-\d{2}-\d{2}"
# What programs put at the end of a name, before its last suffix.
_MARKS: Mapping[str, str] = {
    "Syncthing": r"\.sync-conflict-\d{8}-\d{6}(-[A-Z0-9]{7})?",
    "Dropbox": (
        rf" \(([^()/]+['\u2019]s conflicted copy\b{_TEXT}"
        r"|(Case|Unicode Encoding|Selective Sync|White ?space) Conflict( \d+)?)\)"
    ),
    "Nextcloud": rf" \(conflicted copy {_DATE} \d{{6}}\)",
    "a program such as Dropbox, Nextcloud or Obsidian": rf"[ _-]?\([^()/]*\bconflicted copy\b{_TEXT}\)",
    "a program such as Dropbox": (
        rf" \([^()/]*(in Konflikt|en conflit|en conflicto|in conflitto|em conflito)[^()/]*{_DATE}{_TEXT}\)"
    ),
    "Nextcloud or ownCloud": r"_conflict(-[^/]+)?-\d{8}-\d{6}",
    "Seafile": r" \(SFConflict [^()/]+\)",
    "Synology Drive": r"_[^/_]+_[A-Z][a-z]{2}-\d{2}-\d{6}-\d{4}_(Case)?Conflict",
    "pCloud": r" ?\[conflicted( \d+)?\]",
    "Unison": rf"( \((copy: )?conflict[^()/]*\)|-conflict-({_DATE}|\d{{8}})[-_t\d]*)",
    "rclone": r"\.conflict\d+",
    _FILE_MANAGER: r"(?-i:( - Copy( \(\d+\))?| \((another |\d+(st|nd|rd|th) )?copy\)))",
}
# No program but a file manager puts its mark before the name.
_COPY_OF = re.compile(r"Copy (\(\d+\) )?of (?=\S)")


class ConflictCopy(NamedTuple):
    """What a name says of itself: the name of the *original*, and the program that made the copy."""

    original: str
    program: str

    @property
    def is_conflict(self) -> bool:
        """True when two versions met; a copy that a person made in a file manager is none."""
        return self.program != _FILE_MANAGER


@cache
def _compile_marks() -> re.Pattern[str]:
    marks = "|".join(f"(?P<p{number}>{mark})" for number, mark in enumerate(_MARKS.values()))
    return re.compile(rf"(?:{marks})(?=(?:\.[^./]*)?\Z)", re.IGNORECASE)


def find_conflict_copy(name: str) -> ConflictCopy | None:
    """What the path component *name* is a conflict copy of, None if that is not certain."""
    if not _may_be_copy(name):
        return None
    if found := _COPY_OF.match(name):
        return ConflictCopy(name[found.end() :], _FILE_MANAGER)
    found = _compile_marks().search(name)
    if found is None or not found.start():
        return None
    programs = tuple(_MARKS)
    number = next(n for n in range(len(programs)) if found[f"p{n}"] is not None)
    return ConflictCopy(name[: found.start()] + name[found.end() :], programs[number])


def _may_be_copy(name: str) -> bool:
    """A quick look, as every file is asked about: each mark has one of these words."""
    lower = name.lower()
    return "confli" in lower or "konflikt" in lower or "copy" in lower
