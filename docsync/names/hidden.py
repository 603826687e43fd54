"""Names that are never read: hidden, temporary and backup ones. Never looks at the disk."""

VOLUME_LINK = "..data"
"""The link in a mounted Kubernetes volume whose rename changes every other file in it at once."""

_HIDDEN_PREFIXES = (".", "#", "~")
_TEMPORARY_SUFFIXES = (
    "~",
    ".tmp",
    ".temp",
    ".swp",
    ".swo",
    ".swx",
    ".bak",
    ".orig",
    ".rej",
    ".part",
    ".crdownload",
)


def is_hidden(name: str) -> bool:
    """True for a path component that is never a document: a hidden, temporary or backup name."""
    return name.startswith(_HIDDEN_PREFIXES) or name.lower().endswith(_TEMPORARY_SUFFIXES)


def describe_hidden(name: str) -> str | None:
    """Why *name* is hidden, None if it is not: `a name that starts with "#" is never read`."""
    if name.startswith(_HIDDEN_PREFIXES):
        return f'a name that starts with "{name[0]}" is never read'
    lower = name.lower()
    suffix = next((one for one in _TEMPORARY_SUFFIXES if lower.endswith(one)), None)
    return None if suffix is None else f'a name that ends in "{suffix}" is never read'
