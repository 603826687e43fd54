"""What the official runtime makes of prompts; run by a Python that has `prompty`, never imported.

Reads a JSON list of {path, body, kind, inputs}, prints one of {how, messages} or {how: "error", error}. `how` is
"load" where it loads the file itself, else "body": then only its renderer and its parser are asked, with the body.
"""

import contextlib
import io
import json
import os
import re
import sys
import warnings
from importlib import import_module
from typing import Any

PROMPTY, PIPELINE, MODEL, PARSER, RENDERERS = (
    import_module(f"prompty{name}")
    for name in ("", ".core.pipeline", ".model", ".parsers.prompty", ".renderers")
)
Case = dict[str, Any]

ENVIRONMENT = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)", re.IGNORECASE)


def part(one: Any) -> Any:
    return one.value if type(one).__name__ == "TextPart" else {"kind": one.kind}


def tell(messages: Any) -> list[Case]:
    return [
        {
            "role": message.role,
            "parts": [part(one) for one in message.parts],
            "attributes": dict(message.metadata),
        }
        for message in messages
    ]


def by_load(case: Case) -> list[Case]:
    with open(case["path"], encoding="utf-8") as file:
        for name in ENVIRONMENT.findall(file.read()):
            os.environ[name] = "https://example.com"
    return tell(PIPELINE.prepare(PROMPTY.load(case["path"]), case["inputs"]))


def by_body(case: Case) -> list[Case]:
    renderer = RENDERERS.MustacheRenderer() if case["kind"] == "mustache" else RENDERERS.Jinja2Renderer()
    agent = MODEL.Agent(name="x")
    return tell(
        PARSER.PromptyChatParser().parse(agent, renderer.render(agent, case["body"].lstrip(), case["inputs"]))
    )


def answer(case: Case) -> Case:
    errors: list[str] = []
    for how, act in (("load", by_load), ("body", by_body)):
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                return {"how": how, "messages": act(case), "errors": errors}
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            errors.append(f"{how}: {type(error).__name__}: {error}"[:300])
    return {"how": "error", "messages": None, "errors": errors}


if __name__ == "__main__":
    print(json.dumps([answer(case) for case in json.load(sys.stdin)]))
