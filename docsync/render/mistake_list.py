"""Collects what is wrong with one request, so that all of it is told at once. Decides nothing."""

from docsync.render.error import Mistake, RenderError


class MistakeList:
    """The mistakes of one prompt; `path` is its file relative to the project, None where nobody knows."""

    def __init__(self, path: str | None = None) -> None:
        self._path = path
        self._mistakes: list[Mistake] = []

    def add(self, message: str) -> None:
        """Notes one; each is told once."""
        mistake = Mistake(message, self._path)
        if mistake not in self._mistakes:
            self._mistakes.append(mistake)

    def raise_all(self) -> None:
        """Raises RenderError with all of them, if there are any."""
        if self._mistakes:
            raise RenderError(*self._mistakes)
