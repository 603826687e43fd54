"""The benchmark of reading asks each of its questions of docsync and of plain SQLite, searches too."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_each_question_is_asked_of_both() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.reading", "60"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    rows = done.stdout.splitlines()
    assert len(rows) == 13
    assert all(row.split()[-1] and " plain_p50 " in row for row in rows)
    assert [row[:18] for row in rows if row.startswith("search")] == [
        "search common word",
        "search rare word, ",
    ]
