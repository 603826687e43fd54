"""Do the log and its index belong together, and has anybody else the database open? Changes nothing.

SQLite believes the index for as long as anybody has it open, whatever has become of the log meanwhile: it
then reads
what is not there, and writes what nobody finds again (sqlite.org/walformat.html).
"""

import ctypes
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Self

import apsw

from docsync.store.epoch import shm_of, wal_of

# The header of the index is there twice, in the machine's byte order; the log's is in big-endian.
_INDEX = Struct("=IIIBBHIIII8s8s")
_VERSION = 3_007_000
_LOG_HEADER_BYTES, _SALT = 32, slice(16, 24)
_FRAME = Struct(">II8sII")


@dataclass(frozen=True, slots=True)
class _IndexHeader:
    """What the index says of its log: how many frames count, the checksum up to the last of them, and the
    salt.
    """

    page_bytes: int
    frames: int
    checksum: tuple[int, int]
    salt: bytes


class LogIndex:
    """Looks at the index of the database at *path*, through one descriptor that is kept until `close`.

    To close any descriptor of that file drops the locks that SQLite holds on it in this process: so no
    connection
    may outlive this one, unless other files are in the place of these.
    """

    def __init__(self, path: Path) -> None:
        self._log, self._index = str(wal_of(path)), str(shm_of(path))
        self._descriptor: int | None = None
        self._file = (0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the index."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None

    def fits(self) -> bool:
        """False when the index counts frames that are not in the log. One that SQLite will make anew fits."""
        header = self._read_header()
        if header is None or not header.frames:
            return True
        frame_bytes = _FRAME.size + header.page_bytes
        try:
            log = os.open(self._log, os.O_RDONLY | os.O_CLOEXEC)
            try:
                salt = os.pread(log, _LOG_HEADER_BYTES, 0)[_SALT]
                octets = os.pread(log, frame_bytes, _LOG_HEADER_BYTES + (header.frames - 1) * frame_bytes)
            finally:
                os.close(log)
        except OSError:
            return False
        if len(octets) < frame_bytes or salt != header.salt:
            return False
        _, _, frame_salt, *checksum = _FRAME.unpack_from(octets)
        return frame_salt == header.salt and tuple(checksum) == header.checksum

    def _read_header(self) -> _IndexHeader | None:
        try:
            descriptor = self._open()
            octets = os.pread(descriptor, 2 * _INDEX.size, 0)
        except OSError:
            return None
        if len(octets) < 2 * _INDEX.size or octets[: _INDEX.size] != octets[_INDEX.size :]:
            return None
        version, _, _, is_made, _, page, frames, _, *checksum, salt, _ = _INDEX.unpack_from(octets)
        if version != _VERSION or not is_made:
            return None
        page_bytes = (page & 0xFE00) + ((page & 1) << 16)
        return _IndexHeader(page_bytes, frames, (checksum[0], checksum[1]), salt)

    def _open(self) -> int:
        status = os.stat(self._index)  # noqa: PTH116  # a str: asked before every batch
        if self._descriptor is None or self._file != (status.st_dev, status.st_ino):
            flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
            descriptor = os.open(self._index, flags)
            self.close()  # of a file that is no longer there
            self._descriptor, self._file = descriptor, (status.st_dev, status.st_ino)
        return self._descriptor


def is_in_use(path: Path) -> bool:
    """True when anybody, in this process or another one, has the database at *path* open."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(0)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        wish = ctypes.c_int(1)
        connection.file_control("main", apsw.SQLITE_FCNTL_PERSIST_WAL, ctypes.addressof(wish))
        # In this mode SQLite locks the file for itself alone, and reads the log without its index.
        connection.pragma("locking_mode", "exclusive")
        with suppress(apsw.CorruptError, apsw.NotADBError, apsw.SQLError):
            connection.execute("SELECT 1 FROM sqlite_schema").fetchall()
    except (apsw.BusyError, apsw.LockedError):
        return True
    finally:
        connection.close(True)  # noqa: FBT003  # apsw takes it by position only
    return False
