"""The child that renders for others: a request a line, answers in JSON. Opens nothing, knows no environment.

Each line is {"document": JSON text, "path", "inputs", "texts", "samples", "prove", "to", "without",
"facts", "max_bytes"}. It asks back with {"load": path} for what a prompt takes in, says {"loaded": true},
and then {"answer": …} or {"mistakes": […]}.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

import docsync.render.jinja_template  # noqa: F401 - now, and not in the time of the first prompt
from docsync.apart.limit import limit_memory, limit_processor
from docsync.render.apart import MESSAGES, SECONDS
from docsync.render.call import Call
from docsync.render.convert import convert_texts
from docsync.render.error import Mistake, RenderError
from docsync.render.file_reference import find_files
from docsync.render.made_values import prove_rendering
from docsync.render.message_json import message_to_json
from docsync.render.mistake_list import MistakeList
from docsync.render.parts import read_parts
from docsync.render.render import find_texts, render
from docsync.render.text import Text, resolve_name
from docsync.render.tools import list_tools
from docsync.render.trace import Provenance

MAX_MEMORY_BYTES = 512 * 1024 * 1024
_TOO_MUCH = f"needs more than {MAX_MEMORY_BYTES // 2**20} MiB of memory"


def main() -> None:
    """Answer each line of the standard input, until there is none."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    limit_memory(MAX_MEMORY_BYTES)
    _say(answers, {"ready": True})
    for line in sys.stdin.buffer:
        limit_processor(SECONDS)
        for said in _answer(line, answers):
            _say(answers, said)


def _answer(line: bytes, answers: BinaryIO) -> Iterator[dict[str, Any]]:
    path: str | None = None
    try:
        asked = json.loads(line)
        path = asked["path"]
        texts = _load(asked, answers)
        yield {"loaded": True}
        yield _check_size({"answer": _render(asked, texts)}, asked)
    except RenderError as error:
        yield {"mistakes": [asdict(mistake) for mistake in error.mistakes]}
    except MemoryError:
        yield {"mistakes": [asdict(Mistake(_TOO_MUCH, path))]}


def _load(asked: dict[str, Any], answers: BinaryIO) -> dict[str, Text]:
    """The texts of the files that the prompt takes in; who asks has them."""

    def load(path: str) -> Text | None:
        _say(answers, {"load": path})
        found = json.loads(sys.stdin.buffer.readline())["text"]
        return Text(**found) if found else None

    asked["document"] = json.loads(asked["document"])
    return find_texts(asked["document"], asked["path"], load)


def _render(asked: dict[str, Any], texts: dict[str, Text]) -> dict[str, Any]:
    document, path = asked["document"], asked["path"]
    if asked["prove"]:
        prove_rendering(document, path, texts.get)
        return {}
    inputs = {**asked["inputs"], **convert_texts(document, asked["texts"], path)}
    messages = render(document, inputs, path=path, load=texts.get, samples=asked["samples"])
    files = {name: text.content for name in find_files(document) if (text := _find(name, path, texts))}
    call = Call(messages, document, Provenance(**asked["facts"]), files=files)
    request = None if asked["to"] == MESSAGES else getattr(call, asked["to"])(without=asked["without"])
    parts = read_parts(
        document, files, MistakeList()
    )  # what is wrong with them, only a request needs to know
    return {
        "messages": [message_to_json(message) for message in messages],
        "tools": [tool for tool in list_tools(parts.tools) if tool["name"] not in asked["without"]],
        "request": request,
        "unresolved": list(call.unresolved),
        "trace": call.trace(),
    }


def _find(name: str, path: str, texts: dict[str, Text]) -> Text | None:
    try:
        return texts.get(resolve_name(name, path))
    except ValueError:
        return None


def _check_size(said: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """*said*, unless it is more than whoever asks wants to have."""
    size = len(json.dumps(said))
    if size <= asked["max_bytes"]:
        return said
    message = f"gives {size} bytes, and {asked['max_bytes']} may be in an answer"
    raise RenderError(Mistake(message, asked["path"]))


def _say(answers: BinaryIO, line: dict[str, Any]) -> None:
    answers.write(json.dumps(line).encode("ascii") + b"\n")
    answers.flush()
