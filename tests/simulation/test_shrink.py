"""A failing history becomes small, stays the same failure, and prints as Python that makes it."""

from tests.simulation.campaign import Failure
from tests.simulation.generator import generate
from tests.simulation.shrink import shrunk
from tests.simulation.step import History, News, Step, Verb


def fails_with_two_moves(history: History) -> str | None:
    moves = [step for step in history if step.verb is Verb.MOVE]
    return f"Violation: {len(moves)} moves" if len(moves) >= 2 else None


def a_long_history() -> History:
    return next(h for h in map(generate, range(1000)) if len(h) > 15 and fails_with_two_moves(h))


def test_only_what_matters_is_left() -> None:
    small = shrunk(a_long_history(), fails_with_two_moves, 60)
    assert [step.verb for step in small] == [Verb.MOVE, Verb.MOVE]
    assert all(step.news is News.NOW and step.after_ms == 0 for step in small)


def test_another_failure_is_not_taken_for_it() -> None:
    def fails(history: History) -> str | None:
        return "Violation: lost" if len(history) > 10 else "KeyError: other"

    assert len(shrunk(a_long_history(), fails, 60)) == 11


def test_a_failure_prints_as_python_that_makes_it() -> None:
    history = (
        Step(0, Verb.FILL, "personas"),
        Step(7.5, Verb.SAVE, "personas/a.json", "persona/ada", news=News.LATE, late_ms=30),
    )
    text = str(Failure(7, "Violation: gone", history))
    assert text.startswith("# seed 7: Violation: gone\n")
    assert eval(text.partition("\n")[2].strip())[0] == history
