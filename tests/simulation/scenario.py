"""Everything around the daemon: people, editors and the watcher. Plays a history while the daemon sleeps or works.

Stands in for the bell that wakes the daemon: whoever waits for it lets the scenario go on.
"""

from collections.abc import Callable

from docsync.model import Sign
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.request import Request, RequestKind
from tests.simulation.carry_out import Filesystem, Hints, do, watched
from tests.simulation.claims import Asked, Claims
from tests.simulation.clock import MS, SimulatedClock
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.fake_git import FakeGit
from tests.simulation.faults import Crash, Faults
from tests.simulation.hint_queue import HintQueue, fated
from tests.simulation.listeners import Listeners
from tests.simulation.setup import VARIANTS
from tests.simulation.stand_ins import FixedSlices, NoLock
from tests.simulation.step import History, News, Step, Verb
from tests.simulation.walker import NoWalker

_QUIET_NS = 120_000_000_000
_BOUND_NS = 12_000_000_000
_RETRY_NS = 6_000_000_000
_HOLD_NS = 11_000_000_000
# A thread that is woken runs a little later.
_WAKING_NS = 20_000
# Whoever asks does so after what was done before.
_ASKING_NS = 1_000
# A sync takes the time at which it began for the time at which it looked: short as long as the tree is small.
_LONGEST_SYNC_NS = 3_000_000

Watch = Callable[[Step, Hints], Hints]
"""The hints of a step that are given by the watcher of this life, out of all that the step did to any name."""


class Scenario(Listeners, NoLock):
    """The steps of a history, the hints on their way, and the deadlines of what was announced."""

    def __init__(
        self, history: History, clock: SimulatedClock, filesystem: Filesystem, truth: FakeFilesystem
    ) -> None:
        """*truth* is *filesystem*, or what mirrors it."""
        super().__init__()
        self.inbox: Inbox | None = None
        self.faults: Faults
        self.variant = 0
        self.claims = Claims(truth)
        self.roots: tuple[str, ...] = ()
        self.over = False
        self.git = FakeGit(clock)
        self.requests: list[Asked] = []
        self.moved_ns = 0
        self.watch: Watch
        self.walker = NoWalker()
        self.slices = FixedSlices()
        self._clock = clock
        self._filesystem = filesystem
        self._echoes = truth.echoes
        self._steps = list(reversed(history))
        self._at_ns = clock.now_ns
        self._under_way = HintQueue()
        self._rung = False
        self._is_deaf = False
        self._woken_ns = 0
        self._acts = self._list_acts()
        self._busy: tuple[int, int] | None = None

    def _list_acts(self) -> dict[Verb, Callable[[Step], None]]:
        """What is done for the steps that are none of a file."""
        return {
            Verb.BUSY: self._be_busy,
            Verb.FAULT: self._fail,
            Verb.CRASH: self._crash,
            Verb.RESTART: self._restart,
            Verb.RELEASE: self._release,
            Verb.LOOK: self._look,
            Verb.WAIT: self._wait,
            Verb.GIT: self._git_works,
            Verb.SLICE: self.slices.follow,
            Verb.WALK: lambda step: self.on_rescan(step.late_ms),
        }

    # The bell

    def notify(self) -> None:
        """Wake the daemon."""
        self._rung = True

    def wait(self, seconds: float) -> None:
        """The daemon sleeps: the scenario goes on until the bell rings or the time is over."""
        until_ns = self._clock.now_ns + int(seconds * 1e9) + 1
        self._rung = False
        self.on_sleep()
        while not self._rung:
            next_ns = self._next_ns()
            if next_ns >= until_ns:
                self._clock.advance(until_ns + _WAKING_NS)
                break
            self._clock.advance(next_ns)
            self._go_on(next_ns)
        self._woken_ns = self._clock.now_ns
        self.on_wake()

    def stall(self) -> None:
        """The daemon has just done a part of what is due: if that takes it long, the scenario goes on meanwhile."""
        until_ns = self._clock.now_ns + self.slices.lasts_ns
        self.on_sleep()
        while (next_ns := self._next_ns()) < until_ns and not self.over:
            self._clock.advance(next_ns)
            self._go_on(next_ns)
        self._clock.advance(until_ns)
        self._woken_ns = self._clock.now_ns
        self.on_wake()

    def pause(self) -> None:
        """The daemon works and looks at the tree: if it is slow now, the scenario goes on meanwhile."""
        if self._busy is None:
            return
        calls, steps = self._busy
        if calls > 1:
            self._busy = (calls - 1, steps)
            return
        self._busy = None
        for _ in range(steps):
            if not self._steps or self._step_ns() > self._woken_ns + _LONGEST_SYNC_NS:
                break
            self._clock.advance(self._step_ns())
            self._deliver()
            self._take_step()
        self._deliver()

    # Time

    def _next_ns(self) -> int:
        times = [self._step_ns() if self._steps else self._at_ns + _QUIET_NS]
        times.append(self.walker.next_ns)
        if self._under_way:
            times.append(self._under_way.next_ns())
        if self.claims.deadlines:
            times.append(min(self.claims.deadlines.values()))
        return max(min(times), self._clock.now_ns)

    def rests(self, since_ns: int) -> bool:
        """True when everything has been over for *since_ns*."""
        return not self._steps and not self._under_way and self._clock.now_ns - self._at_ns > since_ns

    def _step_ns(self) -> int:
        return self._at_ns + int(self._steps[-1].after_ms * MS)

    def _go_on(self, now_ns: int) -> None:
        if self._under_way and self._under_way.next_ns() <= now_ns:
            self._deliver()
        elif self.walker.next_ns <= now_ns:
            self.walker.step()
        elif late := self.claims.pop_late(now_ns):
            self.on_deadline(late)
        elif self._steps:
            self._take_step()
        else:
            self._end()

    def _end(self) -> None:
        self.on_end()
        self.over = True
        if self.inbox is not None:
            self.inbox.close()

    # Hints

    def _deliver(self) -> None:
        self.hear(self._under_way.take(self._clock.now_ns))

    def hear(self, hints: Hints) -> None:
        """The watcher noticed something by itself."""
        for path, sign in hints:
            self._hint(path, sign)

    def _hint(self, path: str, sign: Sign) -> None:
        if self.inbox is not None:
            self.on_hint(path, sign.value)
            self.inbox.hint(path, sign)

    def _tell(self, step: Step, done: Hints) -> None:
        """Send the hints of what was *done*, as *step*'s news allows, and note when they must have had their effect."""
        told, sent = (
            fated(step.news, list(watched(done, self.roots))),
            fated(step.news, self.watch(step, done)),
        )

        def after_ms(number: int) -> float:
            return step.late_ms * (number if step.news is News.SHUFFLED else 1)

        if step.news is not News.NOW:
            for path in {path for path, _ in (*told, *sent)} | self._echoes.keys():
                self.on_unsure(path)
        last = max(len(told), len(sent))
        self.claims.note(
            step, told, lambda _: self._clock.now_ns + int(after_ms(last) * MS) + self._bound_ns()
        )
        if step.news is not News.SILENT:
            for number, (path, sign) in enumerate(sent, 1):
                self._under_way.send(path, sign, self._clock.now_ns + int(after_ms(number) * MS))
        self._deliver()

    def restarted(self) -> None:
        """A daemon has started: it looks at everything by itself, and hints on their way to the old one are lost."""
        self._under_way.clear()
        self._busy = None
        self.claims.expect_everything(self._clock.now_ns + self._bound_ns(), started=True)

    def _bound_ns(self) -> int:
        """How long news may take at the most: longer while Git holds batches back."""
        return _BOUND_NS + (_HOLD_NS if self.git.worked_lately(_HOLD_NS) else 0)

    def refused(self, fault: str) -> None:
        """The database failed: what is announced takes longer."""
        if fault != "crash":
            self.claims.postpone(_RETRY_NS)

    # Steps

    def _take_step(self) -> None:
        self._at_ns = max(self._step_ns(), self._clock.now_ns)
        step = self._steps.pop()
        if not self._steps:
            self.faults.disarm()
        act = self._acts.get(step.verb, self._do)
        act(step)

    def _be_busy(self, step: Step) -> None:
        self._busy = (int(step.late_ms), step.number)

    def _fail(self, step: Step) -> None:
        if self._steps:  # what fails after the last step would never be over
            self.faults.arm(step.other, step.number)

    def _crash(self, step: Step) -> None:
        raise Crash(step)

    def _restart(self, step: Step) -> None:
        self.variant = step.number % len(VARIANTS)
        if self.inbox is not None:
            self.inbox.close()

    def _release(self, _: Step) -> None:
        self._ask(Request(RequestKind.RELEASE, asked_ns=self._clock.now_ns))
        self.on_release()

    def _git_works(self, step: Step) -> None:
        self._is_deaf = step.late_ms > 0
        if step.number:
            self.git.begin()
        else:
            self.git.end()
        self.claims.postpone(_HOLD_NS)

    def prove(self) -> bool:
        """A cookie is sent. If it comes back, every hint that was on its way has arrived."""
        if not self._is_deaf:
            self._arrive()
        return not self._is_deaf

    def _arrive(self) -> None:
        self.hear(self._under_way.take())

    def _look(self, step: Step) -> None:
        self._arrive()
        self._clock.advance(self._clock.now_ns + _ASKING_NS)
        self._ask(Request(RequestKind.LOOK, (step.path,), (step.path,), asked_ns=self._clock.now_ns))

    def _wait(self, step: Step) -> None:
        """As the daemon's wait asks: at the path that is named, at everything if hints may be missing."""
        self._clock.advance(self._clock.now_ns + _ASKING_NS)
        rescan, scopes = not self.prove(), (step.path,) if step.path else ()
        self._ask(Request(RequestKind.LOOK, scopes, (step.path,), rescan=rescan, asked_ns=self._clock.now_ns))

    def _ask(self, request: Request) -> None:
        if self.inbox is not None and not self.inbox.closed:
            self.inbox.ask(request)
            self.requests.append(Asked(request, self._clock.now_ns, self.claims.list_untold()))

    def _do(self, step: Step) -> None:
        folders = dict(self._filesystem.folders)
        self._echoes.clear()
        done = do(step, self._filesystem)
        moved = folders != self._filesystem.folders
        if moved:
            self.moved_ns = self._clock.now_ns
            self.on_move()
        self._tell(step, done)
        if moved:  # with its root, every path may have become something else
            silent = step.news is News.SILENT
            self.claims.expect_everything(None if silent else self._clock.now_ns + self._bound_ns())
