"""The programs that docs/using.md shows, as they stand there."""

from tests.docs_reading.page import ROOT, blocks

PAGE = (ROOT / "docs" / "using.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8787"
"""Where the programs find the daemon; a test has it elsewhere."""


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def shown(title: str, language: str) -> str:
    """The one block in *language* below the heading *title*."""
    (found,) = blocks(section(title), language)
    return found


def program(title: str, http: str = ADDRESS) -> str:
    """The Python below the heading *title*, for a daemon that answers at *http*."""
    return shown(title, "python").replace(ADDRESS, http)
