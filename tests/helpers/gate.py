"""A gate in the way of the look for damage: a test knows that the look has come to it, and lets it go on."""

from threading import Event

PATIENCE = 30.0


class Gate:
    """What a look asks before it goes on; closed until `open`, and afterwards as free as where nothing is due."""

    def __init__(self) -> None:
        self._reached = Event()
        self._opened = Event()

    def __call__(self) -> bool:
        self._reached.set()
        assert self._opened.wait(PATIENCE)
        return False

    def wait(self) -> None:
        """Return once the look stands before the gate."""
        assert self._reached.wait(PATIENCE)

    def open(self) -> None:
        """Let the look go on."""
        self._opened.set()
