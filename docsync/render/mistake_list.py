"""Collects what is wrong with a prompt, inputs or a request: all is told at once. Decides nothing."""

from docsync.formats.prompty.shape import JsonObject
from docsync.render.error import Mistake, RenderError
from docsync.render.written_place import find_written

MAX_PLACES = 100


class MistakeList:
    """The mistakes of one prompt; `path` is its file relative to the project, None where nobody knows.

    `front_matter` is what its author wrote there: a mistake names a place in it. With None nobody knows, and
    places are in v2's names.
    """

    def __init__(self, path: str | None = None, front_matter: JsonObject | None = None) -> None:
        self._path = path
        self._front_matter = front_matter
        self._mistakes: dict[Mistake, None] = {}

    def add(self, message: str, at: str | None = None, hint: str | None = None) -> None:
        """Notes one, of what is called *at* in v2's names (`tools.weather.strict`); each is told once."""
        self.put(Mistake(message, self._path, hint=hint, json_path=self._find(at)))

    def put(self, mistake: Mistake) -> None:
        """Notes one whose place is known; each is told once."""
        self._mistakes[mistake] = None

    def raise_all(self, error: type[RenderError] = RenderError) -> None:
        """Raises *error* with all of them, if there are any."""
        if self._mistakes:
            raise error(*self._mistakes)

    def _find(self, at: str | None) -> str | None:
        if at is None or self._front_matter is None:
            return at
        # Each place costs a look at the front matter, and a hostile one has mistakes without end.
        return find_written(self._front_matter, at) if len(self._mistakes) < MAX_PLACES else None
