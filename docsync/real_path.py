"""Where a path leads, without links: also while links on it come and go."""

import os

_TRIES = 100


def real_path(path: str | os.PathLike[str]) -> str:
    """The absolute *path* without links, like os.path.realpath; what is missing stays as it is named.

    Python looks whether a name is a link and reads it then: one that goes in between raises OSError there. It
    is looked at again, and taken as named when it comes and goes all the time.
    """
    for _ in range(_TRIES):
        try:
            return os.path.realpath(path)  # noqa: TID251  # the one place where it is allowed
        except OSError:
            continue
    return os.path.abspath(path)  # noqa: PTH100  # links would be followed there
