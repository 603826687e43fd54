"""Warns of files that a program left where two people changed one at once. Judges names and never looks.

What is warned depends on the name alone: whether the original is there still is for a person to see.
"""

from docsync.model import Problem, Severity
from docsync.names import Collection, strip_folder, to_printable
from docsync.names.conflict_copy import find_conflict_copy

CODE = "conflict-copy"


def describe_conflict_copy(path: str, collection: Collection) -> Problem | None:
    """The warning of the document *path*; None if neither it nor a folder on its way is a conflict copy."""
    folder = ""
    for name in (strip_folder(collection.path, path) or path).split("/"):
        found = find_conflict_copy(name)
        place, folder = folder, f"{folder}{name}/"
        if found is None:
            continue
        original = to_printable(place + found.original)
        beneath = "" if path.endswith(name) else "lies in "
        if found.is_conflict:
            message = f"{beneath}a conflict copy of {original} that {found.program} left"
            return _warn(path, message, "merge it into the original, and delete it")
        message = f"{beneath}a copy of {original} that {found.program} made"
        return _warn(path, message, "rename it if it is meant to be there, or delete it")
    return None


def _warn(path: str, message: str, hint: str) -> Problem:
    return Problem(path, CODE, message, Severity.WARNING, hint=hint)
