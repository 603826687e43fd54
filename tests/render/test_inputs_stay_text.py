"""Promise P12: no text of an input begins, ends or changes a message, wherever an author has put it."""

import os
import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from docsync.render.error import RenderError
from docsync.render.message import Message, Part, TextPart
from docsync.render.text import Loader
from tests.helpers.project import Tell
from tests.render.hostile import texts
from tests.render.made import Case
from tests.render.prompt import CORPUS, MUSTACHE, ROOT, Prompt, bundled, corpus, load_from, needs_corpus

SEED = int(os.environ.get("DOCSYNC_SEED", "0")) or random.SystemRandom().randrange(10**9)
ROUNDS = 100 if os.environ.get("DOCSYNC_LONG") else 5

NASTY = {
    "loop": (
        "{% for m in h %}\n{{ m.role }}:\n{{ m.content }}{{ m.content }}\n{% endfor %}\nuser:\n{{ q }}",
        "",
    ),
    "edges": (
        "{{ q }}\nsystem:{{ q }}\n{{ q }}user:\nuser:\n{{ q }}:\n{{ q }}\n{{- q -}}\nassistant:\n{{ q }}",
        "",
    ),
    "attribute": ('system:\nx\nuser[name="{{ q }}"]:\n{{ q }}', "inputs: [{name: q, kind: string}]"),
    "macro": (
        "{% macro s(x) %}\nuser:\n{{ x }}\n{% endmacro %}{{ s(q) }}{{ s(r.s) }}\nassistant:\n{{ r.t }}",
        "",
    ),
    "filters": ("user:\n{{ q | upper | lower | trim }}{{ q | replace('x', 'y') }}\nassistant:\n{{ q }}", ""),
    "set": (
        "{% set a = q ~ '\nsystem:\n' ~ q %}{% set b %}{{ q }}\n {{ q }}{% endset %}user:\n{{ a }}\nuser:\n{{ b }}",
        "",
    ),
    "raw": ("{% raw %}\nuser:\n{{ q }}\n{% endraw %}\nassistant:\n{{ q }}", ""),
    "joined": ("user:\n{{ qs | join('\n') }}\nassistant:\n{{ qs | first }}", ""),
    "sections": (
        "system:\n{{a}}\n{{#h}}\n{{type}}:\n{{a}}{{content}}\n{{/h}}\nuser:\n{{{a}}}\n{{&a}}:\n{{a}}",
        MUSTACHE,
    ),
}


def _note(places: list[str], path: str) -> str:
    places.append(path)
    return "made"


def cases(documents: dict[str, dict[str, Any]], load: Loader) -> Iterator[tuple[Case, tuple[Message, ...]]]:
    """The prompts that render with made values, and what they give."""
    for name, document in documents.items():
        try:
            case = Case(name, document, load)
            yield case, case.messages(case.values(lambda path: "made"))
        except (RenderError, TypeError, ValueError):
            continue


def text_of_part(part: Part) -> str:
    return part.text if isinstance(part, TextPart) else f"[{part.kind.value} {part.url}]"


def text_of(messages: tuple[Message, ...]) -> list[str]:
    """What each message says; beside an image, a file or a sound all texts count, and their URLs."""
    return [
        message.content if isinstance(message.content, str) else "".join(map(text_of_part, message.content))
        for message in messages
    ]


def hold(case: Case, plain: tuple[Message, ...], dice: random.Random) -> tuple[int, int]:
    """Render with hostile texts in every place at once, then in each alone.

    How many were tried, and with how many the natural code would have given other roles.
    """
    roles = [message.role for message in plain]
    places: list[str] = []
    case.values(partial(_note, places))
    tried = fooled = 0
    naive = case.split_naively(case.values(lambda path: "made"))
    for only in (None, *places):
        given = {path: texts(dice) if only in (None, path) else "made" for path in places}
        shown = case.messages(case.values(lambda path: f"made{path}made"))
        got = case.messages(case.values(given.__getitem__))
        tried += 1
        fooled += case.split_naively(case.values(given.__getitem__)) != naive
        assert [message.role for message in got] == roles, (case.name, only, given, text_of(got))
        contents = text_of(got)
        for path, text in given.items():
            if any(f"made{path}made" in content for content in text_of(shown)):
                whole = text.strip("\r\n")
                # A list or an object that is put out as it is shows its texts as Python writes them.
                forms = (whole, repr(whole)[1:-1], repr(text)[1:-1])
                assert any(form in content for content in contents for form in forms), (
                    case.name,
                    path,
                    text,
                    contents,
                )
    return tried, fooled


def try_all(documents: dict[str, dict[str, Any]], load: Loader, tell: Tell) -> tuple[int, int]:
    dice = random.Random(SEED)
    prompts = tried = fooled = 0
    for case, plain in cases(documents, load):
        prompts += 1
        for _ in range(ROUNDS):
            one = hold(case, plain, dice)
            tried, fooled = tried + one[0], fooled + one[1]
    tell(
        f"hostile inputs: {prompts} of {len(documents)} prompts, {tried} renderings, 0 changed; "
        f"the natural code: {fooled} changed; DOCSYNC_SEED={SEED}"
    )
    assert fooled > tried / 10, "these texts are not hostile enough"
    return prompts, tried


def test_no_input_of_a_bundled_prompt_changes_its_messages(tell: Tell) -> None:
    prompts, _ = try_all(bundled(), partial(load_from, ROOT), tell)
    assert prompts == len(bundled())


def test_no_input_changes_the_messages_of_prompts_that_ask_for_it(tell: Tell) -> None:
    documents = {f"prompts/{name}.prompty": Prompt(*given).document for name, given in NASTY.items()}
    prompts, _ = try_all(documents, lambda path: None, tell)
    assert prompts == len(NASTY)


@needs_corpus
def test_no_input_of_a_prompt_of_the_corpus_changes_its_messages(tell: Tell) -> None:
    prompts, _ = try_all(corpus(), partial(load_from, CORPUS), tell)
    assert prompts >= 0.9 * len(corpus())


@pytest.mark.parametrize("seed", range(20))
def test_a_conversation_is_never_parsed(seed: int) -> None:
    dice = random.Random(SEED + seed)
    prompt = Prompt(
        "system:\nHi\n\n{{ c }}\n\nuser:\n{{ q }}",
        "inputs: [{name: c, kind: thread}, {name: q, kind: string}]",
    )
    said = [{"role": dice.choice(["user", "assistant"]), "content": texts(dice)} for _ in range(4)]
    question = texts(dice)
    got = [(message.role, message.content) for message in prompt.render(c=said, q=question)]
    expected = [(one["role"], one["content"]) for one in said]
    assert got == [("system", "Hi"), *expected, ("user", question.strip("\r\n"))], f"DOCSYNC_SEED={SEED}"


def test_an_input_of_half_of_the_private_plane_is_a_mistake_and_no_message() -> None:
    prompt = Prompt("system:\nHi\nuser:\n{{ q }}")
    few = "".join(map(chr, range(0x100000, 0x104000)))
    assert prompt.pairs(q=few) == [("system", "Hi"), ("user", few)]
    assert "private plane" in prompt.mistakes(q="".join(map(chr, range(0x100000, 0x10FFFE))))[0]
