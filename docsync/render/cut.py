"""Cuts a rendered text at its marks into messages. Never looks for a role in the text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import assert_never

from docsync.render.error import RenderError
from docsync.render.mark import Boundary, Marks, Role, Thread
from docsync.render.message import MediaPart, Message, Part, TextPart

_LINE_ENDS = "\r\n"
_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(slots=True)
class _Draft:
    """A message in the making. `begun_by` is what began it, `outputs` how many values were out then."""

    role: Role
    begun_by: type[Role] | type[Thread] | None
    outputs: int
    parts: list[str | MediaPart] = field(default_factory=list)

    def finish(self, outputs: int, next_is: type[Role] | type[Thread] | None) -> Message | None:
        """The message; None where the author wrote no message, only white space around a conversation."""
        content = self._content()
        if not content or (isinstance(content, str) and not content.strip()):
            is_beside_thread = self.begun_by is Thread or next_is is Thread
            if self.begun_by is None or (is_beside_thread and outputs == self.outputs):
                return None
        if not self.role.attributes:
            return Message(self.role.role, content, None, _NOTHING)
        attributes = dict(self.role.attributes)
        name = attributes.pop("name", None)
        extra = MappingProxyType(attributes) if attributes else _NOTHING
        return Message(self.role.role, content, None if name is None else str(name), extra)

    def _content(self) -> str | tuple[Part, ...]:
        if len(self.parts) == 1:
            (text,) = self.parts
            assert isinstance(text, str)
            return text.strip(_LINE_ENDS)
        stripped = [part.strip(_LINE_ENDS) if isinstance(part, str) else part for part in self.parts]
        return tuple(TextPart(part) if isinstance(part, str) else part for part in stripped if part)


def cut_messages(text: str, marks: Marks) -> tuple[Message, ...]:
    """The messages of *text*. RenderError where its marks are not those that were put out, in their order."""
    first, *rest = _pieces(text, marks)
    messages: list[Message] = []
    draft = _Draft(Role("system"), None, 0, [first])
    for boundary, piece in zip(marks.boundaries, rest, strict=True):
        what = boundary.what
        match what:
            case Role():
                _add(messages, draft.finish(boundary.outputs, Role))
                draft = _Draft(what, Role, boundary.outputs, [piece])
            case Thread():
                _add(messages, draft.finish(boundary.outputs, Thread))
                messages += what.messages
                draft = _Draft(draft.role, Thread, boundary.outputs, [piece])
            case MediaPart():
                draft.parts += (what, piece)
            case _:
                assert_never(what)
    _add(messages, draft.finish(marks.outputs, None))
    return tuple(messages)


def _add(messages: list[Message], message: Message | None) -> None:
    if message:
        messages.append(message)


def _pieces(text: str, marks: Marks) -> Iterator[str]:
    """What is before, between and after the marks."""
    at = 0
    last: Boundary | None = None
    for boundary in marks.boundaries:
        found = text.find(boundary.mark, at)
        piece = text[at:found]
        if found == -1 or marks.has_part_of_mark(piece):
            raise _not_whole(boundary, marks)
        yield piece
        at, last = found + len(boundary.mark), boundary
    if marks.has_part_of_mark(text[at:]):
        raise _not_whole(last, marks)
    yield text[at:]


def _not_whole(boundary: Boundary | None, marks: Marks) -> RenderError:
    message = "what begins here was cut off, put out twice or moved on its way into the text"
    hint = (
        "put the macro, value or block out by itself: not through a filter, a variable or another expression"
    )
    return marks.error(message, boundary.place if boundary else None, hint)
