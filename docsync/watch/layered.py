"""A quick source, and polling beside it for as long as a reason makes that necessary. Never finds that reason itself."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.watch.poll import PollSource
from docsync.watch.source import Hint, HintSource, PollSettings, WatchReason


class LayeredSource:
    """A started source and, while *why* gives a reason, a poller that this one starts and stops."""

    def __init__(
        self, quick: HintSource, why: Callable[[], WatchReason | None], polling: PollSettings, hint: Hint
    ) -> None:
        self._quick = quick
        self._why = why
        self._polling = polling
        self._hint = hint
        self._reason: WatchReason | None = None
        self._poller: PollSource | None = None

    def __enter__(self) -> Self:
        self._follow()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rest()

    @property
    def name(self) -> str:
        """That of the quick one."""
        return self._quick.name

    def alive(self) -> bool:
        """True while the quick one is, and the poller if there has to be one."""
        poller = self._poller
        return self._quick.alive() and (poller is None or poller.alive())

    def reasons(self) -> tuple[WatchReason, ...]:
        """What is wrong with the quick one, and why there is polling."""
        reason, poller = self._reason, self._poller
        return self._quick.reasons() + ((reason,) if reason else ()) + (poller.reasons() if poller else ())

    def check(self) -> tuple[str, ...]:
        """The strayed folders of the quick one. Polling begins or ends here: what happened before it is for a scan."""
        strayed = self._quick.check()
        if self._follow():
            self._hint(EVERYTHING, Sign.FOLDER)
        return strayed

    def resync(self) -> None:
        """The quick one again, and polling if there is a reason by now."""
        self._quick.resync()
        self._follow()

    def _follow(self) -> bool:
        """Poll if there is a reason to; True when that has just begun."""
        self._reason = self._why()
        if self._reason is None:
            self._rest()
        elif self._poller is None:
            self._poller = PollSource(self._polling, self._hint).__enter__()
            return True
        return False

    def _rest(self) -> None:
        poller, self._poller = self._poller, None
        if poller is not None:
            poller.__exit__(None, None, None)
