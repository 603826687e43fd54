"""docs/design.md is the law of the house: what it lists is in the code, and what the code has is listed there."""

import ast
import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import docsync
from docsync.admin.routes.openapi import build_openapi_routes
from docsync.cli.root import COMMANDS
from docsync.config.keys import ITEMS, SETTINGS
from docsync.errors import ExitCode
from docsync.registry import FORMATS
from docsync.status import _ADVICE

ROOT = Path(docsync.__file__).parent.parent
PAGE = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
SOURCES = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docsync").rglob("*.py"))}
CODE = "\n".join(SOURCES.values())
KEYS = {*SETTINGS, *(f"{items}[].{name}" for items, rules in ITEMS.items() for name in rules)}
MAP = re.compile(r"<!-- map: begin .*?-->\n(.*?)<!-- map: end -->", re.DOTALL)
# An event's name is the first argument of a method of the log, or of a callback that ends there.
EVENT = re.compile(
    r'(?:\.(?:info|warning|error|debug)|\bline|on_warning|_on_warning)\(\s*"([a-z]+\.[a-z_]+)"'
)
SPOKEN = re.compile(r"\b[Rr]ules? (\d)(?:(?: to |, | and )(\d))*|\bpromises? P(\d)|\bP(\d+)\b")


def register(name: str) -> set[str]:
    """The words of the list beneath the mark of that name."""
    (text,) = re.findall(rf"<!-- register: {name} -->\n(.*?)\n(?:\n|\Z)", PAGE, re.DOTALL)
    words = re.findall(r"`([^`]+)`", text)
    assert len(words) == len(set(words)), f"{name}: a word stands there twice"
    return set(words)


def endpoints() -> set[str]:
    """The paths that the endpoint describes of itself on the Unix socket, where all of them are."""
    (route,) = build_openapi_routes(may_stop=True)
    answer = asyncio.run(route.endpoint(None))
    return set(json.loads(answer.body)["paths"])


def written_exit_codes(path: Path) -> Iterator[str]:
    """Where a module writes an exit code as a number: `exit_code = 3`, in a class or in a call."""
    for node in ast.walk(ast.parse(SOURCES[path])):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="exit_code")], value=ast.Constant(value=int()))
                | ast.AnnAssign(target=ast.Name(id="exit_code"), value=ast.Constant(value=int()))
            ):
                yield f"{path.name}:{node.lineno}"
            case ast.keyword(arg="exit_code", value=ast.Constant(value=int())):
                yield f"{path.name}:{node.value.lineno}"


def test_the_map_of_the_rooms_is_that_of_the_package() -> None:
    (shown,) = MAP.findall(PAGE)
    rows = re.findall(r"^    (\d  \w+ +.+)$", docsync.__doc__ or "", re.MULTILINE)
    assert shown == "".join(f"{line}\n" for line in ("```text", *rows, "```"))


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("keys", KEYS),
        ("formats", set(FORMATS)),
        ("commands", set(COMMANDS)),
        ("endpoints", {*endpoints(), "/"}),
        ("reasons", set(_ADVICE)),
        ("metrics", set(re.findall(r'"(docsync_[a-z_]+)"', CODE))),
        ("events", {*EVENT.findall(CODE), "sync.finished"}),
    ],
)
def test_each_register_lists_what_the_code_has(name: str, there: set[str]) -> None:
    listed = register(name)
    assert listed == there, f"only in docs/design.md: {listed - there}; only in the code: {there - listed}"


def test_the_comment_beside_the_format_of_a_collection_lists_all() -> None:
    assert f"# {' | '.join(FORMATS)}\n" in (ROOT / "docsync.toml").read_text(encoding="utf-8")


def test_the_register_of_exit_codes_lists_what_the_code_has() -> None:
    (table,) = re.findall(r"### Exit codes\n(.*?)\n### ", PAGE, re.DOTALL)
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == list(ExitCode)


def test_exit_codes_are_written_as_numbers_in_one_place_only() -> None:
    assert [where for path in SOURCES for where in written_exit_codes(path)] == [], "name it: errors.ExitCode"


def test_every_variable_of_the_environment_that_is_listed_is_read() -> None:
    assert [name for name in register("environment") if f'"{name}' not in CODE] == []


def test_every_promise_names_tests_that_are_there() -> None:
    rows = re.findall(r"^\| (P\d+) \| \*\*.+?\*\* .+ \| (.+) \|$", PAGE, re.MULTILINE)
    numbers = [int(number.removeprefix("P")) for number, _ in rows]
    assert numbers == sorted(set(numbers))  # some are kept for promises that are not made yet
    paths = [path for _, tests in rows for path in re.findall(r"`([^`]+)`", tests)]
    assert [path for path in paths if not (ROOT / path).is_file()] == []
    assert all("`tests/" in tests for _, tests in rows)


def test_every_module_that_the_map_of_a_room_names_is_in_that_room() -> None:
    (table,) = re.findall(r"^Inside the larger rooms.*?\n\n(.*?)\n\n", PAGE, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| `([\w/]+)/` \| (.+) \|$", table, re.MULTILINE)
    assert len(rows) > 10
    for room, words in rows:
        names = re.findall(r"`([\w./]+)`", words)
        inner = [name if name.startswith("docsync/") else f"docsync/{room}/{name}" for name in names]
        there = [ROOT / name for name in inner]
        missing = [str(path) for path in there if not (path.exists() or path.with_suffix(".py").exists())]
        assert missing == [], room


def test_every_rule_and_promise_that_the_code_cites_has_its_heading() -> None:
    rules = set(re.findall(r"^### Rule (\d):", PAGE, re.MULTILINE))
    promises = set(re.findall(r"^\| P(\d+) \|", PAGE, re.MULTILINE))
    cited = {path: SPOKEN.findall(text) for path, text in spoken().items()}
    assert sum(map(len, cited.values())) > 8
    for path, found in cited.items():
        for first, last, promise, bare in found:
            assert {first, last} - {""} <= rules, path
            assert {promise, bare} - {""} <= promises, path


def test_no_page_or_docstring_speaks_of_a_document_that_is_not_here() -> None:
    away = re.compile(r"timing contract|the study|of the contract", re.IGNORECASE)
    assert [str(path) for path, text in spoken().items() if away.search(text)] == []


def spoken() -> dict[Path, str]:
    """What code, tests and benchmarks say in docstrings and comments."""
    folders = [ROOT / name for name in ("docsync", "tests", "benchmarks")]
    files = [path for folder in folders for path in sorted(folder.rglob("*.py")) if path != Path(__file__)]
    return {path: "\n".join(sayings(path.read_text(encoding="utf-8"))) for path in files}


def sayings(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
    yield from re.findall(r"(?:^|\s)# .*$", text, re.MULTILINE)
