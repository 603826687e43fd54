"""The log lines of the sync thread: one a batch, one when a problem appears, one when it clears."""

from typing import Protocol

from docsync.change import ApplyResult
from docsync.errors import StoreUnavailable
from docsync.model import Problem, Severity
from docsync.status import Repair
from docsync.sync.batch.batch_context import BatchReport

_MAX_LINES = 20
_MAX_NAMED_FILES = 5


class Log(Protocol):
    """The part of structlog's logger that is used here."""

    def debug(self, event: str, **values: object) -> object: ...
    def info(self, event: str, **values: object) -> object: ...
    def warning(self, event: str, **values: object) -> object: ...
    def error(self, event: str, **values: object) -> object: ...


class SyncLog:
    """Turns what happened into log lines with stable event names."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._is_first = True

    def log_batch(self, report: BatchReport, seconds: float) -> None:
        """Log a committed batch. After the first one, a batch without changes is only a debug line."""
        applied = report.applied
        line = self._log.info if _is_visible(applied) or self._is_first else self._log.debug
        # Of the first one nobody wants to read names: it may be all the files there are.
        more = {"plain": _describe_first(report, seconds)} if self._is_first else _name_files(applied)
        self._is_first = False
        line(
            "sync.finished",
            upserted=len(applied.upserted),
            deleted=len(applied.deleted),
            held=applied.held,
            looked=report.looked,
            revision=applied.revision,
            seconds=round(seconds, 4),
            **more,
        )
        if applied.held:
            self._log.warning("deletions.held", count=applied.held, hint="docsync held, docsync release")
        self._log_problems([problem for problem in applied.appeared if problem.code != "held"])
        cleared = [(path, code) for path, code in applied.cleared if code != "held"]
        for path, code in cleared[:_MAX_LINES]:
            self._log.info("problem.cleared", path=path, code=code)
        if len(cleared) > _MAX_LINES:
            self._log.info("problem.cleared", more=len(cleared) - _MAX_LINES)

    def _log_problems(self, problems: list[Problem]) -> None:
        for problem in problems[:_MAX_LINES]:
            line = self._log.error if problem.severity is Severity.ERROR else self._log.warning
            place = ":".join(
                str(part) for part in (problem.path, problem.line, problem.column) if part is not None
            )
            values = {"hint": problem.hint} if problem.hint else {}
            line("problem.appeared", at=place, code=problem.code, message=problem.message, **values)
        if len(problems) > _MAX_LINES:
            self._log.error("problem.appeared", more=len(problems) - _MAX_LINES, hint="docsync problems")

    def log_released(self, applied: ApplyResult) -> None:
        """A person released what was held."""
        if applied.deleted:
            self._log.info("deletions.released", deleted=len(applied.deleted), revision=applied.revision)

    def log_resync(self) -> None:
        """Hints were lost and the watches were made anew."""
        self._log.warning("hints.lost", next="scanning everything")

    def log_walk_in_vain(self, reason: str) -> None:
        """A look beside the work could not tell all."""
        self._log.info("rescan.again", reason=reason, next="looking at everything in a batch")

    def log_interrupted(self) -> None:
        """A long batch was rolled back because docsync is to stop."""
        self._log.warning("sync.interrupted", next="the next start finds what is left")

    def log_unavailable(self, error: StoreUnavailable) -> None:
        """The database cannot be written. The loop logs it once until it can again."""
        self._log.error(
            "database.unavailable", reason=error.reason.value, message=str(error), next="trying again"
        )

    def log_available(self) -> None:
        """The database can be written again."""
        self._log.info("database.available")

    def log_repair(self, how: Repair, reason: str) -> None:
        """The database was damaged and is sound again."""
        self._log.error("database.mended", how=how.value, reason=reason)


def _is_visible(applied: ApplyResult) -> bool:
    """True if a person can see what *applied* did."""
    parts = (applied.upserted, applied.deleted, applied.held, applied.appeared, applied.cleared)
    return applied.changed and any(parts)


def _describe_first(report: BatchReport, seconds: float) -> str:
    """What a start found, in a few plain words."""
    applied = report.applied
    found = {"new or changed": len(applied.upserted), "deleted": len(applied.deleted), "held": applied.held}
    news = ", ".join(f"{count:,} {what}" for what, count in found.items() if count)
    files = f"{report.looked:,} {'file' if report.looked == 1 else 'files'}"
    return f"{files} in {seconds:.1f} s: {news or 'nothing has changed'}; revision {applied.revision}"


def _name_files(applied: ApplyResult) -> dict[str, object]:
    """The first changed files, under `changed` and `removed`, and how many `more` there are."""
    names = {
        "changed": sorted(applied.upserted)[:_MAX_NAMED_FILES],
        "removed": sorted(applied.deleted)[:_MAX_NAMED_FILES],
    }
    more = len(applied.upserted) + len(applied.deleted) - sum(map(len, names.values()))
    return {key: value for key, value in {**names, "more": more}.items() if value}
