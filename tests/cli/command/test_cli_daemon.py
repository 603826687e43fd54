"""docsync run, stop, reload and wait, against a real daemon."""

import signal

import pytest

from docsync.status import MAX_PATHS
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


def test_an_answer_names_some_paths_and_counts_all(filled: Shell) -> None:
    for number in range(MAX_PATHS + 20):
        filled.persona(f"p{number:03}")
        filled.write(f"personas/b{number:03}.json", "{")
    with filled.daemon():
        told = filled("wait", "personas", "--json")
        shown = filled("wait", "personas")
        filled("wait")
        for number in range(MAX_PATHS + 20):
            filled.persona(f"p{number:03}", age=number)
        reloaded = filled("reload", "--json").json
        again = filled("sync")

    assert (told.code, shown.code) == (1, 1)
    assert (len(told.json["broken"]), told.json["more"]) == (MAX_PATHS, True)
    assert told.json["counts"] == {
        "upserted": 0,
        "deleted": 0,
        "broken": MAX_PATHS + 20,
        "held": 0,
        "lost": 0,
    }
    assert len(shown.out.splitlines()) == 10 + 2
    assert f"{MAX_PATHS + 10} more broken" in shown.out
    assert len(reloaded["upserted"]) <= MAX_PATHS
    assert f"persona: {MAX_PATHS + 22} documents" in again.out
    assert len(told.out) + len(shown.out) < 20_000


def test_a_sync_of_many_tells_of_all(filled: Shell) -> None:
    for number in range(MAX_PATHS + 20):
        filled.persona(f"p{number:03}")
    first = filled("sync")
    for number in range(MAX_PATHS + 20):
        filled.persona(f"p{number:03}", age=1)
    (filled.root / "personas/p000.json").unlink()
    second = filled("sync")

    assert f"persona: {MAX_PATHS + 22} documents (+{MAX_PATHS + 22})" in first.out
    assert f"persona: {MAX_PATHS + 21} documents (~{MAX_PATHS + 19} -1)" in second.out


def test_a_folder_that_is_gone_fails_every_wait_that_it_concerns(filled: Shell) -> None:
    """As a checkout of a branch without it leaves it: the rows stay, and nobody is told that all is well."""
    with filled.daemon():
        filled("wait")
        (filled.root / "personas").rename(filled.root / "away")
        asked = [filled(*words) for words in (["wait"], ["wait", "personas/ada.json"], ["reload"])]
        other = filled("wait", "prompts")
        told = filled("--json", "wait").json
        (filled.root / "away").rename(filled.root / "personas")
        back = filled("wait")

    assert [one.code for one in asked] == [1, 1, 1]
    assert all("missing: personas\n" in one.out and "broken: personas" not in one.out for one in asked)
    assert all("bring back personas" in one.err for one in asked)
    assert (other.code, back.code, back.err) == (0, 0, "")
    assert told["lost"] == [{"path": "personas", "state": "missing"}]


def test_a_deletion_that_is_held_fails_a_wait_for_everything(filled: Shell) -> None:
    for path in (filled.root / "personas").iterdir():
        path.unlink()
    filled.persona("one")
    filled.persona("two")
    with filled.daemon():
        filled("wait")
        for name in ("one", "two"):
            (filled.root / "personas" / f"{name}.json").unlink()
        everything, other = filled("wait"), filled("wait", "prompts")

    assert (everything.code, other.code) == (1, 0)
    assert "held: personas/two.json" in everything.out
    assert "all that could be taken" in everything.out


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
    paths = {"upserted", "deleted", "broken", "held", "lost"}
    shown = {"epoch", "revision", "seconds", "counts", "types", "more"} | paths
    assert set(answer.json) == shown


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
