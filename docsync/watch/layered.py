"""Two sources at once: one that is quick and one that is sure. Never adds anything of its own."""

from dataclasses import dataclass

from docsync.watch.hint import Reason, Source


@dataclass(frozen=True, slots=True)
class Layered:
    """Started sources that both hint. Whoever started them stops them."""

    quick: Source
    sure: Source

    @property
    def name(self) -> str:
        """That of the quick one."""
        return self.quick.name

    def alive(self) -> bool:
        """True while both are."""
        return self.quick.alive() and self.sure.alive()

    def reasons(self) -> tuple[Reason, ...]:
        """What is wrong with either."""
        return self.quick.reasons() + self.sure.reasons()

    def check(self) -> tuple[str, ...]:
        """The strayed folders of both."""
        return self.quick.check() + self.sure.check()

    def resync(self) -> None:
        """Both again."""
        self.quick.resync()
        self.sure.resync()
