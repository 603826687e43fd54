"""A copy of docsync's sources that a test adds files to, and that runs in processes of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import docsync

PACKAGE = Path(docsync.__file__).parent


class ChangedPackage:
    """The package in a folder of its own: what is added to it is seen by no other test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(PACKAGE, folder / "docsync")

    def copy(self, path: str) -> None:
        """Take a file or folder of the repository along."""
        source, target = PACKAGE.parent / path, self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, target)

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        assert not file.exists()
        file.write_text(text, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1
        file.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, module: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a module of Python with this package instead of the real one."""
        environ = {
            **os.environ,
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_COLOR": "1",
        }
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(
            command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=120, check=False
        )
