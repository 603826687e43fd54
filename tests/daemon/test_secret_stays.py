"""A secret stays: a variable of the daemon's and the caller's environment, asked for from every position of a prompt.

It is in no answer over HTTP, nor in one of `docsync render`; in process only what is below the connection and the
options has it.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docsync import Call, Reader, RenderError, open_reader
from docsync.admin.client import DaemonRefused
from docsync.render.apart import FORMS
from tests.daemon.running import Daemon
from tests.render.test_secret_stays import NEVER, PROMPT, RESOLVED, SECRET, V1, asked_at, everything, texts

BODY = 'system:\nSay ${env:KEY} and {{ "${env:KEY}" }}.\nuser[name="${env:KEY}"]:\n{{ q }}\n'
POSITIONS = [(place, prompt) for prompt in (PROMPT, V1) for place in texts(prompt)]
IDS = [f"prompt_template/p{number}" for number in range(len(POSITIONS))]


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with the secret in its environment, and a prompt for each position."""
    daemon = Daemon(tmp_path_factory.mktemp("secret") / "project")
    daemon.environ |= {"KEY": SECRET}
    for number, (place, prompt) in enumerate(POSITIONS):
        asking_there = asked_at(place, prompt)
        if "tools[1]" not in place:  # what is no function keeps a prompt from being a request
            asking_there["tools"] = asking_there.get("tools", [])[:1]
        front_matter = json.dumps(asking_there)
        daemon.write(f"prompts/p{number}.prompty", f"---\n{front_matter}\n---\n{BODY}")
    daemon.start()
    yield daemon
    daemon.kill()


def ask(daemon: Daemon, id_: str, **members: Any) -> str:
    """All that the endpoint says of it, also that it does not render."""
    try:
        return json.dumps(daemon.client().post("/v1/render", {"id": id_, **members}))
    except DaemonRefused as refused:
        return json.dumps(refused.problem)


def test_no_answer_over_http_has_it(asking: Daemon) -> None:
    rendered = 0
    for number, id_ in enumerate(IDS):
        form = FORMS[number % len(FORMS)]  # each position in one form, every form at many positions
        told = ask(asking, id_, samples=True, to=form)
        rendered += '"messages"' in told
        assert SECRET not in told, (POSITIONS[number][0], form)
    assert rendered > len(POSITIONS) / 2


def test_no_position_of_a_request_has_it_in_any_form(asking: Daemon) -> None:
    """The positions that do get it in process, in every form."""
    for number, (place, _) in enumerate(POSITIONS):
        if place.startswith(RESOLVED):
            for form in FORMS[1 + number % 2 :: 2]:
                assert SECRET not in ask(asking, IDS[number], samples=True, to=form), (place, form)


@pytest.mark.parametrize("form", FORMS)
def test_no_answer_of_the_shell_has_it(asking: Daemon, form: str) -> None:
    """One process for each is too slow for all positions: one that is never resolved, and those that may be."""
    for place in ("description", "model.options.user", "model.connection.apiKey"):
        number = next(number for number, (one, _) in enumerate(POSITIONS) if one == place)
        for more in ((), ("--json",)):
            done = asking.run("render", IDS[number], "--samples", "--to", form, *more)
            assert SECRET not in done.stdout + done.stderr, place
            assert done.returncode == (1 if form in ("anthropic", "openai_responses") else 0), done.stderr


def test_check_does_not_tell_it(asking: Daemon) -> None:
    done = asking.run("check", "--json")
    assert SECRET not in done.stdout + done.stderr


def test_in_process_only_the_connection_and_the_options_have_it(
    asking: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", SECRET)
    had = 0
    with open_reader(database=asking.database) as reader:
        for (place, _), id_ in zip(POSITIONS, IDS, strict=True):
            call = render(reader, id_)
            if isinstance(call, str):
                assert SECRET not in call, place
                assert place.startswith(("template", "base")), call
                continue
            told = {name for name, text in everything(call).items() if SECRET in text}
            had += bool(told)
            assert SECRET not in repr(call.messages), place
            assert told <= allowed(place), place
    assert had > 5  # else this would prove nothing


def render(reader: Reader, id_: str) -> Call | str:
    """The prompt, or what is wrong with it."""
    try:
        return reader.render(id_, samples=True)
    except RenderError as error:
        return str(error)


def allowed(place: str) -> set[str]:
    if place.startswith(NEVER) or not place.startswith(RESOLVED):
        return set()
    if place.startswith(("model.connection", "model.configuration")):
        return {"connection"}
    return {"openai", "openai_responses", "azure", "anthropic", "options"}


def test_nothing_that_a_child_can_read_has_it(asking: Daemon) -> None:
    """The environment of a process is a file to its user: that of the child is empty."""
    from docsync.render.apart import Asked, ChildRenderer, StoredPrompt

    if not Path("/proc/self/environ").exists():
        pytest.skip("the system does not show environments as files")
    os.environ["KEY_OF_THIS_TEST"] = SECRET
    try:
        with ChildRenderer(1000) as renderer:
            document = asking.value("SELECT document FROM documents LIMIT 1")
            renderer.begin(StoredPrompt(document, "p"), Asked(samples=True), lambda _: None)
            assert renderer._child
            environment = Path(f"/proc/{renderer._child._process.pid}/environ").read_bytes()
    finally:
        del os.environ["KEY_OF_THIS_TEST"]
    assert SECRET.encode() not in environment
