"""A Chromium for all tests of a worker, and a daemon with HTTP for each."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.daemon.running import OPEN, Daemon

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from tests.dashboard.browser import Page


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Chrome]":
    pytest.importorskip("selenium", reason="the dashboard's tests need selenium")
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver:
        pytest.skip("the dashboard's tests need chromium and chromium-driver")
    from tests.dashboard.browser import open_chromium

    opened = open_chromium(binary, driver)
    yield opened
    opened.quit()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """Two personas and a prompt, with the endpoint on a free port; not started yet."""
    built = Daemon(tmp_path / "project")
    built.environ |= {"DOCSYNC_ADMIN__ENABLED": "true", "DOCSYNC_ADMIN__PORT": "0", **OPEN}
    built.persona(
        "personas/ada.json", name="Ada Lovelace", description="Counts calmly.", tags=["calm", "maths"]
    )
    built.persona("personas/team/grace.json", name="Grace Hopper", description="Finds moths.", tags=["brisk"])
    built.write(
        "prompts/greet.prompty",
        "---\nname: Greet\ninputs:\n  who:\n    type: string\n    default: you\n---\n"
        "system:\nYou are kind.\n\nuser:\nGreet {{who}}.\n",
    )
    yield built
    built.kill()


@pytest.fixture
def page(chromium: "Chrome", daemon: Daemon) -> "Iterator[Page]":  # the daemon ends after the page
    """A page that keeps nothing of the test before; the console must have been silent at the end."""
    from tests.dashboard.browser import Page

    built = Page(chromium)
    built.open("about:blank")
    built.console()
    yield built
    said = built.console()
    built.open("about:blank")
    assert said == []
