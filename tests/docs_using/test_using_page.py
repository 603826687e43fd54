"""docs/using.md is true: every program that it shows is run as it stands there."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.codegen.collected import mypy
from tests.daemon.running import Daemon
from tests.docs_reading.conftest import python
from tests.docs_reading.page import blocks
from tests.docs_using.conftest import conversing, http_of, next_line, token_of
from tests.docs_using.page import PAGE, program, section, shown
from tests.docs_using.provider import SAYS, answering
from tests.render.sdk import CHAT, judge

BURSAR = "personas/customers/care-home-bursar.json"
TESTED = {
    "Python": ["python"],
    "FastAPI": ["python"],
    "A worker that follows changes": ["python"],
    "Node": ["sh", "ts", "sh"],
    "A function on a read-only disk": ["sh", "python", "text"],
    "Over HTTP, with ETag": ["python", "text"],
    "Evaluations": ["python"],
    "An input never becomes an instruction": ["python", "text"],
}


def rename(daemon: Daemon, name: str) -> None:
    """Call the bursar *name*, and return when that is in the database."""
    file = daemon.root / BURSAR
    document = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**document, "name": name}), encoding="utf-8")
    daemon.wait()


def test_every_block_of_the_page_is_of_a_program_that_is_run() -> None:
    titles = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    found = {title: re.findall(r"^```(\w+)$", section(title), re.MULTILINE) for title in titles}
    assert found == TESTED
    assert len(re.findall(r"^\| .* \| \[.*\]\(#", PAGE, re.MULTILINE)) == len(TESTED), "the table at the top"


def test_the_python_passes_mypy(tmp_path: Path) -> None:
    for module in ("openai", "fastapi", "httpx"):
        pytest.importorskip(module, reason=f"{module} is not installed; it is in the extra test")
    sources = {
        f"program_{number}": source
        for number, source in enumerate(shown(title, "python") for title in TESTED if title != "Node")
    }
    assert len(sources) == len(blocks(PAGE, "python"))
    assert mypy(tmp_path, **sources) == []


def test_a_prompt_is_sent_to_its_own_provider_with_its_key(live: Daemon) -> None:
    pytest.importorskip("openai", reason="openai is not installed; it is in the extra test")
    with answering() as provider:
        environ = {"BIRKFELL_LLM_ENDPOINT": provider.address, "BIRKFELL_LLM_KEY": "a-key"}
        with conversing(
            [sys.executable, "-c", program("Python")], live, NO_PROXY="127.0.0.1", **environ
        ) as it:
            told = [next_line(it), next_line(it)]

    ((path, authorization, body),) = provider.requests
    assert told[0] == SAYS
    assert re.fullmatch(r"prompt_template/support/outage-triage [1-9]\d*", told[1])
    assert (path, authorization) == ("/v1/chat/completions", "Bearer a-key")
    judge(CHAT, body)
    assert [one["role"] for one in body["messages"]] == ["system", "user"]
    assert "a-key" not in json.dumps(body)


def test_what_does_not_change_is_asked_for_at_the_cost_of_a_304(own: Daemon) -> None:
    pytest.importorskip("httpx", reason="httpx is not installed; it is in the extra test")
    source = program("Over HTTP, with ETag", http_of(own))
    more = "    for _ in __import__('sys').stdin:\n        row = bursar.read()\n        print(row and row['name'])\n"
    with conversing([sys.executable, "-uc", source + more], own, TOKEN=token_of(own)) as it:

        def ask() -> list[str]:
            assert it.stdin
            print(file=it.stdin, flush=True)
            return [next_line(it), next_line(it)]

        told = [next_line(it) for _ in range(4)]
        assert told == shown("Over HTTP, with ETag", "text").splitlines()
        assert ask() == told[2:]
        rename(own, "Marguerite d'Aubigné")
        assert ask() == ["200", "Marguerite d'Aubigné"]
        assert ask() == ["304", "Marguerite d'Aubigné"]
        (own.root / BURSAR).unlink()
        own.wait()
        assert ask() == ["404", "None"]
        own.persona(BURSAR)
        own.wait()
        assert ask() == ["200", "care-home-bursar"]


def test_every_prompt_meets_every_persona_of_a_tag(own: Daemon) -> None:
    told = python(program("Evaluations"), at=own)
    lines = [json.loads(line) for line in (own.root / "requests.jsonl").read_text().splitlines()]

    assert told == f"{len(lines)} requests of revision {own.revision}\n"
    pairs = [re.sub(r"@[0-9a-f]{12}", "", line["custom_id"]).split() for line in lines]
    assert len(pairs) == 9
    assert {prompt.rpartition("/")[2] for prompt, _ in pairs} == {
        "persona-interview",
        "reply-to-customer",
        "welcome-exercise",
    }
    tagged = own.query("SELECT document_id FROM document_tags WHERE tag = 'priority-services'")
    assert {persona for _, persona in pairs} == {id_ for (id_,) in tagged}
    for line in lines:
        judge(CHAT, line["body"])
        (name,) = own.query("SELECT name FROM documents WHERE id = ?", pairs[lines.index(line)][1])[0]
        assert name in json.dumps(line["body"]["messages"], ensure_ascii=False)


def test_a_prompt_that_does_not_render_keeps_no_other_from_being_evaluated(own: Daemon) -> None:
    own.persona("personas/nobody.json", tags=["priority-services"])
    own.wait()
    with conversing([sys.executable, "-c", program("Evaluations")], own) as it:
        printed, complaints = it.communicate(timeout=60)

    assert printed.startswith("11 requests ")
    assert complaints.startswith("prompt_template/research/persona-interview, persona/nobody: ")
    assert "behavior" in complaints


def test_only_a_saved_text_has_another_name_in_an_evaluation(own: Daemon) -> None:
    def run() -> dict[str, str]:
        python(program("Evaluations"), at=own)
        names = [
            json.loads(line)["custom_id"] for line in (own.root / "requests.jsonl").read_text().splitlines()
        ]
        return {re.sub(r"@[0-9a-f]{12}", "", name): name for name in names}

    before = run()
    rename(own, "Somebody")
    after = run()
    assert before.keys() == after.keys()
    assert {pair for pair in before if before[pair] != after[pair]} == {
        pair for pair in before if pair.endswith("care-home-bursar")
    }


def test_the_natural_code_lets_a_caller_speak_as_the_system_and_docsync_does_not(live: Daemon) -> None:
    title = "An input never becomes an instruction"
    assert python(program(title), at=live) == shown(title, "text")
