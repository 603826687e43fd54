"""Reads the token of the admin endpoint from its file or from the environment. Never shows it."""

import stat
from collections.abc import Mapping
from pathlib import Path

from docsync.errors import ConfigError

VARIABLE = "DOCSYNC_ADMIN_TOKEN"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_token(file: Path | None, environ: Mapping[str, str]) -> str | None:
    """The secret that callers must send; the environment wins over *file*. Raises ConfigError.

    A file may be read by its owner alone: what everybody can read is no secret.
    """
    if VARIABLE in environ:
        return _check_token(VARIABLE, environ[VARIABLE])
    if file is None:
        return None
    where = f"admin.token_file: {file}"
    try:
        mode = file.stat().st_mode
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where} cannot be read: {error}") from error
    if mode & _OTHERS:
        raise ConfigError(
            f"{where} can be used by others (mode {stat.S_IMODE(mode):04o}); run: chmod 600 {file}"
        )
    return _check_token(where, text)


def _check_token(where: str, text: str) -> str:
    token = text.strip()
    if not token:
        raise ConfigError(f"{where} is empty; write a long random word into it")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(f"{where} must hold one word of ASCII letters, digits and signs")
    return token
