"""docs/service.md is true: every program that it shows is run beside a running daemon."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.daemon.running import Daemon
from tests.docs_reading.conftest import python
from tests.docs_reading.page import ROOT, blocks

PAGE = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
BURSAR = "Marguerite D'Aubigné"


def programs(title: str) -> list[str]:
    """The programs below the heading *title*."""
    return blocks(PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0], "python")


def lines(title: str, live: Daemon) -> list[str]:
    first = programs(title)[0]
    return python(f"import warnings; warnings.simplefilter('error')\n{first}", at=live).splitlines()


def test_every_program_of_the_page_is_run_here() -> None:
    titles = [text.partition("\n")[0] for text in PAGE.split("\n## ")[1:] if "```" in text]
    here = Path(__file__).read_text(encoding="utf-8")
    assert [title for title in titles if f'"{title}"' not in here] == []
    assert re.findall(r"```(\w+)", PAGE) == ["python"] * (len(titles) + 2), (
        "the first, and the last for pytest"
    )


def test_the_project_may_be_elsewhere(live: Daemon) -> None:
    (first,) = blocks(PAGE.split("\n## ")[0], "python")
    assert '"."' in first
    assert python(first, at=live) == f"{BURSAR}\n"
    there = first.replace('"."', repr(str(live.root)))
    assert python(f"import os; os.chdir('/')\n{there}", at=live) == f"{BURSAR}\n"


def test_a_row_is_what_the_page_says(live: Daemon) -> None:
    told = lines("What a row is", live)
    assert told[0].startswith(f"persona/customers/care-home-bursar {BURSAR} ok (")
    assert told[1:3] == ["Dumfries", "True"]
    assert told[3].startswith("Row(id='persona/customers/care-home-bursar', name=\"Marguerite")
    assert told[4] == "None"


def test_a_pool_serves_threads(live: Daemon) -> None:
    assert lines("From threads", live) == [f"[\"{BURSAR}\", 'nobody']"]


def test_an_async_reader_serves_tasks(live: Daemon) -> None:
    told = lines("From asyncio", live)
    assert re.fullmatch(rf"{BURSAR} [1-9]\d*", told[0])
    assert told[1:] == ["True", "True"]


def test_what_is_cached_is_there(live: Daemon) -> None:
    told = lines("Documents that are always there", live)
    assert told[0] == f"29 {BURSAR}"
    assert told[1] == "None"
    assert re.fullmatch(r"\['[\w-]+', '[\w-]+'\]", told[2])
    assert told[3] == "database None True"


def test_a_block_keeps_a_project(live: Daemon) -> None:
    assert lines("Without a daemon: tests, notebooks, small services", live) == ["Ana", "Anna"]


def test_the_fixtures_read_the_project_of_a_test(live: Daemon, tmp_path: Path) -> None:
    _, fixtures = programs("Without a daemon: tests, notebooks, small services")
    conftest, test = re.fullmatch(
        r"# conftest\.py\n(.*)# test_prompts\.py\n(.*)", fixtures, re.DOTALL
    ).groups()  # type: ignore[union-attr]  # it is there
    folder = tmp_path / "service"
    shutil.copytree(live.root, folder, ignore=shutil.ignore_patterns(".docsync"))
    (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    (folder / "test_prompts.py").write_text(test, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(
        # A folder of its own: in the common one it would shut other users out of other tests' folders.
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'own'}"],
        cwd=folder,
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
