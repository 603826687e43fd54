"""What a request came to: some paths of each kind are named, all are counted."""

from docsync.change import DatabaseState
from docsync.model import LostFolder, RootState
from docsync.status import MAX_PATHS, CommandResult, PathCounts, TypeCounts
from docsync.sync.command_result import build_result

MANY = tuple(f"personas/p{number:04}.json" for number in range(MAX_PATHS + 1))
NOW = DatabaseState("e", 3, (), ())


def type_of(path: str) -> str | None:
    return {"personas": "persona", "prompts": "prompt_template"}.get(path.partition("/")[0])


def named(result: CommandResult) -> tuple[int, ...]:
    kinds = (result.upserted, result.deleted, result.broken, result.held, result.lost)
    return tuple(len(paths) for paths in kinds)


def test_of_each_kind_the_first_paths_are_named_and_all_are_counted() -> None:
    lost = tuple(LostFolder(path, RootState.MISSING) for path in MANY)
    result = build_result(DatabaseState("e", 3, MANY, MANY, lost), 0.5, {*MANY}, {*MANY}, type_of)

    assert named(result) == (MAX_PATHS,) * 5
    assert result.upserted == result.deleted == result.broken == result.held == MANY[:MAX_PATHS]
    assert result.counts == PathCounts(*[MAX_PATHS + 1] * 5)
    assert result.types == (TypeCounts("persona", MAX_PATHS + 1, MAX_PATHS + 1),)
    assert result.more


def test_what_is_named_whole_has_no_more() -> None:
    result = build_result(NOW, 0.5, {*MANY[:MAX_PATHS]}, set(), type_of)

    assert (named(result), result.more) == ((MAX_PATHS, 0, 0, 0, 0), False)


def test_paths_are_counted_by_type_and_those_of_no_collection_are_of_none() -> None:
    result = build_result(NOW, 0.5, {"prompts/a", "personas/a", "prompts/b", "x"}, {"personas/b"}, type_of)

    assert result.types == (TypeCounts("persona", 1, 1), TypeCounts("prompt_template", 2, 0))
    assert result.counts == PathCounts(4, 1)
