"""The progress bar appears only for work that lasts, and only where somebody looks."""

import io
import sys

import pytest

from docsync.cli.view import progress
from docsync.cli.view.output import Output
from docsync.cli.view.progress import progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def open_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    # Not a fixture: pytest puts its own stream back between the fixture and the test.
    opened = Terminal()
    monkeypatch.setattr(sys, "stderr", opened)
    return opened


def output(*, as_json: bool = False, quiet: bool = False) -> Output:
    return Output({}, as_json=as_json, quiet=quiet, color="auto")


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)

    with progress_bar(output(), "Reading") as advance:
        assert advance is not None
        advance(1, 2)

    assert terminal.getvalue() == ""


def test_long_work_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    monkeypatch.setattr(progress, "_PATIENCE_SECONDS", -1.0)

    with progress_bar(output(), "Reading") as advance:
        assert advance is not None
        advance(1, 2)

    assert "Reading" in terminal.getvalue()


@pytest.mark.parametrize("flags", [{"as_json": True}, {"quiet": True}])
def test_nobody_who_asked_for_silence_is_shown_anything(
    monkeypatch: pytest.MonkeyPatch, flags: dict[str, bool]
) -> None:
    open_terminal(monkeypatch)

    with progress_bar(output(**flags), "Reading") as advance:
        assert advance is None


def test_a_file_is_shown_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())

    with progress_bar(output(), "Reading") as advance:
        assert advance is None
