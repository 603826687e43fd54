"""The problems of a path: compared with what was known, so that `since` survives and news is told once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import apsw

from docsync.model import Note, Problem, Severity
from docsync.status import ListedProblem

_COLUMNS = "severity, code, line, column, json_path, message, hint, notes"
PROBLEM_COLUMNS = f"file_path, {_COLUMNS}"
"""The columns that `problem_of` takes, in its order."""
_Row = tuple[str | int | None, ...]


class ProblemRows:
    """The problems table, on one connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def replace(self, path: str, problems: Sequence[Problem], now: str) -> bool:
        """Make *problems* those of *path*, errors first. True when a reader can see a difference."""
        new = [_row(problem) for problem in sorted(problems, key=_rank)]
        rows = self._connection.execute(
            f"SELECT {_COLUMNS}, since FROM problems WHERE file_path = ? ORDER BY ordinal", (path,)
        ).fetchall()
        if [row[:-1] for row in rows] == new:
            return False
        since = {
            str(row[1]): str(row[-1]) for row in sorted(rows, key=lambda row: str(row[-1]), reverse=True)
        }
        self._write(path, ((*row, since.get(str(row[1]), now)) for row in new))
        return True

    def restore(self, path: str, listed: Iterable[ListedProblem]) -> None:
        """Make *listed* the problems of *path*, each since when it was."""
        self._write(path, [(*_row(one.problem), one.since) for one in listed])

    def _write(self, path: str, rows: Iterable[_Row]) -> None:
        self._connection.execute("DELETE FROM problems WHERE file_path = ?", (path,))
        self._connection.executemany(
            f"INSERT INTO problems (file_path, ordinal, {_COLUMNS}, since) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            ((path, ordinal, *row) for ordinal, row in enumerate(rows)),
        )

    def of(self, path: str) -> list[Problem]:
        """The problems of *path* as they are recorded. Raises ValueError for what no docsync has written."""
        return [one.problem for one in self.read(path)]

    def read(self, path: str) -> list[ListedProblem]:
        """The problems of *path*, each with since when it is there. Raises ValueError."""
        rows = self._connection.execute(
            f"SELECT since, {PROBLEM_COLUMNS} FROM problems WHERE file_path = ? ORDER BY ordinal", (path,)
        )
        return [ListedProblem(problem_of(row[1:]), str(row[0])) for row in rows]


def problem_of(row: Sequence[object]) -> Problem:
    """The Problem that a row (file_path, severity, code, line, column, json_path, message, hint, notes) stands for.

    Raises ValueError for a row that no docsync has written.
    """
    path, severity, code, line, column, json_path, message, hint, notes = row
    if not isinstance(line, int | None) or not isinstance(column, int | None):
        raise ValueError(f"no line or column: {line!r}, {column!r}")  # noqa: TRY004  # as of any row that cannot be
    return Problem(
        str(path),
        str(code),
        str(message),
        Severity(str(severity)),
        line,
        column,
        None if hint is None else str(hint),
        None if json_path is None else str(json_path),
        tuple(map(_note, json.loads(str(notes)))),
    )


def _note(values: Mapping[str, object]) -> Note:
    try:
        return Note(**values)  # type: ignore[arg-type]  # as they were written
    except TypeError as error:
        raise ValueError(f"no note: {values!r}") from error


def _row(problem: Problem) -> _Row:
    return (
        problem.severity.value,
        problem.code,
        problem.line,
        problem.column,
        problem.json_path,
        problem.message,
        problem.hint,
        json.dumps([asdict(note) for note in problem.notes], ensure_ascii=False),
    )


def _rank(problem: Problem) -> tuple[bool, int, int]:
    return (problem.severity is not Severity.ERROR, problem.line or 0, problem.column or 0)
