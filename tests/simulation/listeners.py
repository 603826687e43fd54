"""Who is told of what a scenario does: nobody, until a simulation asks to be."""

from collections.abc import Callable

Judge = Callable[[list[str]], None]


class Listeners:
    """The moments of a scenario at which others may look."""

    def __init__(self) -> None:
        self.on_hint: Callable[[str, str], None] = lambda _path, _sign: None
        self.on_unsure: Callable[[str], None] = lambda _: None
        self.on_move: Callable[[], None] = lambda: None
        self.on_release: Callable[[], None] = lambda: None
        self.on_sleep: Callable[[], None] = lambda: None
        self.on_wake: Callable[[], None] = lambda: None
        self.on_deadline: Judge = lambda _: None
        self.on_end: Callable[[], None] = lambda: None
        self.on_rescan: Callable[[float], None] = lambda _: None
