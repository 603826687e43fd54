"""The words of the house: functions are verbs, a class has its name alone, a docstring names its subject."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

import pytest

from tests.test_layers import MODULES, PACKAGE, imported_rooms, room

PARTICIPLES = {
    "begun", "bought", "bound", "broken", "brought", "built", "caught", "chosen", "come", "done",
    "drawn", "driven", "fallen", "felt", "found", "forgotten", "frozen", "given", "gone", "got",
    "gotten", "grown", "had", "heard", "held", "hidden", "kept", "known", "laid", "led", "left", "lent",
    "lost", "made", "meant", "met", "paid", "proven", "said", "seen", "sent", "shown", "sold", "spent",
    "spoken", "spread", "stolen", "struck", "taken", "taught", "thought", "thrown", "told", "understood",
    "woken", "won", "worn", "written",
}  # fmt: skip
"""Irregular participles that are no verb as well: read, run, set, put and let are."""

NO_PARTICIPLES = {"embed", "exceed", "feed", "need", "proceed", "seed"}

EXEMPT = {
    ("reader/reader.py", "held"): "public: docs/reading.md",
    ("reader/reader.py", "cached"): "public: docs/service.md",
    ("reader/async_reader.py", "held"): "as in Reader",
    ("reader/async_reader.py", "cached"): "as in Reader",
    ("cli/command/held.py", "held_command"): "the command is called held",
}
"""Functions that are named by a participle for a reason, which stands beside each."""

"""Functions that still wait for a verb. The set only shrinks."""

MAX_COLUMNS = 110
MAX_WIDE_LINES = 139
"""So many lines of the package are wider still. The number only falls: lower it when you shorten some."""
"""So many docstrings still begin with "The same". The number only falls, to 0."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
TREES = {
    path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES
}


def functions(tree: ast.AST) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree) if isinstance(node, Function))


def is_participle(name: str) -> bool:
    first = name.strip("_").partition("_")[0]
    return first in PARTICIPLES or (first.endswith("ed") and first not in NO_PARTICIPLES)


def reads_as_a_state(function: Function) -> bool:
    """True for properties, and for predicates: what returns true or false may say so."""
    decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in function.decorator_list}
    return bool(decorators & {"property", "cached_property"}) or (
        function.returns is not None and ast.unparse(function.returns) == "bool"
    )


@pytest.mark.parametrize("name", ["found", "_decoded", "held_paths", "_told", "checked_host"])
def test_a_participle_is_known_as_one(name: str) -> None:
    assert is_participle(name)


@pytest.mark.parametrize(
    "name", ["find", "read_text", "_put_back", "feed_of", "set_headers", "__init__", "bind"]
)
def test_a_verb_is_none(name: str) -> None:
    assert not is_participle(name)


@pytest.mark.parametrize("path", TREES)
def test_a_function_is_named_by_a_verb_and_never_by_a_participle(path: str) -> None:
    wrong = [
        f"{path}:{function.lineno} {function.name}"
        for function in functions(TREES[path])
        if is_participle(function.name)
        and not reads_as_a_state(function)
        and (path, function.name) not in EXEMPT
    ]
    assert wrong == [], (
        "say what it does: find_…, make_…, read_…; for a public name add it to EXEMPT with the reason"
    )


def test_every_exemption_is_still_there() -> None:
    there = {(path, function.name) for path, tree in TREES.items() for function in functions(tree)}
    assert EXEMPT.keys() <= there, "take out of EXEMPT what is gone"


def test_no_class_has_its_name_twice_in_a_room_or_in_rooms_that_meet() -> None:
    rooms: dict[str, set[str]] = defaultdict(set)
    classes: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in MODULES:
        rooms[room(path)] |= imported_rooms(path)
        inner = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(TREES[inner]):
            if isinstance(node, ast.ClassDef):
                classes[node.name].append((room(path), f"{inner}:{node.lineno}"))
    wrong = [
        f"{name}: {one} and {two}"
        for name, places in classes.items()
        for (mine, one), (other, two) in combinations(places, 2)
        if mine == other or mine in rooms[other] or other in rooms[mine]
    ]
    assert wrong == [], "a reader of both rooms takes one for the other: say which of the two it is"


def test_a_docstring_names_its_subject_and_never_begins_with_the_same() -> None:
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if str(node.value.value).startswith("The same")
    ]
    assert wrong == [], "it is read alone, in an editor; name what it is, and what differs"


@pytest.mark.parametrize("path", TREES)
def test_the_largest_of_something_is_max_and_never_most(path: str) -> None:
    names = {node.id for node in ast.walk(TREES[path]) if isinstance(node, ast.Name)}
    assert [name for name in sorted(names) if re.match(r"_?MOST_", name)] == [], "say MAX_"


def test_wide_lines_become_fewer() -> None:
    wide = [
        f"{path.relative_to(PACKAGE)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > MAX_COLUMNS
    ]
    print(*wide, sep="\n")
    assert len(wide) <= MAX_WIDE_LINES, (
        f"{len(wide)} lines are wider than {MAX_COLUMNS} columns: wrap the new ones"
    )
