"""What belongs to one rendering, and to no other that runs at the same time."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from docsync.render.mark import Marks
from docsync.render.message import Message
from docsync.render.text import Include, Text

MAX_TEMPLATES, MAX_KEPT_CHARACTERS = 256, 262_144
"""So many compiled templates are kept, none of a text of more characters."""


class Template(Protocol):
    """A parsed template. `variables` are the names that it wants from outside, None where they are unknown.

    `places` has the first place of each name, `guarded` names whose absence it looks after, `private` the
    characters of the private plane that it has itself.
    """

    @property
    def text(self) -> Text: ...
    @property
    def includes(self) -> tuple[Include, ...]: ...
    @property
    def variables(self) -> frozenset[str] | None: ...
    @property
    def places(self) -> Mapping[str, int]: ...
    @property
    def guarded(self) -> frozenset[str]: ...
    @property
    def private(self) -> frozenset[str]: ...
    def render(self, values: Mapping[str, object]) -> str: ...


@dataclass(frozen=True, slots=True)
class Rendering:
    """The marks, the templates by their paths, and the conversation that a line `![thread]` stands for."""

    marks: Marks
    templates: Mapping[str, Template]
    thread: tuple[Message, ...] = ()


RENDERING: ContextVar[Rendering] = ContextVar("rendering")
"""The rendering that is under way in this context."""
