"""The problems of a path: compared with what was known, so that `since` survives and news is told once."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import apsw

from docsync.model import Note, Problem, Severity

_COLUMNS = "severity, code, line, column, json_path, message, hint, notes"


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
        since = {str(row[1]): str(row[-1]) for row in sorted(rows, key=lambda row: str(row[-1]), reverse=True)}
        self._connection.execute("DELETE FROM problems WHERE file_path = ?", (path,))
        self._connection.executemany(
            f"INSERT INTO problems (file_path, ordinal, {_COLUMNS}, since) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            ((path, ordinal, *row, since.get(str(row[1]), now)) for ordinal, row in enumerate(new)),
        )
        return True

    def of(self, path: str) -> list[Problem]:
        """The problems of *path* as they are recorded."""
        rows = self._connection.execute(
            f"SELECT file_path, {_COLUMNS} FROM problems WHERE file_path = ? ORDER BY ordinal", (path,)
        )
        return [problem_of(row) for row in rows]


def problem_of(row: Sequence[object]) -> Problem:
    """The Problem that a row (file_path, severity, code, line, column, json_path, message, hint, notes) stands for."""
    path, severity, code, line, column, json_path, message, hint, notes = row
    assert isinstance(line, int | None)
    assert isinstance(column, int | None)
    return Problem(
        str(path),
        str(code),
        str(message),
        Severity(str(severity)),
        line,
        column,
        None if hint is None else str(hint),
        None if json_path is None else str(json_path),
        tuple(Note(**note) for note in json.loads(str(notes))),
    )


def _row(problem: Problem) -> tuple[str | int | None, ...]:
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
