"""What is mounted while the daemon runs is noticed, watched or polled, and its end is noticed, too."""

from functools import partial
from pathlib import Path

import pytest

from tests.daemon.running import NO_RESCAN, Daemon
from tests.helpers.mounting import Mounts, mounts

__all__ = ["mounts"]


def codes(daemon: Daemon) -> list[str]:
    return [reason["code"] for reason in daemon.status()["reasons"]]


@pytest.mark.parametrize("over", ["personas", "personas/sub"])
def test_a_mount_over_a_folder_is_noticed_and_its_end_too(daemon: Daemon, mounts: Mounts, over: str) -> None:
    """No event tells of either; the next heartbeat does.

    What the mount hides is missing, be it 30 files of 40.
    """
    for number in range(30):
        daemon.persona(f"personas/sub/p{number}.json", number=number)
    for number in range(10):
        daemon.persona(f"personas/q{number}.json", number=100 + number)
    daemon.environ |= NO_RESCAN
    daemon.start()
    rescans = daemon.status()["rescans"]
    mounts.over(daemon.root / over)
    daemon.until(lambda: daemon.status()["held"] == (30 if over.endswith("sub") else 40))
    daemon.persona(f"{over}/ana.json")
    daemon.until(lambda: daemon.documents() == 41)
    mounts.off(daemon.root / over)
    daemon.until(lambda: (daemon.status()["held"], daemon.documents()) == (0, 40))
    daemon.persona(f"{over}/ben.json")
    daemon.until(lambda: daemon.documents() == 41)
    assert daemon.status()["rescans"] == rescans
    daemon.verify()


@pytest.mark.parametrize("over", ["personas", "personas/sub"])
def test_what_is_saved_right_after_a_mount_is_there_when_a_wait_returns(
    daemon: Daemon, mounts: Mounts, over: str
) -> None:
    """No watch lies there before the next heartbeat, so a cookie that came back proves nothing."""
    (daemon.root / "personas/sub").mkdir()
    daemon.start()
    for number, deed in enumerate((mounts.over, mounts.off) * 3):
        deed(daemon.root / over)
        daemon.persona(f"{over}/p{number}.json")
        daemon.wait()
        assert daemon.query("SELECT 1 FROM documents WHERE file_path = ?", f"{over}/p{number}.json")


@pytest.mark.parametrize("over", ["personas", "personas/team"])
def test_a_place_that_gives_no_events_is_polled_from_the_next_heartbeat_on_and_until_its_end(
    daemon: Daemon, mounts: Mounts, tmp_path: Path, over: str
) -> None:
    """An overlay gives no events of what is written below it, as a network drive gives none of other machines."""
    elsewhere = tmp_path / "elsewhere"
    daemon.persona("personas/team/ana.json", version="covered")
    inner = "personas/team/ana.json".removeprefix(f"{over}/")
    daemon.persona(str(elsewhere / inner), version="first")
    daemon.environ |= NO_RESCAN | {"DOCSYNC_WATCH__POLL_MS": "200"}
    daemon.start()
    assert codes(daemon) == []

    mounts.layer(daemon.root / over, elsewhere)
    daemon.until(lambda: codes(daemon) == ["network_mount"])
    assert daemon.status()["reasons"][0]["path"] == "personas"
    daemon.wait()
    assert daemon.status()["state"] == "in_sync"
    rescans = daemon.status()["rescans"]
    for version in ("second", "third"):
        daemon.persona(str(elsewhere / inner), version=version)
        daemon.until(
            partial(
                daemon.query, "SELECT 1 FROM documents WHERE json_extract(document, '$.version') = ?", version
            )
        )
    assert daemon.status()["rescans"] == rescans

    mounts.off(daemon.root / over)
    daemon.until(lambda: codes(daemon) == [])
    daemon.until(
        lambda: daemon.query("SELECT 1 FROM documents WHERE json_extract(document, '$.version') = 'covered'")
    )
    daemon.verify()


def test_a_folder_shown_a_second_time_over_another_one_is_heard_under_either_name(
    daemon: Daemon, mounts: Mounts, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    daemon.persona("personas/sub/ana.json", version="covered")
    daemon.persona("personas/other/sub/ana.json", version="inside")
    daemon.persona(str(elsewhere / "ana.json"), version="outside")
    daemon.environ |= NO_RESCAN
    daemon.start()
    for source in (elsewhere, daemon.root / "personas/other/sub"):
        mounts.over(daemon.root / "personas/sub", source)
        daemon.wait()
        for place in (source, daemon.root / "personas/sub"):
            daemon.persona(str(place / "ana.json"), version=str(place))
            daemon.wait()
            sql = "SELECT json_extract(document, '$.version') FROM documents WHERE file_path = ?"
            assert daemon.query(sql, "personas/sub/ana.json") == [(str(place),)]
        mounts.off(daemon.root / "personas/sub")
        daemon.wait()
        assert daemon.query(sql, "personas/sub/ana.json") == [("covered",)]
    daemon.verify()


def test_rows_of_a_mount_that_came_and_went_between_two_heartbeats_go_with_it(
    daemon: Daemon, mounts: Mounts
) -> None:
    """The table of mounts is as it was, and no event tells that the folder shows other files again."""
    daemon.persona("personas/sub/ana.json", version="covered")
    daemon.environ |= NO_RESCAN
    daemon.start()
    sql = "SELECT json_extract(document, '$.version') FROM documents"
    for number in range(5):
        mounts.over(daemon.root / "personas/sub")
        daemon.persona("personas/sub/ana.json", version=f"mounted {number}")
        daemon.wait()
        assert daemon.query(sql) == [(f"mounted {number}",)]
        mounts.off(daemon.root / "personas/sub")
        daemon.until(lambda: daemon.query(sql) == [("covered",)])
