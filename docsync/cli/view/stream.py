"""The standard streams of the process: open, also where the caller closed them, and clear about failures."""

import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from docsync.cli.utf8 import terminal_encoding
from docsync.errors import DocsyncError, ExitCode

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STDIN, _STDOUT, _STDERR = range(3)


class OutputFailed(DocsyncError):
    """Standard output takes nothing more, for instance because its disk is full."""

    exit_code = ExitCode.FOUND


class _Stdout(io.FileIO):
    """Standard output. A reader that has gone stays a BrokenPipeError."""

    def write(self, text: "ReadableBuffer", /) -> int:
        try:
            return super().write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputFailed(f"standard output: {(error.strerror or str(error)).lower()}") from error


class _Stderr(io.FileIO):
    """Standard error.

    What it does not take is lost: the error could not be shown, and no work must fail for it.
    """

    def write(self, text: "ReadableBuffer", /) -> int:
        with contextlib.suppress(OSError):
            return super().write(text)
        return memoryview(text).nbytes


def open_streams() -> None:
    """Give this process streams that can be written, in place of those that Python made."""
    _fill_gaps()
    sys.stdout = _text(_Stdout(_STDOUT, "w", closefd=False), sys.stdout)
    sys.stderr = _text(_Stderr(_STDERR, "w", closefd=False), sys.stderr)


def silence() -> None:
    """Redirect stdout to the null device: the buffer must not raise once more at exit."""
    with contextlib.suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def _fill_gaps() -> None:
    # Where a stream was closed, the next file that is opened takes its number: a database must not be written
    # as one.
    while (null := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        os.set_inheritable(null, True)  # noqa: FBT003  # takes no keyword
    os.close(null)


def _text(raw: io.FileIO, before: TextIO | None) -> TextIO:
    # Python has none for a stream that was closed when it started. In its UTF-8 mode it asks no locale, but
    # a terminal shows what that says.
    encoding = before.encoding if before else "utf-8"
    encoding = terminal_encoding() if sys.flags.utf8_mode and raw.isatty() else encoding
    # A terminal that cannot show a letter gets an escape instead of a traceback.
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors="backslashreplace", line_buffering=True)
