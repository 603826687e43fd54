"""The section of CHANGELOG.md for a tag, on stdout; fails where the tag is not the version or has no section.

Usage: python .ci/release_notes.py v0.1.0
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def version() -> str:
    """The version of the package."""
    (found,) = re.findall(
        r'^__version__ = "(.+)"$', (ROOT / "docsync" / "__init__.py").read_text("utf-8"), re.MULTILINE
    )
    return str(found)


def section(of: str) -> str:
    """What CHANGELOG.md says beneath the heading `## [VERSION] - DATE`; empty where there is none."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    heading = re.search(rf"^## \[{re.escape(of)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE)
    return changelog[heading.end() :].split("\n## ")[0].strip() if heading else ""


def main(tag: str) -> int:
    if tag != f"v{version()}":
        print(
            f"the tag is {tag} and the version {version()}: change __version__ in docsync/__init__.py",
            file=sys.stderr,
        )
        return 1
    notes = section(version())
    if not notes:
        print(
            f"CHANGELOG.md has no section '## [{version()}] - YEAR-MONTH-DAY', or an empty one",
            file=sys.stderr,
        )
        return 1
    print(notes)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
