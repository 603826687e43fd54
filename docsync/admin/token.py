"""Reads the token of the admin endpoint from a file or from the environment, or makes docsync's own.

Never shows it.
"""

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from docsync.errors import ConfigError
from docsync.git_index import is_tracked
from docsync.names import to_printable
from docsync.permission import create_file, make_folder
from docsync.regular_file import RegularFile, read_regular

VARIABLE = "DOCSYNC_ADMIN_TOKEN"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NAME = "token"
_MAX_BYTES = 4096
_RENEW = "make another one with: docsync token --new"


def read_token(file: Path | None, environ: Mapping[str, str]) -> str | None:
    """The secret that callers must send; the environment wins over *file*. Raises ConfigError.

    A file may be read by its owner alone: what everybody can read is no secret.
    """
    if VARIABLE in environ:
        return _check_token(VARIABLE, environ[VARIABLE])
    if file is None:
        return None
    shown = to_printable(str(file))
    where = f"admin.token_file: {shown}"
    try:
        found = read_regular(file, _MAX_BYTES)
        text = found.octets.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{where} cannot be read: {reason}") from error
    mode = found.status.st_mode
    if mode & _OTHERS:
        raise ConfigError(
            f"{where} can be used by others (mode {stat.S_IMODE(mode):04o}); run: chmod 600 {shown}"
        )
    if os.geteuid() not in (found.status.st_uid, 0) and found.status.st_uid != 0:
        raise ConfigError(f"{where} belongs to user {found.status.st_uid}; it must be yours or root's")
    return _check_token(where, text)


def own_token(folder: Path) -> str:
    """The token that docsync has made in *folder*, the database's; made now if none is there.

    Raises ConfigError.
    One that is there is taken only if nobody else can know it: a repository may have brought it along.
    """
    file = folder / _NAME
    try:
        return make_token(folder)
    except FileExistsError:
        pass
    where = to_printable(str(file))
    try:
        found = read_regular(file, _MAX_BYTES, follow_links=False)
        text = found.octets.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{where} cannot be read: {reason}; {_RENEW}") from error
    if why := _find_doubt(file, found):
        raise ConfigError(f"{where} {why}, so others may know it; {_RENEW}")
    return _check_token(where, text)


def page_of(http: str, token: str | None) -> str:
    """The address of the page at *http*. The *token* is in its fragment, which no browser sends anywhere."""
    return f"{http}/" if token is None else f"{http}/#token={token}"


def make_token(folder: Path) -> str:
    """A new token in *folder*. Raises FileExistsError where one is there, ConfigError where none can be."""
    token, file = secrets.token_urlsafe(32), folder / _NAME
    try:
        make_folder(folder)
        descriptor = create_file(file)
    except FileExistsError:
        raise
    except OSError as error:
        raise ConfigError(
            f"{to_printable(str(file))}: no token can be made there ({error.strerror})"
        ) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as written:
        written.write(f"{token}\n")
    return token


def renew_token(folder: Path) -> str:
    """A new token in the place of the one in *folder*. Raises ConfigError."""
    file = folder / _NAME
    if is_tracked(file):
        where = to_printable(str(file))
        raise ConfigError(f"{where} is tracked by Git; take it out first: git rm --cached {where}")
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{to_printable(str(file))} is in the way ({error.strerror}); remove it") from error
    return make_token(folder)


def _find_doubt(file: Path, found: RegularFile) -> str | None:
    """Why somebody else may know what is in *file*, None if nobody does."""
    mine = {os.geteuid(), file.parent.stat().st_uid} if os.geteuid() == 0 else {os.geteuid()}
    if found.status.st_uid not in mine:
        return f"belongs to user {found.status.st_uid}"
    if found.status.st_mode & _OTHERS:
        return f"can be used by others (mode {stat.S_IMODE(found.status.st_mode):04o})"
    if found.status.st_nlink > 1:
        return "has another name elsewhere"
    return "is tracked by Git" if is_tracked(file) else None


def _check_token(where: str, text: str) -> str:
    token = text.strip()
    if not token:
        raise ConfigError(f"{where} is empty; write a long random word into it")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(f"{where} must hold one word of ASCII letters, digits and signs")
    return token
