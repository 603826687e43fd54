"""Says who owns what a command was refused, who runs it, and the next step. Changes nothing."""

import os
import pwd
import shlex
from pathlib import Path

from docsync.names import to_printable


def describe_owner(path: Path) -> str:
    """Why this user may not use *path*, or make it, and what to do about it."""
    there = next(one for one in (path, *path.absolute().parents) if _is_seen(one))
    shown = to_printable(str(there))
    owner, me = there.stat().st_uid, os.geteuid()
    if owner == me:
        return f"{shown} is yours; make it readable and writable: chmod u+rwX {shlex.quote(shown)}"
    # What lies beside it came in the same way, as by one command under sudo.
    whole = there if there.is_dir() else there.parent
    mine = f"sudo chown -R {_name_user(me)} {shlex.quote(to_printable(str(whole)))}"
    return (
        f"{shown} belongs to {_name_user(owner)}, you are {_name_user(me)}; run this as {_name_user(owner)}, "
        f"or make it yours: {mine}"
    )


def _is_seen(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False
    return True


def _name_user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
