"""Names of folders that other programs keep: nothing in them is a document. Never looks at the disk."""

from collections.abc import Mapping
from functools import lru_cache

from docsync.names.hidden import is_hidden

# Only names that nobody gives a folder of their own; in lower case, as a disk may change that.
_FOREIGN: Mapping[str, str] = {
    "@eadir": "what a Synology NAS keeps about files",
    "@tmp": "what a Synology NAS keeps for a while",
    "@recycle": "what was deleted on a QNAP NAS",
    "@recently-snapshot": "earlier versions of files on a QNAP NAS",
    "__macosx": "what macOS adds to a zip archive",
    "lost+found": "what a check of the file system found",
    "$recycle.bin": "what was deleted on Windows",
    "system volume information": "what Windows keeps about a disk",
    "network trash folder": "what was deleted over the network",
    "temporary items": "what macOS keeps for a while",
    "node_modules": "installed packages",
    "bower_components": "installed packages",
    "jspm_packages": "installed packages",
    "site-packages": "installed packages",
    "dist-packages": "installed packages",
    "__pypackages__": "installed packages",
    "__pycache__": "compiled Python",
    "venv": "a virtual environment of Python",
    "virtualenv": "a virtual environment of Python",
}


def describe_foreign(name: str) -> str | None:
    """What a folder of this *name* holds, if that is never a document's; None for any other name."""
    return _FOREIGN.get(name.lower())


def is_foreign(name: str) -> bool:
    """True for the name of a folder that another program keeps."""
    return name.lower() in _FOREIGN


def is_unwatched(name: str) -> bool:
    """True for a path component beneath which a source need not tell of changes."""
    return is_hidden(name) or is_foreign(name)


@lru_cache(maxsize=4096)
def list_foreign(folder: str) -> frozenset[str]:
    """The components of the path *folder* that are foreign. Cached: a scan asks this for every file."""
    return frozenset(filter(is_foreign, folder.split("/")))
