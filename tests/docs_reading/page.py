"""The programs that docs/reading.md shows, as they stand there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def program(title: str, language: str) -> str:
    """The one program in *language* below the heading *title*."""
    (found,) = blocks(section(title), language)
    return found


def queries() -> list[str]:
    """Every query of the page, one statement each."""
    return [one.strip() for block in blocks(PAGE, "sql") for one in block.split(";\n") if one.strip()]
