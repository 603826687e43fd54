"""What a command loads: a short one starts at once, as it loads only what it needs."""

import subprocess
import sys

import pytest

from docsync.cli.root import COMMANDS, docsync
from tests.cli.conftest import Shell, environment

# Each costs from one to fifty milliseconds.
HEAVY = {
    "_hashlib",
    "asyncio",
    "ctypes",
    "difflib",
    "http",
    "inspect",
    "jinja2",
    "jsonschema_rs",
    "rich",
    "secrets",
    "starlette",
    "structlog",
    "tempfile",
    "uvicorn",
    "watchdog",
    "yaml",
}
COMMAND_LINE = {
    "cli",
    "cli.command_line",
    "cli.flags",
    "cli.main",
    "cli.root",
    "cli.session",
    "cli.utf8",
    "cli.view",
    "cli.view.output",
    "cli.view.stream",
    "errors",
    "names",
    "names.closest",
    "names.collection",
    "names.foreign",
    "names.glob",
    "names.hidden",
    "names.path",
    "names.printable",
}
GET = {"cli.command", "cli.command.get", "cli.read_options"}
CONFIGURATION = {
    "cli.environment",
    "cli.project",
    "config",
    "config.check",
    "config.keys",
    "config.load",
    "config.setting",
    "config.source",
    "config.toml",
    "permission",
    "real_path",
    "registry",
    "regular_file",
}
READER = {
    "reader",
    "reader.connection",
    "reader.documents",
    "reader.files",
    "reader.opening",
    "reader.query",
    "reader.query.limit",
    "reader.reader",
    "reader.row",
    "reader.snapshot",
    "reader.source",
    "reader.source_holder",
    "store",
    "store.columns",
    "store.connection",
    "store.database_files",
    "store.epoch",
    "store.migration",
    "store.project_note",
    "store.schema",
    "store.state",
    "store.transaction",
}


@pytest.fixture
def synced(filled: Shell) -> Shell:
    filled.write(
        "docsync.toml",
        '[[collections]]\ntype = "persona"\npath = "personas"\ninclude = ["**/*.json"]\nformat = "json"\n',
    )
    filled("sync")
    return filled


def loaded(shell: Shell, source: str, *arguments: str) -> set[str]:
    """The modules that a process of its own has loaded after *source*, told of no variable of docsync's name.

    One that docsync does not know would be a mistake, for which it looks for what was meant.
    """
    environ = {key: value for key, value in environment().items() if not key.startswith("DOCSYNC_")}
    done = subprocess.run(
        [sys.executable, "-c", f"{source}; import sys; print(*sys.modules, file=sys.stderr)", *arguments],
        cwd=shell.root,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stderr.split())


def ours(modules: set[str]) -> set[str]:
    return {name.removeprefix("docsync.") for name in modules if name.startswith("docsync.")}


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["get", "persona/ada"], COMMAND_LINE | GET | CONFIGURATION | READER),
        (["get", "--help"], COMMAND_LINE | GET),
        (["--version"], COMMAND_LINE),
        (["--help"], COMMAND_LINE),
    ],
    ids=["get", "help of get", "version", "help"],
)
def test_a_short_command_loads_what_it_needs_and_nothing_else(
    synced: Shell, arguments: list[str], needed: set[str]
) -> None:
    modules = loaded(synced, "from docsync.cli.main import main; main()", *arguments)

    assert sorted(ours(modules)) == sorted(needed)
    assert sorted((modules - loaded(synced, "import click")) & HEAVY) == []


def test_the_help_says_of_a_command_what_the_command_says_of_itself() -> None:
    with docsync.make_context("docsync", ["get"]) as context:
        said = {name: docsync.get_command(context, name) for name in COMMANDS}

    assert {name: command and command.get_short_help_str(1_000) for name, command in said.items()} == {
        name: summary for name, (_, summary) in COMMANDS.items()
    }
