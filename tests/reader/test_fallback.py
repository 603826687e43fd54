"""What answers while the database does not: the files, with a warning, for as long as need be and no longer."""

import asyncio
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

import docsync
from docsync import AsyncReader, ReaderPool
from docsync.errors import ConfigError, NoDatabase, UsageError
from docsync.reader import FallbackWarning, open_reader
from docsync.reader.service import PersonaService
from tests.helpers.project import Project, damage_within


@pytest.fixture
def files(people: Project) -> Project:
    """The people, with a configuration and without a database."""
    people.write("docsync.toml", "")
    people.close()
    people.database.parent.rename(people.root / ".docsync-away")
    return people


def bring_back(project: Project) -> None:
    (project.root / ".docsync-away").rename(project.database.parent)


def look_again(reader: Any) -> None:
    """Half a second is over."""
    reader._source._fallback._look_at = 0.0


def test_files_answer_until_the_database_is_filled_for_the_first_time(people: Project) -> None:
    people.write("docsync.toml", "")
    people.close()
    for file in people.database.parent.iterdir():
        file.unlink()
    people.start()  # it has tables, and no first scan
    with pytest.warns(FallbackWarning, match="not filled yet"):
        reader = open_reader(people.root)
    with reader:
        assert (sum(reader.count().values()), reader.source) == (4, "files")
        people.settle()
        look_again(reader)
        assert (sum(reader.count().values()), reader.source) == (4, "database")


def test_a_project_without_documents_is_filled_with_nothing(project: Project) -> None:
    project.write("docsync.toml", "")
    project.settle()
    with open_reader(project.root) as reader:
        assert (len(reader.find()), reader.source, reader.revision()) == (0, "database", 0)


def test_without_a_database_the_files_answer_and_a_warning_says_so(files: Project) -> None:
    with pytest.warns(
        FallbackWarning, match=r"answering from the files: .*docsync\.db: no database there"
    ) as caught:
        reader = open_reader(files.root)
    with reader:
        row = reader.get("persona/team/ana")
        assert row is not None
        assert (row.name, row.source, row.epoch, row.as_of, row.revision) == (
            "Ana",
            "files",
            None,
            None,
            None,
        )
        page = reader.find(order="name", limit=1)
        assert (page[0].name, page.source, page.epoch, page.revision) == ("Ana", "files", None, None)
        assert (reader.source, reader.epoch(), reader.revision()) == ("files", None, None)
        assert reader.search("calm").source == "files"
        assert reader.count() == {"persona": 3, "prompt_template": 1}
        assert [count.tag for count in reader.tags()] == ["quick", "calm", "ä"]
        assert (list(reader.problems()), list(reader.held()), reader.tallies()) == ([], [], {})
    assert len(caught) == 1, "it is said once, not with every answer"


def test_a_callback_is_told_in_place_of_the_warning(files: Project) -> None:
    told: list[NoDatabase] = []
    with warnings.catch_warnings(), open_reader(files.root, on_fallback=told.append) as reader:
        warnings.simplefilter("error")
        reader.get("x")
        reader.get("y")
    assert [str(error) for error in told] == [
        f"{files.database}: no database there; start 'docsync run' or 'docsync sync' first"
    ]


def test_when_the_database_is_back_the_next_answer_is_from_there(files: Project) -> None:
    told: list[NoDatabase] = []
    with open_reader(files.root, on_fallback=told.append) as reader:
        assert reader.find().source == "files"
        bring_back(files)
        page = reader.find()
        assert (page.source, reader.source, page.revision) == ("database", "database", 1)
        files.database.rename(files.root / "away.db")
        assert reader.find().source == "files"
        assert len(told) == 2, "each time that it begins"


def test_what_changes_in_the_files_is_seen_at_the_next_look(files: Project) -> None:
    with open_reader(files.root, on_fallback=lambda _: None) as reader:
        files.persona("personas/new.json", name="New")
        (files.root / "personas/team/ana.json").unlink()
        assert reader.count()["persona"] == 3, "looked at less than half a second ago"
        look_again(reader)
        assert [row.name for row in reader.find(type="persona")] == ["New", "Ben", "Zoe"]


def test_a_folder_that_was_emptied_is_empty(files: Project) -> None:
    with open_reader(files.root, on_fallback=lambda _: None) as reader:
        for file in (files.root / "personas/team").iterdir():
            file.unlink()
        look_again(reader)
        assert (reader.count()["persona"], len(reader.held())) == (0, 0)


def test_a_broken_file_is_a_problem_and_keeps_what_was_good(files: Project) -> None:
    with open_reader(files.root, on_fallback=lambda _: None) as reader:
        files.write("personas/team/ana.json", "{")
        look_again(reader)
        row = reader.get("persona/team/ana")
        assert row is not None
        assert (row.name, row.state) == ("Ana", "stale")
        assert [listed.problem.path for listed in reader.problems()] == ["personas/team/ana.json"]


def test_nothing_is_written_while_the_files_answer(files: Project) -> None:
    before = sorted(path for path in files.root.rglob("*"))
    with open_reader(files.root, on_fallback=lambda _: None) as reader:
        reader.find()
    assert sorted(path for path in files.root.rglob("*")) == before


def test_pages_go_on_when_the_database_goes(people: Project) -> None:
    people.write("docsync.toml", "")
    with open_reader(people.root, on_fallback=lambda _: None) as reader:
        first = reader.find(limit=2)
        people.close()
        people.database.unlink()
        second = reader.find(limit=2, cursor=first.cursor)
        assert [row.name for row in (*first, *second)] == ["Ana", "Ben", "Zoe", "Hello"]
        assert (first.source, second.source) == ("database", "files")


def test_files_on_purpose_need_no_warning_and_look_at_no_database(people: Project) -> None:
    people.write("docsync.toml", "")
    people.persona("personas/new.json", name="New")
    with open_reader(people.root, source="files") as reader:
        assert (reader.count()["persona"], reader.source) == (4, "files")


def test_the_environment_chooses_for_a_service(people: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    people.write("docsync.toml", "")
    for source in ("files", "database"):
        monkeypatch.setenv("DOCSYNC_SOURCE", source)
        with open_reader(people.root) as reader:
            assert reader.find().source == source
        with open_reader(people.root, source="database") as reader:
            assert reader.find().source == "database", "what the code says wins"


def test_the_database_on_purpose_has_no_substitute(files: Project) -> None:
    with pytest.raises(NoDatabase, match="docsync sync"):
        open_reader(files.root, source="database")


@pytest.mark.parametrize("source", ["http://127.0.0.1:8787", "https://x"])
def test_a_url_is_refused_as_not_possible_yet(people: Project, source: str) -> None:
    with pytest.raises(UsageError, match="not possible yet"):
        open_reader(people.root, source=source)


def test_another_source_is_refused_with_those_there_are(
    people: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCSYNC_SOURCE", "Files")
    with pytest.raises(UsageError, match="one of auto, database, files, got 'Files'"):
        open_reader(database=people.database)


def test_files_need_a_project(people: Project) -> None:
    with pytest.raises(UsageError, match="only be read in a project"):
        open_reader(database=people.database, source="files")


def test_where_there_is_no_project_nothing_stands_in(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    lost = re.escape(
        f'no docsync.toml in or above {tmp_path}: say where it is, open_reader("/path/of/project")'
    )
    for open_lost in (open_reader, ReaderPool):
        with pytest.raises(NoDatabase, match=f"no database there; there is {lost}$"):
            open_lost(tmp_path)
    with pytest.raises(NoDatabase, match=f"^there is {lost}$"):
        open_reader(tmp_path, source="files")
    people = tmp_path / "personas"
    people.mkdir()
    with pytest.raises(NoDatabase, match="start 'docsync run'"):
        open_reader(tmp_path, source="database")


def test_an_async_reader_where_there_is_no_project_says_so(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()

    async def ask() -> None:
        async with AsyncReader(tmp_path) as reader:
            await reader.get("persona/ana")

    with pytest.raises(NoDatabase, match=r"there is no docsync\.toml in or above"):
        asyncio.run(ask())


def test_a_database_elsewhere_has_the_files_of_the_project(files: Project, tmp_path: Path) -> None:
    with open_reader(files.root, database=tmp_path / "never.db", on_fallback=lambda _: None) as reader:
        assert reader.find().source == "files"
    bring_back(files)
    files.database.rename(tmp_path / "moved.db")
    with open_reader(files.root, database=tmp_path / "moved.db") as reader:
        assert reader.find().source == "database"


def test_a_damaged_database_is_no_answer(people: Project) -> None:
    people.write("docsync.toml", "")
    people.close()
    octets = people.database.read_bytes()
    people.database.write_bytes(octets[:4096] + b"\xff" * (len(octets) - 4096))
    with open_reader(people.root, on_fallback=lambda _: None) as reader:
        assert reader.find().source == "files"
        people.database.unlink()
        people.start()
        people.settle()
        assert reader.find().source == "database"


def test_damage_that_shows_up_in_the_middle_is_answered_from_the_files(people: Project) -> None:
    people.write("docsync.toml", "")
    told: list[NoDatabase] = []
    people.close()
    damage_within(people.database)
    with open_reader(people.root, on_fallback=told.append) as reader:
        assert reader.source == "database", "it can be opened"
        with reader.snapshot():
            assert reader.revision() == 1
            with pytest.raises(NoDatabase):
                reader.find()
        row = PersonaService(reader).by_id("team/ana")
        assert row is not None
        assert (row.name, row.source, len(told)) == ("Ana", "files", 1)
        assert [row.name for row in PersonaService(reader).by_age_group("60+")] == ["Ana", "Ben"]
        assert (reader.source, reader.in_one_state(lambda: (reader.source, len(reader.find())))) == (
            "files",
            ("files", 4),
        )
    with open_reader(people.root, source="database") as reader, pytest.raises(NoDatabase):
        reader.in_one_state(reader.find)


def test_a_wrong_configuration_is_told_before_anything(files: Project) -> None:
    files.write("docsync.toml", "nonsense = 1")
    with pytest.raises(ConfigError, match="nonsense"):
        open_reader(files.root)


def test_a_schema_that_is_none_is_told_until_it_is_mended(files: Project) -> None:
    files.write("schema.json", "{")
    files.write(
        "docsync.toml",
        '[[collections]]\ntype = "persona"\npath = "personas"\ninclude = ["**/*.json"]\nformat = "json"\n'
        'schema = "schema.json"\n',
    )
    bring_back(files)
    with open_reader(files.root, on_fallback=lambda _: None) as reader:
        files.database.parent.rename(files.root / ".docsync-away")
        for _ in range(2):
            with pytest.raises(ConfigError, match=r"schema\.json"):
                reader.count()
        files.write("schema.json", "{}")
        assert reader.count()["persona"] > 0


def test_the_public_names_are_there(people: Project) -> None:
    for name in docsync.__all__:
        assert getattr(docsync, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = docsync.nothing  # type: ignore[attr-defined]  # a name that is none
    for name in docsync.reader.__all__:
        assert getattr(docsync.reader, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = docsync.reader.nothing  # type: ignore[attr-defined]  # a name that is none


def test_reading_a_database_imports_nothing_heavy(people: Project) -> None:
    code = (
        "import sys; from docsync import open_reader\n"
        "with open_reader(database=sys.argv[1]) as reader: reader.get('x'), reader.find(), reader.search('x')\n"
        "heavy = {'watchdog', 'click', 'structlog', 'jinja2', 'yaml', 'rich', 'starlette', 'docsync.sync', 'docsync.formats'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(docsync.__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(people.database)],
        capture_output=True,
        text=True,
        env=environ,
        timeout=60,
    )
    assert (done.stderr, done.stdout) == ("", "[]\n")
