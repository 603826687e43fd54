"""Warns of environment variables that look like misspelled docsync settings. Never reads their values."""

from collections.abc import Iterable, Iterator

from docsync.config.keys import SETTINGS
from docsync.names import find_closest

_PREFIX = "DOCSYNC_"
_OTHER_VARIABLES = ("ENV", "SOURCE", "TRACEBACK", "ADMIN_TOKEN", "ADMIN_TOKEN_FILE")


def find_typos(names: Iterable[str]) -> Iterator[str]:
    """Yields a warning for each DOCSYNC_ variable that is unknown and close to a known one."""
    ours = [name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX)]
    if not ours:
        return
    known = [*(key.upper().replace(".", "__") for key in SETTINGS), *_OTHER_VARIABLES]
    # With two underscores it is a setting for certain, and the configuration refuses it if there is none.
    for name in (one for one in ours if one not in known and "__" not in one):
        # The prefix makes all of them alike. Where a service is called docsync, Kubernetes sets DOCSYNC_PORT.
        for meant in find_closest(name, known, 1):
            yield f"{_PREFIX}{name} is not a setting; did you mean {_PREFIX}{meant}?"
