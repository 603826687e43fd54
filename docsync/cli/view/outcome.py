"""What a sync, reload, wait or release came to, as JSON and as lines. Asks no daemon."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from docsync.cli.view.text import count_noun
from docsync.model import LostFolder, RootState
from docsync.names import to_printable
from docsync.status import CommandResult

if TYPE_CHECKING:
    from docsync.admin.client import Answer

_KEPT = "until then its documents are kept as they were"


def needs_person(done: CommandResult) -> bool:
    """True when a deletion is held, or a collection's folder is missing or unreadable."""
    return bool(done.held or done.lost)


def parse_result(answer: "Answer") -> CommandResult:
    """The result of a command, from the JSON *answer* of a daemon."""
    paths = {name: tuple(answer[name]) for name in ("upserted", "deleted", "broken", "held")}
    # A daemon that was started before an upgrade says nothing of it.
    lost = tuple(LostFolder(one["path"], RootState(one["state"])) for one in answer.get("lost", ()))
    return CommandResult(answer["epoch"], answer["revision"], answer["seconds"], **paths, lost=lost)


def result_lines(done: CommandResult, *, verbose: bool) -> Iterator[str]:
    """*done* for people: with *verbose* every path, otherwise those that need a person."""
    if verbose:
        yield from (f"+ {to_printable(path)}" for path in done.upserted)
        yield from (f"- {to_printable(path)}" for path in done.deleted)
    lost = {one.path for one in done.lost}
    yield from (f"broken: {to_printable(path)}" for path in done.broken if path not in lost)
    yield from (f"held: {to_printable(path)}" for path in done.held)
    yield from (f"{one.state.value}: {to_printable(one.path)}" for one in done.lost)
    yield f"{len(done.upserted)} updated, {len(done.deleted)} deleted, revision {done.revision}, {done.seconds:.2f} s"


def next_steps(done: CommandResult) -> Iterator[str]:
    """The commands to type next, where something is broken or held."""
    if {*done.broken} - {one.path for one in done.lost}:
        yield "see what is broken with: docsync problems"
    if done.held:
        yield "see what is held with: docsync held; if the files are gone for good: docsync release"
    for one in done.lost:
        yield f"bring back {to_printable(one.path)}, or take its collection out of docsync.toml: {_KEPT}"


def tally(
    before: Mapping[str, int], after: Mapping[str, int], changed: Mapping[str, tuple[int, int]]
) -> Iterator[str]:
    """For each type what it holds now and how it got there.

    *changed* counts the paths upserted and deleted.
    """
    for place, (type_, number) in enumerate(after.items()):
        upserted, deleted = changed.get(type_, (0, 0))
        # What was upserted and is not new has changed.
        new = max(0, number - before.get(type_, 0) + deleted)
        signs = {"+": new, "~": max(0, upserted - new), "-": deleted}
        news = " ".join(f"{sign}{count}" for sign, count in signs.items() if count)
        yield f"{type_}: {number if place else count_noun(number, 'document')}{f' ({news})' if news else ''}"


def format_plan(upserted: Sequence[str], deleted: Sequence[str], known: set[str]) -> Iterator[str]:
    """A plan as lines: + a new file, ~ a changed one, - one that went."""
    yield from (f"{'~' if path in known else '+'} {to_printable(path)}" for path in sorted(upserted))
    yield from (f"- {to_printable(path)}" for path in sorted(deleted))
