"""All commands: their help, their JSON, and what they load."""

import subprocess
import sys

import click
import pytest

from docsync.cli.root import COMMANDS, docsync
from tests.cli.conftest import Shell, environment

WITHOUT_DAEMON = [
    ["check"],
    ["config", "show"],
    ["completion", "fish"],
    ["get", "persona/ada"],
    ["held"],
    ["list"],
    ["problems"],
    ["release"],
    ["run", "--once"],
    ["sync"],
    ["sync", "--dry-run"],
    ["types", "--python"],
    ["verify"],
]
WITH_DAEMON = [["status"], ["reload"], ["wait"], ["sync"], ["release"], ["stop"]]
FAILING = [
    (["get", "persona/nobody"], 5),
    (["init"], 2),
    (["check", "nowhere"], 2),
    (["status"], 3),
    (["stop"], 3),
    (["reload"], 3),
    (["wait"], 3),
    (["release", "nobody"], 2),
    (["list", "--sort", "weight"], 2),
    (["nonsense"], 2),
    (["config"], 2),
]


def test_every_command_is_in_the_help_with_a_whole_sentence(shell: Shell) -> None:
    lines = shell("--help").out.splitlines()

    told = {line.split()[0]: line for line in lines[lines.index("Commands:") + 1 :]}
    assert list(told) == list(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in told.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(shell: Shell, name: str) -> None:
    answer = shell(name, "--help")

    assert (answer.code, answer.err) == (0, "")
    assert f"docsync {name}" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 100


def test_every_option_has_a_help() -> None:
    with click.Context(docsync) as context:
        for name in COMMANDS:
            found = docsync.get_command(context, name)
            assert found is not None
            for parameter in found.params:
                assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.name}"


@pytest.mark.parametrize("arguments", WITHOUT_DAEMON, ids=" ".join)
def test_json_is_one_document_on_stdout_and_nothing_else(filled: Shell, arguments: list[str]) -> None:
    filled("sync")

    answer = filled(*arguments, "--json")

    assert (answer.code, answer.err) == (0, "")
    assert isinstance(answer.json, dict)


def test_json_of_a_fresh_init_is_one_document(shell: Shell) -> None:
    assert shell("init", "--json").json["written"]


def test_json_of_what_asks_the_daemon_is_one_document(filled: Shell) -> None:
    with filled.daemon():
        answers = [filled(*arguments, "--json") for arguments in WITH_DAEMON]

    assert [(answer.code, answer.err) for answer in answers] == [(0, "")] * len(WITH_DAEMON)
    assert all(isinstance(answer.json, dict) for answer in answers)


@pytest.mark.parametrize(("arguments", "code"), FAILING, ids=lambda value: str(value))
def test_json_of_a_failure_names_its_exit_code(filled: Shell, arguments: list[str], code: int) -> None:
    filled.write("docsync.toml", "")
    filled("sync")

    answer = filled(*arguments, "--json")

    assert (answer.code, answer.err) == (code, "")
    assert answer.json["error"]["exit_code"] == code
    assert answer.json["error"]["message"]


@pytest.mark.parametrize(
    "arguments", [["get", "persona/ada"], ["list"], ["status"], ["check"], ["config", "show"]]
)
def test_a_quick_command_loads_nothing_heavy(filled: Shell, arguments: list[str]) -> None:
    filled("sync")
    script = (
        "import sys, os; from docsync.cli.command_line import run; run(sys.argv[1:], os.environ); "
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=filled.root,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )

    loaded = set(done.stderr.splitlines()[-1].split())
    assert "docsync" in loaded
    assert not loaded & {"rich", "structlog", "watchdog", "starlette", "uvicorn", "asyncio"}
    assert arguments == ["check"] or not loaded & {"jinja2", "yaml"}
