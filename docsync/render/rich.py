"""Inputs that are no text, as a template sees them: put out, each is a mark."""

from docsync.render.mark import Thread
from docsync.render.message import MediaPart, Message
from docsync.render.state import RENDERING
from docsync.render.thread import thread_values


class ThreadValue(list[dict[str, object]]):
    """A conversation: put out it stands where it is put; a template may go through its messages, too."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        super().__init__(thread_values(messages))
        self._messages = messages

    def __str__(self) -> str:
        return RENDERING.get().marks.begin(Thread(self._messages), None)


class MediaValue:
    """An image, a file or a sound, to be put out."""

    __slots__ = ("_part",)

    def __init__(self, part: MediaPart) -> None:
        self._part = part

    def __str__(self) -> str:
        return RENDERING.get().marks.begin(self._part, None)
