"""A child renders: within its time and memory, without an environment, and the next prompt after one that was ended."""

import json
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from docsync.render.apart import Asked, ChildRenderer, StoredPrompt
from docsync.render.error import RenderError
from docsync.render.text import Text
from docsync.render.trace import Provenance
from tests.render.making import PATH, PNG, stored

MAX_BYTES = 100_000
RUNAWAY = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


@pytest.fixture(scope="module")
def renderer() -> Iterator[ChildRenderer]:
    with ChildRenderer(MAX_BYTES) as made:
        yield made


def prompt(body: str, front_matter: str = "name: a") -> StoredPrompt:
    facts = Provenance(id="a", content_hash="c", revision=3, epoch="e", file_path=PATH)
    return StoredPrompt(json.dumps(stored(front_matter, body)), PATH, facts)


def finish(renderer: ChildRenderer, prompt: StoredPrompt, asked: Asked | None = None) -> dict[str, Any]:
    renderer.begin(prompt, asked or Asked(), load)
    return renderer.finish()


def load(path: str) -> Text | None:
    return Text(path, "warm", 3) if path.endswith("tone.md") else None


def test_messages_requests_and_facts_come_back(renderer: ChildRenderer) -> None:
    written = """
        model: {id: gpt-4o, provider: openai, options: {additionalProperties: {user: "${env:WHO}"}}}
        inputs:
          - {name: n, kind: integer}
          - {name: picture, kind: image}
    """
    asked = Asked({"picture": {"data": None, "url": "https://e.com/a"}}, {"n": "7"}, to="openai")
    body = 'system:\nBe {% include "tone.md" %}, {{ n + 1 }}\nuser:\n{{ picture }}'
    renderer.begin(prompt(body, written), asked, load)
    answer = renderer.finish()
    assert answer["messages"] == [
        {"role": "system", "content": "Be warm, 8"},
        {"role": "user", "content": [{"type": "image", "url": "https://e.com/a"}]},
    ]
    assert answer["request"]["model"] == "gpt-4o"
    assert answer["request"]["user"] == "${env:WHO}"
    assert answer["unresolved"] == ["WHO"]
    assert answer["trace"]["docsync.revision"] == 3
    assert json.dumps(answer)


def test_bytes_come_back_as_base64(renderer: ChildRenderer) -> None:
    url = f"data:;base64,{b64encode(PNG).decode()}"
    body = "user:\n{{ p }}"
    renderer.begin(prompt(body, "inputs: [{name: p, kind: image}]"), Asked({"p": url}), load)
    (part,) = renderer.finish()["messages"][0]["content"]
    assert (b64decode(part["data"]), part["media_type"]) == (PNG, "image/png")


def test_mistakes_have_their_places_and_inputs(renderer: ChildRenderer) -> None:
    with pytest.raises(RenderError) as caught:
        finish(renderer, prompt("user:\n{{ q }}", "inputs: [{name: q, kind: string}]"), Asked({"p": 1}))
    assert [(one.path, one.line, one.column) for one in caught.value.mistakes] == [
        (PATH, None, None),
        (PATH, 5, 4),
    ]


def test_a_runaway_template_is_ended_and_the_next_prompt_renders(renderer: ChildRenderer) -> None:
    begun = time.monotonic()
    with pytest.raises(RenderError, match=r"reply.prompty: (takes longer than 2 s|was ended by the system)"):
        finish(renderer, prompt(RUNAWAY))
    assert time.monotonic() - begun < 10  # it ends at all
    renderer.begin(prompt("user:\nhi"), Asked(), load)
    assert renderer.finish()["messages"] == [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    "body",
    [
        "{% set x = namespace(y='x' * 1000) %}{% for a in range(40) %}{% set x.y = x.y ~ x.y %}{% endfor %}",
        "{{ 'x' * 10**10 }}",
    ],
)
def test_one_that_takes_all_memory_is_told(renderer: ChildRenderer, body: str) -> None:
    with pytest.raises(RenderError, match=r"memory|takes longer"):
        finish(renderer, prompt(body))


def test_an_answer_has_its_bound(renderer: ChildRenderer) -> None:
    with pytest.raises(RenderError, match=f"gives 2.* bytes, and {MAX_BYTES} may be in an answer"):
        finish(renderer, prompt("{{ 'x' * 200000 }}"))


def test_killing_it_from_another_thread_ends_what_is_under_way_and_all_that_comes() -> None:
    with ChildRenderer(MAX_BYTES) as renderer:
        renderer.begin(prompt(RUNAWAY), Asked(), load)
        threading.Timer(0.05, renderer.kill).start()
        with pytest.raises(RenderError, match="was ended"):
            renderer.finish()
        with pytest.raises(RenderError, match="was ended"):
            finish(renderer, prompt("user:\nhi"))
