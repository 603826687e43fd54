"""Collects what is wrong with a prompt, inputs or a request: all is told at once. Decides nothing."""

from docsync.render.error import Mistake, RenderError


class MistakeList:
    """The mistakes of one prompt; `path` is its file relative to the project, None where nobody knows."""

    def __init__(self, path: str | None = None) -> None:
        self._path = path
        self._mistakes: dict[Mistake, None] = {}

    def add(self, message: str, hint: str | None = None) -> None:
        """Notes one of the file *path*; each is told once."""
        self.put(Mistake(message, self._path, hint=hint))

    def put(self, mistake: Mistake) -> None:
        """Notes one whose place is known; each is told once."""
        self._mistakes[mistake] = None

    def raise_all(self) -> None:
        """Raises RenderError with all of them, if there are any."""
        if self._mistakes:
            raise RenderError(*self._mistakes)
