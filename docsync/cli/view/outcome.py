"""What a sync, reload, wait or release came to, as JSON and as lines. Asks no daemon."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from docsync.cli.view.text import count_noun
from docsync.model import LostFolder, RootState
from docsync.names import to_printable
from docsync.status import CommandResult, PathCounts, TypeCounts

if TYPE_CHECKING:
    from docsync.admin.client import Answer

# So many names are in a list that is no answer by itself; -v names all.
_MAX_NAMED = 10
_KEPT = "until then its documents are kept as they were"


def needs_person(done: CommandResult) -> bool:
    """True when a deletion is held, or a collection's folder is missing or unreadable."""
    return bool(done.counts.held or done.counts.lost)


def parse_result(answer: "Answer") -> CommandResult:
    """The result of a command, from the JSON *answer* of a daemon."""
    paths = {name: tuple(answer[name]) for name in ("upserted", "deleted", "broken", "held")}
    # A daemon that was started before an upgrade says nothing of these; it names all paths.
    lost = tuple(LostFolder(one["path"], RootState(one["state"])) for one in answer.get("lost", ()))
    counted = answer.get("counts") or {**{name: len(of) for name, of in paths.items()}, "lost": len(lost)}
    return CommandResult(
        answer["epoch"],
        answer["revision"],
        answer["seconds"],
        **paths,
        lost=lost,
        counts=PathCounts(**counted),
        types=tuple(TypeCounts(**one) for one in answer.get("types", ())),
        more=answer.get("more", False),
    )


def result_lines(done: CommandResult, *, verbose: bool) -> Iterator[str]:
    """*done* for people: with *verbose* every path that it names, otherwise some that need a person."""
    counts, some = done.counts, None if verbose else _MAX_NAMED
    if verbose:
        yield from (f"+ {to_printable(path)}" for path in done.upserted)
        yield from _describe_rest("updated", counts.upserted - len(done.upserted))
        yield from (f"- {to_printable(path)}" for path in done.deleted)
        yield from _describe_rest("deleted", counts.deleted - len(done.deleted))
    lost = {one.path for one in done.lost}
    broken = [path for path in done.broken if path not in lost][:some]
    yield from (f"broken: {to_printable(path)}" for path in broken)
    yield from _describe_rest("broken", counts.broken - len(lost.intersection(done.broken)) - len(broken))
    yield from (f"held: {to_printable(path)}" for path in done.held[:some])
    yield from _describe_rest("held", counts.held - len(done.held[:some]))
    yield from (f"{one.state.value}: {to_printable(one.path)}" for one in done.lost)
    yield from _describe_rest("missing or unreadable", counts.lost - len(done.lost))
    yield f"{counts.upserted} updated, {counts.deleted} deleted, revision {done.revision}, {done.seconds:.2f} s"


def _describe_rest(kind: str, number: int) -> Iterator[str]:
    if number > 0:
        yield f"{number:,} more {kind}"


def next_steps(done: CommandResult) -> Iterator[str]:
    """The commands to type next, where something is broken or held."""
    lost = {one.path for one in done.lost}
    if done.counts.broken > len(lost.intersection(done.broken)):
        yield "see what is broken with: docsync problems"
    if done.counts.held:
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
