"""SQLite's way to the disk under fire: one that fails when it is told to, and one that remembers all it was told."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

_BASE = "unix"
_NAME = "docsync-under-fire"
_SECTOR = 512
_EXTENDED = {
    "read": apsw.SQLITE_IOERR_READ,
    "write": apsw.SQLITE_IOERR_WRITE,
    "sync": apsw.SQLITE_IOERR_FSYNC,
    "truncate": apsw.SQLITE_IOERR_TRUNCATE,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that SQLite asked of a file. `at` is an offset, or the new size for truncate."""

    kind: str
    file: str
    at: int = 0
    octets: bytes = b""


@dataclass(slots=True)
class Fire:
    """What happens to the steps: from the `nth` one of `kinds` on (counted from 1), one or all of them fail.

    They fail with `code`, or with the I/O error of their kind.
    """

    kinds: frozenset[str] = frozenset()
    nth: int = 0
    persistent: bool = False
    code: int | None = None
    seen: int = 0
    fired: int = 0
    steps: list[Step] = field(default_factory=list)

    def arm(self, kinds: Sequence[str], nth: int, *, persistent: bool, code: int | None = None) -> None:
        self.kinds, self.nth, self.persistent, self.code = frozenset(kinds), nth, persistent, code
        self.seen = self.fired = 0

    def cease(self) -> None:
        self.kinds = frozenset()

    def step(self, step: Step) -> None:
        """Remember *step*, or fail it."""
        self.count(step.kind)
        self.steps.append(step)

    def count(self, kind: str) -> None:
        """Fail what is asked for now, if it is time for that."""
        if kind in self.kinds:
            self.seen += 1
            if self.seen == self.nth or (self.persistent and self.seen > self.nth):
                self.fired += 1
                raise apsw.exception_for(_EXTENDED[kind] if self.code is None else self.code)


class _Disk(apsw.VFS):
    def __init__(self, fire: Fire) -> None:
        self._fire = fire
        super().__init__(_NAME, _BASE)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # SQLite's name
        return _File(self._fire, name, flags)

    def xDelete(self, name: str, sync_folder: bool) -> None:  # noqa: N802  # SQLite's name
        self._fire.step(Step("delete", Path(name).name))
        super().xDelete(name, sync_folder)


class _File(apsw.VFSFile):
    def __init__(self, fire: Fire, name: Any, flags: list[int]) -> None:
        self._fire = fire
        filename = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._name = Path(filename).name if filename else ""
        super().__init__(_BASE, name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802  # SQLite's name
        self._fire.count("read")
        return super().xRead(amount, offset)

    def xWrite(self, octets: bytes, offset: int) -> None:  # noqa: N802  # SQLite's name
        self._fire.step(Step("write", self._name, offset, bytes(octets)))
        super().xWrite(octets, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802  # SQLite's name
        self._fire.step(Step("truncate", self._name, size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's name
        self._fire.step(Step("sync", self._name))
        super().xSync(flags)


@contextmanager
def under_fire() -> Iterator[Fire]:
    """Every database opened in here goes this way."""
    fire = Fire()
    disk = _Disk(fire)
    apsw.set_default_vfs(_NAME)
    try:
        yield fire
    finally:
        apsw.set_default_vfs(_BASE)
        disk.unregister()


def after_power_loss(steps: Sequence[Step], generator: random.Random) -> dict[str, bytes]:
    """The files as the disk may hold them when the power goes right after *steps*.

    What was synced is there; of what was not, each write is there, is not, or only its first sectors are.
    """
    synced = {step.file: number for number, step in enumerate(steps) if step.kind == "sync"}
    manner = generator.choice(("nothing", "all but the last", "some", "some and torn"))
    files: dict[str, bytearray] = {}
    for number, step in enumerate(steps):
        durable = step.kind == "delete" or number < synced.get(step.file, -1)
        if durable or _is_kept(manner, generator, last=number == len(steps) - 1):
            _carry_out(step, files, None if durable or manner != "some and torn" else generator)
    return {name: bytes(octets) for name, octets in files.items()}


def _is_kept(manner: str, generator: random.Random, *, last: bool) -> bool:
    if manner == "nothing":
        return False
    return not last if manner == "all but the last" else generator.random() < 0.5


def _carry_out(step: Step, files: dict[str, bytearray], torn_by: random.Random | None) -> None:
    if step.kind == "delete":
        files.pop(step.file, None)
        return
    file = files.setdefault(step.file, bytearray())
    if step.kind == "truncate":
        del file[step.at :]
    elif step.kind == "write":
        octets = step.octets
        if torn_by and len(octets) > _SECTOR and torn_by.random() < 0.5:
            octets = octets[: torn_by.randrange(1, len(octets) // _SECTOR) * _SECTOR]
        file.extend(bytes(max(0, step.at - len(file))))
        file[step.at : step.at + len(octets)] = octets
