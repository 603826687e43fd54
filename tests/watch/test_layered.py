from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from docsync.model import FollowedFile, Sign
from docsync.watch.layered import LayeredSource
from docsync.watch.source import HintSource, PollSettings, WatchReason
from tests.watch.hint_recorder import Recorder

REMOTE = WatchReason("network_mount", "p lies on nfs4", "p")


@dataclass
class Fixed:
    """A source of fixed answers; a real one below the polling is shown in test_watch."""

    name: str = "quick"
    living: bool = True
    resyncs: int = 0
    followed: Mapping[str, FollowedFile] = field(default_factory=dict)

    def alive(self) -> bool:
        return self.living

    def reasons(self) -> tuple[WatchReason, ...]:
        return (WatchReason("quick", "because"),)

    def check(self) -> tuple[str, ...]:
        return ("p",)

    def resync(self) -> None:
        self.resyncs += 1

    def follow(self, files: Mapping[str, FollowedFile]) -> None:
        self.followed = files


@dataclass
class Place:
    """A tree that is looked at, and the reason to poll it, which the test gives and takes."""

    hints: Recorder
    quick: Fixed = field(default_factory=Fixed)
    reason: WatchReason | None = None
    files: dict[str, object] = field(default_factory=dict)
    looks: int = 0
    is_broken: bool = False

    def scan(self) -> dict[str, object]:
        self.looks += 1
        if self.is_broken:
            raise OSError(5, "Input/output error")
        return dict(self.files)

    @contextmanager
    def watched(self) -> Iterator[HintSource]:
        with LayeredSource(
            self.quick, lambda: self.reason, PollSettings(self.scan, poll_ms=5), self.hints
        ) as source:
            yield source


def codes(source: HintSource) -> list[str]:
    return [reason.code for reason in source.reasons()]


def test_without_a_reason_nothing_is_polled(hints: Recorder) -> None:
    place = Place(hints)
    with place.watched() as source:
        assert (source.name, source.check(), codes(source), source.alive()) == (
            "quick",
            ("p",),
            ["quick"],
            True,
        )
        source.resync()
        assert (place.quick.resyncs, place.looks, hints.seen) == (1, 0, [])
        place.quick.living = False
        assert not source.alive()


def test_with_a_reason_from_the_start_it_polls_and_hints_nothing_of_what_was_there(hints: Recorder) -> None:
    place = Place(hints, reason=REMOTE, files={"p/old.json": 1})
    with place.watched() as source:
        assert codes(source) == ["quick", "network_mount"]
        place.files["p/new.json"] = 1
        hints.until_hint("p/new.json", Sign.WRITTEN)
        assert hints.signs("p/old.json") == []
        assert source.alive()


def test_a_reason_that_comes_later_begins_polling_with_a_scan_of_everything_and_ends_it_when_it_goes(
    hints: Recorder,
) -> None:
    place = Place(hints)
    with place.watched() as source:
        place.reason = REMOTE
        assert source.check() == ("p",)
        assert hints.signs("") == [Sign.FOLDER]
        assert codes(source) == ["quick", "network_mount"]
        place.files["p/new.json"] = 1
        hints.until_hint("p/new.json", Sign.WRITTEN)
        source.check()
        assert hints.signs("") == [Sign.FOLDER]

        place.reason = None
        source.check()
        looks = place.looks
        assert (codes(source), source.alive()) == (["quick"], True)
        place.reason = REMOTE
        source.resync()
        assert place.looks > looks
        assert codes(source) == ["quick", "network_mount"]
        assert hints.signs("") == [Sign.FOLDER]  # whoever resyncs scans by themselves


def test_a_look_that_fails_is_told_beside_the_reason(hints: Recorder) -> None:
    place = Place(hints, reason=REMOTE, is_broken=True)
    with place.watched() as source:
        assert codes(source) == ["quick", "network_mount", "scan_failed"]


def test_another_reason_is_told_instead(hints: Recorder) -> None:
    place = Place(hints, reason=REMOTE)
    with place.watched() as source:
        place.reason = WatchReason("network_mount", "q lies on 9p", "q")
        source.check()
        assert [reason.path for reason in source.reasons()] == [None, "q"]
