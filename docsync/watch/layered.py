"""An event source, and polling beside it while there is a reason to poll, which a callback finds."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from docsync.model import FollowedFile, Sign
from docsync.names import EVERYTHING
from docsync.watch.poll import PollSource
from docsync.watch.source import Hint, HintSource, PollSettings, WatchReason


class LayeredSource:
    """*events*, which is started already, and a poller while *find_reason* gives a reason."""

    def __init__(
        self,
        events: HintSource,
        find_reason: Callable[[], WatchReason | None],
        polling: PollSettings,
        hint: Hint,
    ) -> None:
        self._events = events
        self._find_reason = find_reason
        self._polling = polling
        self._hint = hint
        self._reason: WatchReason | None = None
        self._poller: PollSource | None = None

    def __enter__(self) -> Self:
        self._poll_if_needed()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rest()

    @property
    def name(self) -> str:
        """The name of the event source."""
        return self._events.name

    def alive(self) -> bool:
        """True while the event source is alive, and the poller if there is one."""
        poller = self._poller
        return self._events.alive() and (poller is None or poller.alive())

    def reasons(self) -> tuple[WatchReason, ...]:
        """The reasons of the event source, and why there is polling."""
        reason, poller = self._reason, self._poller
        return self._events.reasons() + ((reason,) if reason else ()) + (poller.reasons() if poller else ())

    def check(self) -> tuple[str, ...]:
        """The strayed folders of the event source.

        Polling begins or ends here; when it begins, all is hinted.
        """
        strayed = self._events.check()
        if self._poll_if_needed():
            self._hint(EVERYTHING, Sign.FOLDER)
        return strayed

    def resync(self) -> None:
        """Resync the event source, and poll if there is a reason by now."""
        self._events.resync()
        self._poll_if_needed()

    def follow(self, files: Mapping[str, FollowedFile]) -> None:
        """Let the event source watch *files*, too."""
        self._events.follow(files)

    def _poll_if_needed(self) -> bool:
        """Poll if there is a reason to; True when that has just begun."""
        self._reason = self._find_reason()
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
