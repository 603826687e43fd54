"""Streams that were closed, and disks that are full: work is done, and what fails is one line."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell, environment

FULL = Path("/dev/full")
COMMANDS = [
    ["list"],
    ["list", "--json"],
    ["list", "--frobnicate", "--json"],
    ["export"],
    ["changes"],
    ["check", "-q"],
    ["config", "show", "-q"],
    ["completion", "bash"],
    ["--help"],
    ["list", "--help"],
    ["--version"],
]
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")


def started(shell: Shell, redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a shell starts with *redirection*, such as >&- for a stream that is closed."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m docsync "$@" {redirection}', sys.executable, *arguments],
        cwd=shell.root,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


@needs_full
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_full_disk_on_standard_output_is_one_line_and_no_bug(filled: Shell, arguments: list[str]) -> None:
    filled.write("personas/broken.json", "{")
    filled("sync")

    done = started(filled, ">/dev/full", *arguments)

    assert (done.returncode, done.stderr) == (
        1,
        f"docsync: standard output: {os.strerror(errno.ENOSPC).lower()}\n",
    )


@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("arguments", [["sync"], ["list"], ["run", "--once"], ["--help"]], ids=" ".join)
def test_a_closed_stream_keeps_no_command_from_its_work(
    filled: Shell, redirection: str, arguments: list[str]
) -> None:
    filled("sync")

    done = started(filled, redirection, *arguments)

    assert done.returncode == 0
    assert "Traceback" not in done.stderr + done.stdout
    assert filled("verify").code == 0


def test_a_closed_standard_output_does_not_hide_an_error(shell: Shell) -> None:
    done = started(shell, ">&-", "list", "--frobnicate")

    assert done.returncode == 2
    assert "--frobnicate" in done.stderr


@needs_full
def test_remarks_that_nobody_can_get_do_not_keep_a_command_from_its_answer(filled: Shell) -> None:
    done = started(filled, "2>/dev/full", "list")

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 3
