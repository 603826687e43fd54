"""docsync run, stop, reload and wait, against a real daemon."""

import signal

import pytest

from tests.cli.conftest import Shell


def test_what_was_saved_before_a_wait_is_there_after_it(filled: Shell) -> None:
    with filled.daemon():
        filled.persona("katherine")
        waited = filled("wait", "personas/katherine.json")
        row = filled("get", "persona/katherine")

    assert (waited.code, waited.err) == (0, "")
    assert row.json["name"] == "Katherine"


def test_a_path_that_is_broken_fails_its_wait_and_no_other(filled: Shell) -> None:
    filled.write("personas/half.json", "{")
    with filled.daemon():
        asked, other, everything = (
            filled("wait", "personas/half.json"),
            filled("wait", "personas/ada.json"),
            filled("wait"),
        )

    assert (asked.code, other.code, everything.code) == (1, 0, 0)
    assert "broken: personas/half.json" in asked.out
    assert "docsync problems" in asked.err
    assert "broken" not in other.out


def test_a_wait_that_takes_too_long_is_exit_124(filled: Shell) -> None:
    with filled.daemon() as daemon:
        filled("wait")
        # It answers nothing while a deletion waits for its debounce time.
        (filled.root / "personas" / "ada.json").unlink()
        answer = filled("wait", "--timeout", "0.001")

        assert daemon.poll() is None
    assert (answer.code, answer.out) == (124, "")


def test_a_reload_tells_what_it_found(filled: Shell) -> None:
    with filled.daemon():
        filled("wait")
        answer = filled("reload", "personas", "--json")

    assert answer.code == 0
    assert set(answer.json) == {"epoch", "revision", "seconds", "upserted", "deleted", "broken", "held"}


def test_a_stopped_daemon_is_gone_when_stop_returns(filled: Shell) -> None:
    with filled.daemon() as daemon:
        stopped = filled("stop", "--json")
        again = filled("sync")

        assert daemon.wait(timeout=10) == 0
    assert stopped.json == {"stopped": True, "pid": daemon.pid}
    assert again.code == 0


def test_an_interrupted_daemon_stops_cleanly(filled: Shell) -> None:
    with filled.daemon() as daemon:
        daemon.send_signal(signal.SIGINT)

        assert daemon.wait(timeout=10) == 0


def test_a_second_daemon_is_refused_with_the_process_that_runs(filled: Shell) -> None:
    with filled.daemon() as daemon:
        answer = filled.spawn("run")

    assert (answer.code, answer.out) == (6, "")
    assert f"process {daemon.pid}" in answer.err


@pytest.mark.parametrize("arguments", [["stop"], ["reload"], ["wait"], ["status"]])
def test_without_a_daemon_it_is_exit_3(filled: Shell, arguments: list[str]) -> None:
    answer = filled(*arguments)

    assert (answer.code, answer.out) == (3, "")
    assert "start one with: docsync run" in answer.err


def test_a_killed_daemon_counts_as_none(filled: Shell) -> None:
    with filled.daemon() as daemon:
        daemon.kill()
        daemon.wait(timeout=10)

        assert filled("status").code == 3
        assert filled("sync").code == 0
