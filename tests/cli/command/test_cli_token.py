"""docsync token and open, and who may read what a command writes."""

import os
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.helpers.umask import umask_of

OPENED = {"DOCSYNC_DATABASE__MODE": "shared"}


def test_the_token_is_printed_and_stays_until_another_one_is_asked_for(filled: Shell) -> None:
    first = filled("token")
    assert (first.code, len(first.out.strip()) >= 32, first.err) == (0, True, "")
    assert filled("token", "--json").json == {"token": first.out.strip()}
    assert filled("token", "--new").out != first.out


def test_a_token_that_is_not_docsyncs_own_is_not_shown(filled: Shell) -> None:
    refused = filled("token", DOCSYNC_ADMIN_TOKEN="s3cret")
    assert (refused.code, "docsync makes none" in refused.err, "s3cret" in refused.err) == (2, True, False)


def test_without_a_daemon_there_is_no_page(filled: Shell) -> None:
    refused = filled("open")
    assert (refused.code, "docsync run" in refused.err) == (3, True)


def bits(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


WRITERS = [("backup", "out.db"), ("export", "--out", "out.json")]


@pytest.mark.parametrize("command", WRITERS, ids=lambda command: command[0])
@pytest.mark.parametrize(
    ("environ", "before", "wanted"),
    [
        ({}, None, 0o600),
        (OPENED, None, 0o644),
        (OPENED, 0o600, 0o600),
        (OPENED, 0o640, 0o640),
        (OPENED, 0o666, 0o644),
        ({}, 0o644, 0o600),
    ],
)
def test_what_is_written_is_as_narrow_as_the_database_and_what_it_replaces(
    filled: Shell, command: tuple[str, ...], environ: dict[str, str], before: int | None, wanted: int
) -> None:
    filled("sync", **environ)
    place = filled.root / command[-1]
    if before is not None:
        place.touch()
        place.chmod(before)
    for umask in (0o000, 0o077):
        with umask_of(umask):
            assert filled(*command, **environ).code == 0
        assert bits(place) == wanted
    assert [path for path in filled.root.iterdir() if path.name.endswith(".tmp")] == []


@pytest.mark.parametrize("command", WRITERS, ids=lambda command: command[0])
def test_outside_of_the_project_it_is_for_its_owner_unless_the_mode_is_configured(
    filled: Shell, tmp_path: Path, command: tuple[str, ...]
) -> None:
    filled("sync", **OPENED)
    place = tmp_path / "elsewhere" / command[-1]
    place.parent.mkdir()
    *words, _ = command
    filled(*words, str(place))
    assert bits(place) == 0o600
    place.unlink()
    filled(*words, str(place), **OPENED)
    assert bits(place) == 0o644


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to write for somebody else")
def test_what_root_replaces_keeps_its_owner(filled: Shell) -> None:
    filled("sync", **OPENED)
    place = filled.root / "out.json"
    place.touch(0o640)
    os.chown(place, 54321, 54322)
    filled("export", "--out", "out.json", **OPENED)
    status = place.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (54321, 54322, 0o640)
