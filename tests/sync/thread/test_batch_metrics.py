"""What the loop counts of itself: triggers, results, and the time from the first hint to the commit."""

import pytest

from docsync.counters import BatchResult, Trigger
from docsync.model import Sign
from docsync.names import EVERYTHING
from tests.helpers.project import Project
from tests.helpers.rig import Rig
from tests.sync.thread.test_loop import A, B, refuse


@pytest.fixture
def rig(project: Project) -> Rig:
    project.persona(A, name="A")
    project.persona(B, name="B")
    made = Rig(project)
    made.settle()
    return made


def triggers(rig: Rig) -> list[str]:
    return [batch.trigger for batch in rig.counters.batches()]


def latency(rig: Rig, change: str = "upsert") -> list[float]:
    """The upper bounds, in seconds, of all that was measured."""
    histogram = rig.counters.latency()[change]
    bounds = (*histogram.bounds, float("inf"))
    return [bound for bound, count in zip(bounds, histogram.counts, strict=True) for _ in range(count)]


def test_the_first_scan_is_a_start_and_took_no_time_since_any_hint(rig: Rig) -> None:
    assert triggers(rig) == ["start"]
    assert (rig.counters.rescans(), rig.counters.recent()) == ({"start": 1}, (0, ()))
    [batch] = rig.counters.batches()
    assert (batch.upserts, batch.deletes, batch.revision) == (2, 0, rig.project.revision)


def test_a_save_is_measured_from_its_first_hint(rig: Rig) -> None:
    rig.project.persona(A, name="new")
    rig.hint(A, Sign.OPEN)
    rig.later(100)
    rig.hint(A, Sign.CLOSED)
    rig.later(10)
    rig.step()

    count, [(at, ms)] = rig.counters.recent()
    assert (count, at.endswith("Z")) == (1, True)
    assert 110 <= ms < 5000
    assert triggers(rig)[-1] == "hint"


def test_a_file_in_a_folder_that_was_hinted_at_is_measured_from_that_hint(rig: Rig) -> None:
    rig.project.persona("personas/new/deep/c.json")
    rig.hint("personas/new", Sign.FOLDER)
    rig.later(300)
    rig.step()

    assert rig.counters.recent()[1][0][1] >= 300


def test_a_deletion_is_measured_over_the_time_for_which_it_must_last(rig: Rig) -> None:
    (rig.project.root / A).unlink()
    rig.hint(A, Sign.GONE)
    rig.step()
    assert latency(rig, "delete") == []
    rig.later(500)
    rig.step()

    assert len(latency(rig, "delete")) == 1
    assert latency(rig, "delete")[0] >= 0.5
    assert (triggers(rig)[-1], rig.counters.recent()) == ("debounce", (0, ()))


def test_what_was_found_without_a_hint_is_not_measured(rig: Rig) -> None:
    rig.project.persona("personas/unheard-of.json")
    rig.ask(EVERYTHING)
    rig.step()

    assert (triggers(rig)[-1], rig.counters.recent()) == ("request", (0, ()))
    assert rig.counters.rescans() == {"start": 1, "request": 1}


def test_a_save_that_changes_nothing_is_forgotten(rig: Rig) -> None:
    rig.hint(A, Sign.CLOSED)
    rig.later(10)
    rig.step()
    rig.later(60_000)
    rig.project.persona(A, name="later")
    rig.hint(A, Sign.RENAMED)
    rig.step()

    assert rig.counters.recent()[1][0][1] < 60_000


def test_a_refused_batch_is_counted_and_its_time_goes_on(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, 1)
    rig.project.persona(A, name="new")
    rig.hint(A)
    rig.step()
    assert rig.counters.runs()[Trigger.HINT, BatchResult.REFUSED] == 1
    rig.later(700)
    rig.step()

    assert rig.counters.recent()[1][0][1] >= 700


def test_lost_hints_and_a_rescan_have_their_reasons(project: Project) -> None:
    rig = Rig(project, rescan_ms=60_000)
    rig.settle()
    rig.hint(EVERYTHING, Sign.LOST)
    rig.step()
    rig.later(80_000)
    rig.step()

    assert rig.counters.rescans() == {"start": 1, "lost_hints": 1, "rescan": 1}


def test_a_release_is_a_batch_of_its_own(project: Project) -> None:
    project.start(min_deletes=1)
    for name in "abcde":
        project.persona(f"personas/{name}.json")
    rig = Rig(project)
    rig.settle()
    for name in "abcd":
        (project.root / f"personas/{name}.json").unlink()
        rig.hint(f"personas/{name}.json", Sign.GONE)
    rig.settle()
    rig.release()
    rig.step()

    last = rig.counters.batches()[-1]
    assert (last.trigger, last.deletes, last.revision) == ("release", 4, project.revision)
    assert rig.vitals.last_batch is not None
    assert rig.vitals.last_batch.revision == project.revision


def test_whoever_waits_is_told_of_a_revision_and_of_nothing_else(rig: Rig) -> None:
    before = rig.counters.wait(-1, 0)
    rig.step()
    rig.hint(A, Sign.CLOSED)
    rig.later(10)
    rig.step()
    assert rig.counters.wait(-1, 0) == before
    rig.project.persona(A, name="new")
    rig.hint(A)
    rig.later(600)
    rig.step()

    assert rig.counters.wait(-1, 0) == before + 1
