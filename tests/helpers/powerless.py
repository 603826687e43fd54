"""Root without its power over files: what belongs to others is as closed as its mode says. For programs that tests start.

Not another user: to that one the interpreter and the code may be closed, too.
"""

import os
import shutil
from pathlib import Path

import pytest

POWERLESS = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner,-chown"]
"""What a command begins with that is to be run so."""

needs_power = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can give it up"
)
_SOMEBODY = 65534


def give_away(root: Path) -> None:
    """Let *root*, and all that is in it, belong to somebody else."""
    for path in (root, *root.rglob("*")):
        os.chown(path, _SOMEBODY, _SOMEBODY)
