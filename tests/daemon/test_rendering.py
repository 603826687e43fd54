"""A daemon that renders: a runaway template harms nobody, and a stop does not wait for it."""

import threading
import time

import pytest

from docsync.admin.client import Client, DaemonRefused
from docsync.errors import DocsyncError
from tests.daemon.running import Daemon

ENDLESS = "---\nname: R\n---\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


@pytest.fixture
def rendering(daemon: Daemon) -> Daemon:
    daemon.write("prompts/endless.prompty", ENDLESS)
    daemon.start()
    return daemon


def test_saves_land_while_a_runaway_template_is_rendered_and_it_is_ended(rendering: Daemon) -> None:
    answers: list[DaemonRefused] = []

    def ask() -> None:
        with pytest.raises(DaemonRefused) as caught:
            rendering.client().post("/v1/render", {"id": "prompt_template/endless"})
        answers.append(caught.value)

    asker = threading.Thread(target=ask)
    asker.start()
    saved = 0
    while asker.is_alive():
        rendering.persona(f"personas/p{saved}.json", number=saved)
        rendering.wait()
        assert rendering.value("SELECT count(*) FROM documents WHERE type = 'persona'") == saved + 1
        saved += 1
    asker.join()
    (refused,) = answers
    assert refused.status == 422
    assert "takes longer than 2 s" in str(refused) or "was ended by the system" in str(refused)
    assert saved > 1
    assert rendering.status()["ready"]


def test_a_stop_ends_what_is_rendered_and_what_waits(rendering: Daemon) -> None:
    ended = []

    def ask() -> None:
        with pytest.raises(DocsyncError):
            Client(rendering.root / ".docsync" / "docsync.sock", 30).post(
                "/v1/render", {"id": "prompt_template/endless"}
            )
        ended.append(1)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    time.sleep(0.3)
    assert rendering.stop() == 0  # within five seconds
    for asker in askers:
        asker.join(10)
    assert len(ended) == 4
