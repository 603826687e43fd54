"""Real mounts for tests, taken away at their end. Where this user may not mount anything, those tests are skipped."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import gettempdir

import pytest


class Mounts:
    """Mounts and unmounts below a folder of the test."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def over(self, place: Path, source: Path | None = None) -> None:
        """Mount an empty file system over *place*, or *source* a second time."""
        self._mount(place, ["-t", "tmpfs", "none"] if source is None else ["--bind", str(source)])

    def read_only(self, place: Path) -> None:
        """Let nobody write in *place*, not even root: the system itself refuses, as on a disk that cannot be written."""
        self.over(place, place)
        self._mount(place, ["-o", "remount,bind,ro"])

    def layer(self, place: Path, lower: Path) -> None:
        """Mount an overlay on *place* that shows *lower*: what is written there is seen through it without an event."""
        own = lower.with_name(f"{lower.name}-own")
        for folder in (own / "upper", own / "work"):
            folder.mkdir(parents=True)
        layers = f"lowerdir={lower},upperdir={own}/upper,workdir={own}/work"
        self._mount(place, ["-t", "overlay", "overlay", "-o", layers])

    def _mount(self, place: Path, what: list[str]) -> None:
        result = subprocess.run(["mount", *what, str(place)], capture_output=True, text=True)
        if result.returncode:
            pytest.skip(f"this user may not mount: {result.stderr.strip()}")
        self._stack.callback(subprocess.run, ["umount", "-l", str(place)], capture_output=True)

    @staticmethod
    def off(place: Path) -> None:
        """Unmount what was mounted last, also if it is in use."""
        subprocess.run(["umount", "-l", str(place)], check=True)

    def close(self) -> None:
        self._stack.close()


@contextmanager
def _turn(kind: int) -> Iterator[None]:
    """What is mounted is the same for all, and a daemon looks at everything whenever that changes."""
    with (Path(gettempdir()) / f"docsync-mounts-{os.getuid()}.lock").open("a") as lock:
        fcntl.flock(lock, kind)
        yield


@pytest.fixture
def mounts() -> Iterator[Mounts]:
    with _turn(fcntl.LOCK_EX):
        made = Mounts()
        yield made
        made.close()


@pytest.fixture
def nothing_mounted() -> Iterator[None]:
    """No other test mounts anything during this one, which counts how often a daemon looks at everything."""
    with _turn(fcntl.LOCK_SH):
        yield
