"""Real mounts for tests, taken away at their end. Where this user may not mount anything, those tests are skipped."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest


class Mounts:
    """Mounts and unmounts below a folder of the test."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def over(self, place: Path, source: Path | None = None) -> None:
        """Mount an empty file system over *place*, or *source* a second time."""
        self._mount(place, ["-t", "tmpfs", "none"] if source is None else ["--bind", str(source)])

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


@pytest.fixture
def mounts() -> Iterator[Mounts]:
    made = Mounts()
    yield made
    made.close()
