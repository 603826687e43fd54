"""Tells whether Git tracks a file, from the index of the repository around it. Never runs Git.

The format is that of gitformat-index(5), versions 2 to 4; a shared index counts like the index itself.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from docsync.git import find_directory
from docsync.real_path import real_path

_HEADER = struct.Struct(">4sII")
_MAX_INDEX_BYTES = 1 << 28
_STAT_BYTES = 40
_HASH_BYTES = (20, 32)
"""SHA-1 and SHA-256: the index itself does not say which one its repository uses."""
_EXTENDED = 0x4000


def is_tracked(path: Path) -> bool:
    """True when the repository around *path* has it in its index, or has one that cannot be understood."""
    real = Path(real_path(path.parent)) / path.name
    tree = next((above for above in real.parents if os.path.lexists(above / ".git")), None)
    directory = None if tree is None else find_directory(tree)
    if tree is None or directory is None:
        return False
    name = os.fsencode(real.relative_to(tree))
    folder = Path(directory)
    return any(_has(index, name) for index in (folder / "index", *sorted(folder.glob("sharedindex.*"))))


def _has(index: Path, name: bytes) -> bool:
    try:
        if index.stat().st_size > _MAX_INDEX_BYTES:
            return True
        content = index.read_bytes()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    found: list[bool] = []
    for hash_bytes in _HASH_BYTES:
        with suppress(ValueError, struct.error, IndexError):
            found.append(name in set(_names(content, hash_bytes)))
    return any(found) or not found


def _names(content: bytes, hash_bytes: int) -> Iterator[bytes]:
    """The paths in an index. Raises ValueError, IndexError, struct.error for none with such hashes."""
    magic, version, count = _HEADER.unpack_from(content)
    if magic != b"DIRC" or version not in (2, 3, 4):
        raise ValueError("no index that is known")
    at, name, before = _HEADER.size, b"", b""
    for _ in range(count):
        begin = at
        (flags,) = struct.unpack_from(">H", content, at + _STAT_BYTES + hash_bytes)
        at += _STAT_BYTES + hash_bytes + (4 if flags & _EXTENDED else 2)
        kept = 0
        if version == 4:
            dropped, at = _read_number(content, at)
            kept = len(before) - dropped
        end = content.index(b"\0", at)
        name = before[:kept] + content[at:end]
        if name <= before and (flags & 0x3000) == 0:
            raise ValueError("the names are not in their order")
        at = end + 1 if version == 4 else begin + (end - begin + 8) // 8 * 8
        before = name
        yield name


def _read_number(content: bytes, at: int) -> tuple[int, int]:
    """The number at *at*, as Git writes the offsets of packs, and where it ends."""
    octet = content[at]
    number = octet & 0x7F
    while octet & 0x80:
        at += 1
        octet = content[at]
        number = ((number + 1) << 7) | (octet & 0x7F)
    return number, at + 1
