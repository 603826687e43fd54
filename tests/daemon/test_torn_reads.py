"""Services read while files are saved in the four ways of programs: no row is half of one, none refused."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.failpoints.forked import ForkedDaemon
from tests.failpoints.sealed import STYLES, Scribe, scribbling
from tests.failpoints.witness import witness_outside
from tests.helpers.project import Tell

LONG = os.environ.get("DOCSYNC_LONG") == "1"
SECONDS = float(os.environ.get("DOCSYNC_READ_SECONDS", "4")) / len(STYLES)
SEED = int(os.environ.get("DOCSYNC_SEED", "20261121"))
_LONG_ROWS = 250_000


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[ForkedDaemon]:
    built = ForkedDaemon(tmp_path / "project")
    (built.root / "docsync.toml").write_text("[watch]\ndebounce_ms = 50\n")
    yield built
    built.kill()


@pytest.mark.timeout(3600 if LONG else 60 + 8 * SECONDS)
@pytest.mark.parametrize("style", STYLES)
def test_no_row_is_ever_torn_and_no_reader_refused(style: str, daemon: ForkedDaemon, tell: Tell) -> None:
    scribe = Scribe(daemon.root, SEED, (style,), mishaps=False)
    scribe.write_all()
    daemon.start()
    with (
        scribbling(scribe, pause_seconds=0.001),
        witness_outside(daemon.database, every=1, rows=_LONG_ROWS if LONG else 0) as sights,
    ):
        threading.Event().wait(SECONDS)
    daemon.wait()
    daemon.verify()
    tell(
        f"saved by {style}: {sights.rows} rows read in {sights.transactions} transactions, {scribe.edits} saves, "
        f"{sights.states} states, seed {SEED}"
    )
    assert (sights.wrong, sights.reopened) == ([], 0)
    assert sights.states > 3
