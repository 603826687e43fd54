"""Lets a process read names as UTF-8 whatever its locale says. Prints nothing."""

import locale
import os
import sys

_UTF8 = "utf-8"
# As Python itself does, a locale that names no encoding is taken for one of UTF-8.
_NO_ENCODING = frozenset(("ascii", "us-ascii", "ansi_x3.4-1968", "646"))


def restart_in_utf8() -> None:
    """Start the process again, as the same one, in Python's UTF-8 mode; returns where names are UTF-8 already.

    File names are bytes, and ids are made of them: another encoding would give other ids.
    """
    if sys.getfilesystemencoding().lower() == _UTF8 or not sys.executable:
        return  # without an interpreter to start, whoever reads files says what to do
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 - this very command


def terminal_encoding() -> str:
    """The encoding of a terminal of this process, by its locale."""
    encoding = locale.getencoding().lower()
    return _UTF8 if encoding in _NO_ENCODING else encoding
