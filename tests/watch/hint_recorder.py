"""Records hints and waits for them. Never sleeps for a fixed time."""

from collections.abc import Callable
from threading import Condition

from docsync.model import Sign

PATIENCE_SECONDS = 20.0


class Recorder:
    """A hint callback that remembers."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Sign]] = []
        self.also: Callable[[str, Sign], None] | None = None
        self._changed = Condition()  # its lock is reentrant: conditions may ask for `signs`

    def __call__(self, path: str, sign: Sign) -> None:
        with self._changed:
            self.seen.append((path, sign))
            self._changed.notify_all()
        if self.also:
            self.also(path, sign)

    def clear(self) -> None:
        with self._changed:
            self.seen.clear()

    def signs(self, path: str) -> list[Sign]:
        """What was hinted of exactly this path, in order."""
        with self._changed:
            return [sign for hinted, sign in self.seen if hinted == path]

    def until(self, condition: Callable[["Recorder"], bool]) -> None:
        """Wait until the hints fulfil *condition*."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), PATIENCE_SECONDS), self.seen

    def until_hint(self, path: str, *signs: Sign) -> None:
        """Wait for a hint of *path* with one of *signs* (any, if none is given)."""
        self.until(
            lambda _: any(hinted == path and (not signs or sign in signs) for hinted, sign in self.seen)
        )
