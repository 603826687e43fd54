"""What the database says of itself: counts, tags, problems, held deletions, references. Never knows documents."""

from typing import TYPE_CHECKING

from docsync.reader.snapshot import Snapshot

if TYPE_CHECKING:
    from docsync.reader.answer import ReferenceRow, TagCount
    from docsync.status import HeldDeletion, ListedProblem


def count(snapshot: Snapshot) -> dict[str, int]:
    """How many documents each type has."""
    rows = snapshot.ask(
        "SELECT c.type, (SELECT count(*) FROM documents AS d WHERE d.type = c.type) FROM collections AS c ORDER BY c.type"
    )
    return {str(type_): int(number) for type_, number in rows}


def tags(snapshot: Snapshot, type_: str | None) -> "list[TagCount]":
    """The tags, most used first."""
    from docsync.reader.answer import TagCount

    only = "" if type_ is None else "WHERE document_id IN (SELECT id FROM documents WHERE type = ?) "
    rows = snapshot.ask(
        f"SELECT tag, count(*) FROM document_tags {only}GROUP BY tag ORDER BY count(*) DESC, tag",
        () if type_ is None else (type_,),
    )
    return [TagCount(*row) for row in rows]


def references(snapshot: Snapshot, id_: str) -> "list[ReferenceRow]":
    """What a document points to, in the order in which it does."""
    from docsync.reader.answer import ReferenceRow

    rows = snapshot.ask(
        "SELECT kind, target, at, resolved, status FROM document_references WHERE document_id = ? ORDER BY ordinal",
        (id_,),
    )
    return [ReferenceRow(*row) for row in rows]


def problems(snapshot: Snapshot) -> "list[ListedProblem]":
    """What is wrong with files, errors first; held deletions are not among it."""
    from docsync.status import ListedProblem
    from docsync.store.problems import problem_of

    rows = snapshot.ask(
        "SELECT file_path, severity, code, line, column, json_path, message, hint, notes, since FROM problems "
        "WHERE code <> 'held' ORDER BY severity, file_path, ordinal"
    )
    return [ListedProblem(problem_of(row[:-1]), str(row[-1])) for row in rows]


def held(snapshot: Snapshot) -> "list[HeldDeletion]":
    """The deletions that are kept back until a person releases them."""
    from docsync.status import HeldDeletion

    rows = snapshot.ask(
        "SELECT d.id, d.type, d.file_path, p.since FROM files AS f JOIN documents AS d ON d.file_path = f.file_path "
        "JOIN problems AS p ON p.file_path = f.file_path AND p.ordinal = 0 WHERE f.state = 'held' ORDER BY d.id"
    )
    return [HeldDeletion(*map(str, row)) for row in rows]


def tallies(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """Per type, how many errors, warnings and held deletions there are."""
    rows = snapshot.ask(
        "SELECT f.type, sum(p.severity = 'error'), sum(p.severity = 'warning' AND p.code <> 'held'), sum(p.code = 'held') "
        "FROM problems AS p JOIN files AS f ON f.file_path = p.file_path GROUP BY f.type"
    )
    return {str(row[0]): dict(zip(("errors", "warnings", "held"), map(int, row[1:]), strict=True)) for row in rows}
