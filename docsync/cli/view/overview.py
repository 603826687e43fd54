"""The status of a daemon as lines for people: the state and why, what to do, figures, collections.

Asks no daemon.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import click

from docsync.cli.view.text import align_columns, count_noun
from docsync.names import to_printable

if TYPE_CHECKING:
    from docsync.admin.client import Answer

# The word, its color, and what it means.
_STATES: Mapping[str, tuple[str, str, str]] = {
    "in_sync": ("in sync", "green", "the database equals the files"),
    "syncing": ("syncing", "cyan", "files have changed; the database follows"),
    "starting": ("starting", "cyan", "the first look at all files is not finished"),
    "held": ("held", "yellow", "many files went at once; their documents are kept"),
    "degraded": ("degraded", "yellow", "docsync works, but not as it should"),
}
_COLLECTION = ("TYPE", "FOLDER", "DOCUMENTS", "ERRORS", "WARNINGS", "HELD")
_BATCH = ("REVISION", "AT", "UPDATED", "DELETED", "TOOK", "BECAUSE OF")
_BATCHES = 10
_STANDING = (
    "state", "ready", "epoch", "revision", "documents", "errors", "warnings", "held", "restart_to_apply",
)  # fmt: skip


def overview(status: "Answer", say_time: Callable[[str], str], *, verbose: bool) -> Iterator[str]:
    """All of *status*, each time as *say_time* says it; with *verbose* also the last batches."""
    word, color, _ = _state(status)
    state, *facts = align_columns(_facts(status, say_time))
    yield state.replace(word, click.style(word, fg=color, bold=True), 1)
    yield from _reasons(status, say_time)
    yield from (f"  {_arrow(step)}" for step in _steps(status))
    yield from facts
    yield ""
    yield from align_columns(_collections(status), heading=_COLLECTION)
    if verbose and status["batches"]:
        yield ""
        yield from align_columns(_batches(status, say_time), heading=_BATCH)


def summary(status: "Answer") -> str:
    """*status* in one line."""
    parts = [_state(status)[0], f"revision {status['revision']}", count_noun(status["documents"], "document")]
    parts += [*_troubles(status), *(reason["code"] for reason in status["reasons"])]
    return ", ".join(parts if status["ready"] else [*parts, "not ready"])


def standing(status: "Answer") -> object:
    """The part of *status* that is printed anew when it changes: not the figures that always move."""
    reasons = [(reason["code"], reason["path"]) for reason in status["reasons"]]
    return [status[name] for name in _STANDING], reasons


def _state(status: "Answer") -> tuple[str, str, str]:
    return _STATES.get(status["state"], (status["state"], "yellow", "see the log"))


def _facts(status: "Answer", say_time: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    word, _, meaning = _state(status)
    if status["errors"] and status["state"] == "in_sync":
        meaning = f"equal to the files, but for {count_noun(status['errors'], 'broken file')}"
    yield "state", f"{word}, {'ready' if status['ready'] else 'not ready'}: {meaning}"
    yield "project", status["project"]
    yield "database", status["database"]
    yield "revision", f"{status['revision']}, epoch {status['epoch']}"
    started = f"started {say_time(status['started_at'])}"
    yield "process", f"{status['pid']}, docsync {status['version']}, {started}"
    yield "address", status["http"] or f"{status['socket']} only"
    yield "watcher", f"{status['watcher']}, {count_noun(status['rescans'], 'rescan')}"
    yield "documents", ", ".join([str(status["documents"]), *_troubles(status)])
    if status["pending"] or status["undecided"]:
        yield (
            "under way",
            f"{count_noun(status['pending'], 'path')} to look at, {status['undecided']} in doubt",
        )
    if status["last_batch"]:
        yield "last change", _last_batch(status["last_batch"], say_time)
    if status["latency"]["count"]:
        yield "latency", _latency(status["latency"])
    yield "damage", _inspection(status["inspection"], say_time)


def _troubles(status: "Answer") -> list[str]:
    counts = [count_noun(status[f"{noun}s"], noun) for noun in ("error", "warning") if status[f"{noun}s"]]
    return [*counts, f"{status['held']} held"] if status["held"] else counts


def _last_batch(batch: "Answer", say_time: Callable[[str], str]) -> str:
    counts = f"{batch['upserted']} updated, {batch['deleted']} deleted"
    return f"{say_time(batch['at'])}: {counts} in {batch['seconds']:.3f} s"


def _latency(latency: "Answer") -> str:
    p50, p99 = (f"{latency[name]:.1f} ms" for name in ("p50_ms", "p99_ms"))
    number = count_noun(len(latency["recent"]), "change")
    return f"{p50} from save to row (median), 99 % in {p99}; {number}"


def _inspection(inspection: "Answer", say_time: Callable[[str], str]) -> str:
    """How far the look for damage is, which goes on beside the work."""
    if inspection["is_running"]:
        looked, there = (
            min(inspection["documents"], inspection["of"]),
            count_noun(inspection["of"], "document"),
        )
        return f"none so far, {looked} of {there} looked at; it goes on"
    if inspection["proved_at"]:
        return f"none, all was looked at {say_time(inspection['proved_at'])}"
    return "not looked for since the start"


def _reasons(status: "Answer", say_time: Callable[[str], str]) -> Iterator[str]:
    for reason in status["reasons"]:
        place = f"{reason['path']}: " if reason["path"] and reason["path"] not in reason["message"] else ""
        label = click.style(f"{reason['code']}:", fg="red" if reason["ends_readiness"] else "yellow")
        yield f"  {label} {to_printable(place + reason['message'])} (since {say_time(reason['since'])})"
        if reason["advice"]:
            yield f"    {_arrow(reason['advice'])}"


def _steps(status: "Answer") -> Iterator[str]:
    if status["held"]:
        yield "see what is held with: docsync held; if the files are gone for good: docsync release"
    if status["errors"]:
        yield "see what is broken with: docsync problems"
    if status["restart_to_apply"]:
        yield "docsync.toml has changed; restart docsync to apply it"


def _arrow(step: str) -> str:
    return f"{click.style('→', fg='cyan')} {step}"


def _collections(status: "Answer") -> Iterator[tuple[str, ...]]:
    for one in status["collections"]:
        folder = one["path"] if one["root"] == "ok" else f"{one['path']} ({one['root']})"
        yield (one["type"], folder, *(str(one[key]) for key in ("documents", "errors", "warnings", "held")))


def _batches(status: "Answer", say_time: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
    for one in sorted(status["batches"], key=lambda batch: str(batch["at"]), reverse=True)[:_BATCHES]:
        counts = (str(one["upserts"]), str(one["deletes"]), f"{one['duration_ms']:.1f} ms")
        yield (str(one["revision"]), say_time(one["at"]), *counts, one["trigger"])
