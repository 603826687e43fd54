"""The shortest honest look at a tree: the stamp of every file, and no rule. What floors begin with; imports nothing else."""

import os
from collections.abc import Iterator

Stamp = tuple[int, int, int, int]


def scan(top: str, prefix: str) -> Iterator[tuple[str, Stamp]]:
    """Each document's path and stamp beneath the folder *top*, which is called *prefix*."""
    with os.scandir(top) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from scan(entry.path, f"{prefix}{entry.name}/")
            elif entry.name.endswith((".json", ".prompty")):
                stat = entry.stat(follow_symlinks=False)
                yield prefix + entry.name, (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino)
