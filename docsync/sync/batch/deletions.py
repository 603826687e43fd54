"""Decides deletions: asks the grace period, the tree once more, and the guard. Never deletes a row itself."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from docsync.change import Delete, ForgetDeletions, Hold, Refuse, RowChange
from docsync.model import Entry, FileState, Problem, RootState, Severity
from docsync.names import covers, widen_escaped
from docsync.policy.grace_period import GracePeriod
from docsync.policy.guard import Guard, Verdict
from docsync.sync.ports import Store, Tree


class Deletions:
    """Decides the deletions of one batch; `commit` tells the guard once they are in the database."""

    def __init__(self, tree: Tree, store: Store, grace: GracePeriod, guard: Guard) -> None:
        self._tree = tree
        self._store = store
        self._grace = grace
        self._guard = guard
        self._verdicts: dict[str, Verdict] = {}
        self._taken_over: list[Entry] = []

    def decide(
        self, renamed: Iterable[Entry], now_ns: int, heard_ns: int | None = None
    ) -> Iterator[RowChange]:
        """The deletions and holds that are due: of files missing long enough, and the old names of *renamed*.

        Hints from *heard_ns* on, if it is given, were not looked at yet. Comes last in a batch, so that the
        guard counts the rows that the same batch adds.
        """
        entries = {entry.path: entry for entry in (*self._grace.list_overdue(now_ns, heard_ns), *renamed)}
        gone = self._find_gone(entries.values())
        known = self._store.index(gone)  # a file of another name may have taken over the document meanwhile
        groups: dict[str, list[Entry]] = defaultdict(list)
        for path, entry in entries.items():
            if path in known:
                groups[entry.type].append(entry)
            else:
                self._taken_over.append(entry)
        witnesses = self._guard.witnesses([entry for group in groups.values() for entry in group])
        seen = self._tree.scan(witnesses).found if witnesses else {}
        for path in witnesses:
            if path not in seen:  # what cannot be seen excuses nothing
                self._guard.mark_vanished(path)
        for type_, group in groups.items():
            if self._grace.list_immediate(type_) >= {entry.path for entry in group}:
                self._guard.trust(type_)  # Git makes a folder anew when it has emptied it
            spent = {path for verdict in self._verdicts.values() for path in verdict.excused.values()}
            verdict = self._guard.judge(type_, group, self._store.rows(type_), now_ns, spent)
            self._verdicts[type_] = verdict
            yield from (
                Delete(entry.path, counts=entry.path not in verdict.excused) for entry in verdict.allowed
            )
            yield from (Hold(entry, describe_held(entry, len(verdict.held))) for entry in verdict.held)

    def list_proved(self) -> set[str]:
        """The collections whose new folders have documents of the ones before, under other names."""
        return {
            type_ for type_, verdict in self._verdicts.items() if self._guard.proves_folder(type_, verdict)
        }

    def release(self, type_: str | None) -> Iterator[RowChange]:
        """The held deletions, now that a person says that they are meant; files that came back stay.

        Where something lies that is no document, it is listed from now on.
        """
        gone = self._find_gone(self._guard.list_held(type_))
        yield from map(Delete, gone)
        yield ForgetDeletions(type_)
        scan = self._tree.scan(map(widen_escaped, gone))
        for path in scan.skipped.keys() & gone:
            unread = scan.skipped[path]
            yield Refuse(path, scan.types[path], FileState.SKIPPED, (unread.problem,), unread.stamp)

    def _find_gone(self, entries: Iterable[Entry]) -> list[str]:
        """The paths of *entries* without a file, checked again; not those beneath lost folders."""
        known = list(entries)
        if not known:
            return []  # every save comes here
        is_lost = self._make_is_lost()
        return self._tree.find_gone([entry.path for entry in known if not is_lost(entry)])

    def _make_is_lost(self) -> Callable[[Entry], bool]:
        """A predicate: is an entry of a missing or unreadable folder's collection, or beneath that folder?"""
        lost = {
            type_: root.scope for type_, root in self._tree.roots().items() if root.state is not RootState.OK
        }
        return lambda entry: entry.type in lost or any(covers(scope, entry.path) for scope in lost.values())

    def commit(self, now_ns: int) -> None:
        """After the commit: end the grace periods of what was decided."""
        for type_, verdict in self._verdicts.items():
            self._guard.mark_applied(type_, verdict, now_ns)
            for entry in (*verdict.allowed, *verdict.held):
                self._grace.settle(entry.path, type_)
        for entry in self._taken_over:
            self._grace.mark_returned(entry.path, entry.type)


def describe_held(entry: Entry, count: int) -> Problem:
    """What people read about a deletion that is kept back."""
    together = f" together with {count - 1} others" if count > 1 else ""
    message = f"deleted{together}; its row is kept until the deletion is released"
    hint = f"bring the files back, or run: docsync release {entry.type}"
    return Problem(entry.path, "held", message, Severity.WARNING, hint=hint)
