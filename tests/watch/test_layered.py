from dataclasses import dataclass, field

from docsync.watch.hint import Reason, Source
from docsync.watch.layered import Layered


@dataclass
class Fixed:
    """A source of fixed answers; the real ones together are shown in test_watch."""

    name: str
    living: bool = True
    strayed: tuple[str, ...] = ()
    resyncs: list[str] = field(default_factory=list)

    def alive(self) -> bool:
        return self.living

    def reasons(self) -> tuple[Reason, ...]:
        return (Reason(self.name, "because"),)

    def check(self) -> tuple[str, ...]:
        return self.strayed

    def resync(self) -> None:
        self.resyncs.append(self.name)


def layered(quick: Fixed, sure: Fixed) -> Source:
    return Layered(quick, sure)


def test_it_is_alive_only_while_both_are():
    assert layered(Fixed("a"), Fixed("b")).alive()
    assert not layered(Fixed("a", living=False), Fixed("b")).alive()
    assert not layered(Fixed("a"), Fixed("b", living=False)).alive()


def test_it_has_the_reasons_and_the_strayed_folders_of_both_and_the_name_of_the_quick_one():
    both = layered(Fixed("a", strayed=("p",)), Fixed("b", strayed=("q",)))
    assert (both.name, both.check()) == ("a", ("p", "q"))
    assert [reason.code for reason in both.reasons()] == ["a", "b"]


def test_a_resync_reaches_both():
    quick, sure = Fixed("a"), Fixed("b")
    layered(quick, sure).resync()
    assert (quick.resyncs, sure.resyncs) == (["a"], ["b"])
