"""Another Python that is asked by lines: isolated, without environment, and ended when it is late."""

import time
from collections.abc import Iterator

import pytest

from docsync.apart.child import Child, ChildGone

LONG = 10.0


def soon() -> float:
    return time.monotonic() + LONG


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    monkeypatch.setenv("A_SECRET", "s3cret")
    made = Child("tests.apart.answering", 100_000)
    made.start()
    yield made
    made.close()


def test_it_has_no_environment_of_ours_and_is_in_no_folder_of_ours(child: Child) -> None:
    child.send({"a": "é\n"}, soon())
    answer = child.receive(soon())
    assert answer["said"] == {"a": "é\n"}
    assert "A_SECRET" not in answer["environment"]
    assert answer["environment"].keys() <= {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"}  # the system's own
    assert (answer["folder"], answer["isolated"]) == ("/", 1)


def test_lines_that_come_together_are_read_one_by_one(child: Child) -> None:
    for number in (1, 2):
        child.send({"n": number}, soon())
    assert [child.receive(soon())["said"]["n"] for _ in range(2)] == [1, 2]


def test_one_that_is_late_is_a_timeout_and_closing_ends_it(child: Child) -> None:
    child.send("sleep", soon())  # type: ignore[arg-type]  # any JSON
    with pytest.raises(TimeoutError):
        child.receive(time.monotonic() + 0.05)
    child.close()
    assert child._process.returncode == -9


def test_one_that_takes_no_more_lines_is_a_timeout_too(child: Child) -> None:
    child.send("sleep", soon())  # type: ignore[arg-type]  # any JSON
    with pytest.raises(TimeoutError):
        child.send({"long": "x" * 1_000_000}, time.monotonic() + 0.05)


def test_one_that_has_ended_or_says_too_much_is_gone(child: Child) -> None:
    child.send({"much": "x" * 200_000}, soon())
    with pytest.raises(ChildGone):
        child.receive(soon())


def test_one_that_has_ended_is_gone(child: Child) -> None:
    child.send("end", soon())  # type: ignore[arg-type]  # any JSON
    with pytest.raises(ChildGone):
        child.receive(soon())
    with pytest.raises(ChildGone):
        child.send({"more": "x" * 1_000_000}, soon())
