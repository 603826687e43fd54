"""docs/service.md is true: every program that it shows is run beside a running daemon."""

import re
from pathlib import Path

from tests.daemon.running import Daemon
from tests.docs_reading.conftest import python
from tests.docs_reading.page import ROOT, blocks

PAGE = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
BURSAR = "Marguerite D'Aubigné"


def program(title: str) -> str:
    """The one program below the heading *title*."""
    (found,) = blocks(PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0], "python")
    return found


def lines(title: str, live: Daemon) -> list[str]:
    return python(f"import warnings; warnings.simplefilter('error')\n{program(title)}", at=live).splitlines()


def test_every_program_of_the_page_is_run_here() -> None:
    titles = [text.partition("\n")[0] for text in PAGE.split("\n## ")[1:] if "```" in text]
    here = Path(__file__).read_text(encoding="utf-8")
    assert [title for title in titles if f'"{title}"' not in here] == []
    assert re.findall(r"```(\w+)", PAGE) == ["python"] * len(titles)


def test_a_row_is_what_the_page_says(live: Daemon) -> None:
    told = lines("What a row is", live)
    assert told[0].startswith(f"persona/customers/care-home-bursar {BURSAR} ok (")
    assert told[1:3] == ["Dumfries", "True"]
    assert told[3].startswith("Row(id='persona/customers/care-home-bursar', name=\"Marguerite")
    assert told[4] == "None"
