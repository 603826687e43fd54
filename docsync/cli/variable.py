"""Names variables of the environment that were meant for docsync and mean nothing to it. Reads no value."""

from collections.abc import Iterable, Iterator

from docsync.config.rule import SETTINGS

_PREFIX = "DOCSYNC_"
_OTHERS = ("ENV", "SOURCE", "TRACEBACK", "ADMIN_TOKEN", "ADMIN_TOKEN_FILE")
# Close enough for a slip. Others may be anybody's: where a service is called docsync, Kubernetes sets DOCSYNC_PORT.
_CLOSE = 0.85


def slips(names: Iterable[str]) -> Iterator[str]:
    """A line for each variable that is like one that docsync reads, and is none."""
    ours = [name for name in names if name.startswith(_PREFIX)]
    if not ours:
        return
    from difflib import get_close_matches

    known = [f"{_PREFIX}{name}" for name in (*(key.upper().replace(".", "__") for key in SETTINGS), *_OTHERS)]
    # With two underscores it is a setting for certain, and the configuration refuses it if there is none.
    for name in (one for one in ours if one not in known and "__" not in one):
        for meant in get_close_matches(name, known, n=1, cutoff=_CLOSE):
            yield f"{name} is not a setting; did you mean {meant}?"
