"""The layering rule: imports point to a strictly lower rank, or stay inside one's own sub-package."""

import ast
import re
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import docsync

PACKAGE = Path(docsync.__file__).parent
# One row a room in the map at the top of the package; docs/design.md shows the same one.
ROOM = re.compile(r"^    (\d)  (\w+) +\S", re.MULTILINE)
RANKS = {room: int(rank) for rank, room in ROOM.findall(docsync.__doc__ or "")}
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in MODULES}
READS_CONFIG = {"cli", "config", "reader"}


def test_the_map_has_every_room_of_the_package() -> None:
    rooms = {room(path) for path in MODULES} - {"__init__", "__main__"}
    assert RANKS.keys() == rooms


def room(path: Path) -> str:
    """The part of the package that *path* belongs to: a module or a sub-package directly below docsync."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """The rooms of docsync that *path* imports, also inside functions."""
    rooms: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            rooms |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("docsync.")}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            if node.module == "docsync":
                rooms |= {alias.name for alias in node.names}
            elif node.module and node.module.startswith("docsync."):
                rooms.add(node.module.split(".")[1])
    return rooms - {"__version__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_to_a_lower_rank(path: Path) -> None:
    mine = room(path)
    if mine in ("__init__", "__main__"):
        return
    wrong = {other for other in imported_rooms(path) if other != mine and RANKS[other] >= RANKS[mine]}
    assert not wrong, f"{path.name} (rank {RANKS[mine]}) imports {sorted(wrong)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_only_cli_and_the_reader_read_the_configuration(path: Path) -> None:
    assert "config" not in imported_rooms(path) or room(path) in READS_CONFIG


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_only_cli_prints(path: Path) -> None:
    calls = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
    printing = [n for n in calls if isinstance(n.func, ast.Name) and n.func.id == "print"]
    assert room(path) == "cli" or not printing


def test_no_modules_import_each_other_in_a_circle() -> None:
    imports = {
        name: set(imported_modules(ast.parse(path.read_text(encoding="utf-8"))))
        for name, path in NAMES.items()
    }
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(reversed(error.args[1]))}")


def imported_modules(module: ast.Module) -> Iterator[str]:
    """The modules of docsync that *module* imports when it is loaded, or for its types; not those inside functions."""
    for node in module_level(module.body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in NAMES)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            # `from docsync.room import name` loads the room itself, unless each name is a module of it.
            yield from names & NAMES.keys()
            if not names <= NAMES.keys():
                yield from {node.module, f"{node.module}.__init__"} & NAMES.keys()


def module_level(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """*statements* and those in their `if`, `else` and `try`; not what is in functions and classes."""
    for statement in statements:
        yield statement
        if isinstance(statement, ast.If | ast.Try):
            yield from module_level([*statement.body, *statement.orelse])
