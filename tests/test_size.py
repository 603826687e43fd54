"""Rooms stay small: files up to 300 lines, functions up to 40 with a median of at most 10, five parameters.

The simulation is a program of its own, and counts as one.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

import docsync

PACKAGE = Path(docsync.__file__).parent
SIMULATION = Path(__file__).parent / "simulation"
MODULES = sorted(PACKAGE.rglob("*.py"))
PARTS = [*MODULES, *sorted(SIMULATION.glob("*.py"))]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def lines_of(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def name(path: Path) -> str:
    return path.relative_to(PACKAGE if path.is_relative_to(PACKAGE) else SIMULATION.parent).as_posix()


@pytest.mark.parametrize("path", PARTS, ids=name)
def test_a_file_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", PARTS, ids=name)
def test_a_function_has_at_most_40_lines_and_five_parameters(path: Path) -> None:
    for function in functions(path):
        where = f"{path.name}:{function.lineno} {function.name}"
        assert lines_of(function) <= 40, where
        if room_of(path) != "cli":  # a command's parameters are its flags
            arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            assert len([a for a in arguments if a.arg not in ("self", "cls")]) <= 5, where


@pytest.mark.parametrize("path", PARTS, ids=name)
def test_a_module_opens_with_what_it_does(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_the_median_function_has_at_most_10_lines() -> None:
    assert median(lines_of(function) for path in MODULES for function in functions(path)) <= 10


def room_of(path: Path) -> str:
    return Path(name(path)).parts[0]
