"""Asks the child that renders: a template may run for ever, or take all memory.

Only a process can be ended. The child is started when it is needed, and anew after it was killed.
Never renders anything itself.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from docsync.apart.child import Child, ChildGone, Line
from docsync.render.error import Mistake, RenderError
from docsync.render.text import Loader
from docsync.render.trace import Provenance

T = TypeVar("T")

SECONDS = 2.0
"""So long may one prompt take, from the moment at which the child has it."""
MESSAGES = "messages"
FORMS = (MESSAGES, "openai", "openai_responses", "azure", "anthropic")
"""What can be made of a prompt: its messages alone, or a request, too."""

_MODULE = "docsync.render.child"
_MAX_FILES = 500  # more than a prompt may take in and name
_OVERHEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be rendered of a prompt.

    `inputs` are JSON values, `texts` inputs that came as texts and are converted to the declared types. `to`
    is one of FORMS, and `without` names tools to leave out of a request. With `prove` nothing is given back:
    it is only seen whether the prompt renders, with samples or made values.
    """

    inputs: Mapping[str, object] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    samples: bool = False
    to: str = MESSAGES
    without: tuple[str, ...] = ()
    prove: bool = False


@dataclass(frozen=True, slots=True)
class StoredPrompt:
    """A prompt as it is stored: its JSON text, the path of its file, and what is known of it."""

    document: str
    path: str
    facts: Provenance = field(default_factory=Provenance)


class ChildRenderer:
    """Renders prompts in a child, one after the other. Use it in a with block.

    One thread asks; `kill` is for any. An answer has *max_bytes* at most. No variable of the environment is
    resolved.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._child: Child | None = None
        self._until = 0.0
        self._is_over = False
        self._path: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def kill(self) -> None:
        """End what is under way, and all that comes: it is a RenderError then."""
        self._is_over = True
        if self._child:
            self._child.kill()

    def begin(self, prompt: StoredPrompt, asked: Asked, load: Loader) -> None:
        """Give the prompt to the child, with what it takes in; *load* has it. Raises RenderError."""
        if self._child is None:
            self._child = Child(_MODULE, self._max_bytes + _OVERHEAD_BYTES)
            if self._is_over:
                self._child.kill()
            self._guard(self._child.start)
        self._path = prompt.path
        self._until = time.monotonic() + SECONDS
        line = {**asdict(asked), "document": prompt.document, "path": prompt.path}
        self._send({**line, "facts": asdict(prompt.facts), "max_bytes": self._max_bytes})
        for _ in range(_MAX_FILES):
            said = self._receive()
            if "load" not in said:
                return
            found = load(said["load"])
            self._send({"text": asdict(found) if found else None})
        raise RenderError(Mistake(f"names more than {_MAX_FILES} files", prompt.path))

    def finish(self) -> dict[str, Any]:
        """What the child has made of it: messages, tools, request, unresolved, trace. Raises RenderError."""
        answer: dict[str, Any] = self._receive()["answer"]
        return answer

    def _send(self, line: Line) -> None:
        child = self._child
        assert child
        self._guard(lambda: child.send(line, self._until))

    def _receive(self) -> Line:
        child = self._child
        assert child
        said = self._guard(lambda: child.receive(self._until))
        if "mistakes" in said:
            raise RenderError(*(Mistake(**mistake) for mistake in said["mistakes"]))
        return said

    def _guard(self, ask: Callable[[], T]) -> T:
        """What *ask* gives; a child that is late or gone is ended."""
        try:
            return ask()
        except TimeoutError:
            reason = f"takes longer than {SECONDS:g} s"
        except ChildGone:
            reason = "was ended by the system: it takes too long, or too much memory"
        self._end()
        raise RenderError(Mistake(reason, self._path))

    def _end(self) -> None:
        child, self._child = self._child, None
        if child:
            child.close()
