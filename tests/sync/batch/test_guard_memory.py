"""The minute of the guard outlives the process: rows that go by a few at a time go no further for a restart."""

import os
from pathlib import Path

import pytest

from docsync.clock import Clock
from docsync.model import Timing
from docsync.status import Repair
from docsync.store.connection import open_writer
from docsync.store.guard_memory import CountedDeletion, read_deletions
from docsync.sync.setup import Settings
from docsync.upkeep.one_shot import rebuild_once, release_once, sync_once
from tests.helpers.project import PERSONAS, PROMPTS, Project

MINUTE_MS = 60_000


@pytest.fixture
def hundred(project: Project) -> Project:
    """A hundred personas in a database, and clocks that go together."""
    project.clock = Clock(lambda: project.now_ns, lambda: project.now_ns + 1_800_000_000_000_000_000)
    for number in range(100):
        project.persona(f"personas/{number:02}.json")
    project.start()
    project.settle()
    return project


def remove(project: Project, first: int, count: int = 20) -> None:
    for number in range(first, first + count):
        (project.root / f"personas/{number:02}.json").unlink()


def test_a_hundred_rows_do_not_become_twenty_by_four_restarts(hundred: Project) -> None:
    for first in (0, 20, 40, 60):
        remove(hundred, first)
        hundred.start()
        hundred.settle()
    assert len(hundred.paths()) == 60
    assert [*hundred.states().values()].count("held") == 40


def test_a_minute_later_earlier_deletions_count_no_more(hundred: Project) -> None:
    for first in (0, 20, 40):
        remove(hundred, first)
        hundred.start()
        hundred.settle()
        hundred.later(MINUTE_MS)
    assert (len(hundred.paths()), "held" in hundred.states().values()) == (40, False)
    remove(hundred, 60, 1)
    hundred.settle()
    assert [one.path for one in read_deletions(hundred.connection)] == ["personas/60.json"]


def test_a_release_empties_the_minute_for_the_next_process_too(hundred: Project) -> None:
    remove(hundred, 0, 60)
    hundred.settle()
    hundred.engine.release("persona")
    hundred.start()
    remove(hundred, 60, 10)
    hundred.settle()
    assert (len(hundred.paths()), "held" in hundred.states().values()) == (30, False)


def test_a_release_of_another_collection_forgets_nothing(hundred: Project) -> None:
    remove(hundred, 0, 20)
    hundred.settle()
    hundred.engine.release("prompt_template")
    hundred.start()
    remove(hundred, 20, 60)
    hundred.settle()
    assert [*hundred.states().values()].count("held") == 60


def test_what_was_renamed_before_a_restart_does_not_count_after_it(hundred: Project) -> None:
    (hundred.root / "personas/team").mkdir()
    for number in range(60):
        os.rename(
            hundred.root / f"personas/{number:02}.json", hundred.root / f"personas/team/{number:02}.json"
        )
    hundred.settle()
    hundred.start()
    remove(hundred, 60, 15)
    hundred.settle()
    assert (len(hundred.paths()), "held" in hundred.states().values()) == (85, False)


def test_what_came_back_does_not_count_whoever_saw_it_come(hundred: Project) -> None:
    remove(hundred, 0)
    hundred.settle()
    for number in range(20):
        hundred.persona(f"personas/{number:02}.json")
    hundred.start()
    hundred.settle()
    remove(hundred, 0)
    remove(hundred, 40)
    hundred.settle()
    assert "held" not in hundred.states().values()  # 40 of 100


def test_a_wall_clock_that_was_set_back_forgets_nothing(hundred: Project) -> None:
    remove(hundred, 0)
    hundred.settle()
    hundred.clock = Clock(lambda: hundred.now_ns, lambda: hundred.now_ns)
    hundred.start()
    remove(hundred, 20, 31)
    hundred.settle()
    assert [*hundred.states().values()].count("held") == 31


def test_the_memory_of_a_deletion_is_its_collection(hundred: Project) -> None:
    remove(hundred, 0, 1)
    hundred.settle()
    ((path, type_, at),) = read_deletions(hundred.connection)
    assert CountedDeletion(path, type_, at[:4]) == ("personas/00.json", "persona", "2027")


@pytest.fixture
def loop(tmp_path: Path) -> tuple[Settings, Path]:
    """A project for syncs without a daemon, as cron begins them."""
    for number in range(100):
        file = tmp_path / f"personas/{number:02}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f'{{"name": "{number}"}}')
    (tmp_path / "prompts").mkdir()
    settings = Settings(tmp_path, (PERSONAS, PROMPTS), timing=Timing(0, 0, 0))
    sync_once(settings, tmp_path / "docs.db")
    return settings, tmp_path / "docs.db"


def unlink(settings: Settings, first: int, count: int) -> None:
    for number in range(first, first + count):
        (settings.root / f"personas/{number:02}.json").unlink()


def test_syncs_in_a_loop_hold_what_one_daemon_would(loop: tuple[Settings, Path]) -> None:
    settings, database = loop
    for first in (0, 20, 40):
        unlink(settings, first, 20)
        done = sync_once(settings, database)
    assert len(done.held) == 20
    assert len(release_once(settings, database, None).deleted) == 20
    unlink(settings, 60, 15)
    assert len(sync_once(settings, database).deleted) == 15


def test_a_database_that_is_built_anew_remembers_the_minute(loop: tuple[Settings, Path]) -> None:
    settings, database = loop
    unlink(settings, 0, 40)
    sync_once(settings, database)
    rebuild_once(settings, database, None, lambda how, why: None)
    unlink(settings, 40, 20)
    assert len(sync_once(settings, database).held) == 20


def test_a_database_that_is_mended_remembers_the_minute(loop: tuple[Settings, Path]) -> None:
    settings, database = loop
    unlink(settings, 0, 40)
    sync_once(settings, database)
    with open_writer(database) as connection:
        connection.execute("UPDATE documents SET name = 'damaged' WHERE file_path = 'personas/99.json'")
    mended: list[Repair] = []
    sync_once(settings, database, None, lambda how, why: mended.append(how))
    unlink(settings, 40, 20)
    assert (len(sync_once(settings, database).held), mended) == (20, [Repair.IN_PLACE])
