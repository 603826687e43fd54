"""Whatever a project, a file, a type or a document is called: no command lets it steer the terminal or hide."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docsync.cli.root import COMMANDS
from docsync.names import from_visible, to_visible
from tests.cli.conftest import environment

EVIL = "x\x1b]0;PWN\x07\x1b[8m\x9b2J\u202e\u200b\ufeffy"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
ARGUMENTS: dict[str, list[str]] = {
    "get": [f"persona/{EVIL}"],
    "search": [EVIL],
    "query": ["SELECT name FROM documents"],
    "backup": [f"{EVIL}.txt/x.db"],
    "restore": [EVIL],
    "completion": ["bash"],
    "config": ["show", "--origin"],
    "wait": [EVIL],
    "schema": ["persona"],
    "export": ["--out", f"{EVIL}.csv"],
    "list": ["--where", f"{EVIL}=1"],
}
LEFT_OUT = {"run", "open"}  # they stay, or begin a browser


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / EVIL
    (folder / "personas").mkdir(parents=True)
    (folder / "prompts").mkdir()
    (folder / "docsync.toml").touch()
    (folder / "personas/zw\u200bnj.json").write_text(json.dumps({"name": EVIL, "tags": [EVIL]}))
    (folder / f"personas/{EVIL}.json").write_text("{}")
    (folder / "personas/broken.json").write_text(f'{{"{EVIL}": ')
    (folder / "personas/gone.json").symlink_to(EVIL)
    done = ask(folder, "sync")
    assert done.returncode == 0, done.stderr
    return folder


def ask(root: Path, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "docsync", "-v", *words],
        cwd=root,
        env=environment(**environ),
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("color", ["never", "always"])
@pytest.mark.parametrize("command", sorted(set(COMMANDS) - LEFT_OUT))
def test_no_command_prints_what_steers_a_terminal_or_hides(root: Path, command: str, color: str) -> None:
    for more in ([], ["--json"]):
        done = ask(root, "--color", color, command, *ARGUMENTS.get(command, []), *more)
        text = re.sub(r"\x1b\[(0|1|2|3[0-7])m", "", done.stdout + done.stderr)
        assert STEERING.findall(text) == [], text
        assert "this is a bug" not in text


def test_a_wrong_setting_and_a_wrong_flag_are_shown_safely(root: Path) -> None:
    (root / "docsync.toml").write_text('"a\\u001b]0;PWN\\u0007" = 1\n[watch]\nmode = "\\u202e\\u200b"\n')
    for words in (["doctor"], ["config", "show"], ["list", "--sort", EVIL], [EVIL], ["--env", EVIL, "list"]):
        done = ask(root, *words)
        assert done.returncode == 2
        assert STEERING.findall(done.stdout + done.stderr) == []


def test_what_is_listed_can_be_fetched(root: Path) -> None:
    listed = ask(root, "list").stdout
    (shown,) = re.findall(r"persona/zw\S+", listed)
    assert shown == "persona/zw\\u200bnj"
    assert ask(root, "get", shown).returncode == 0
    assert ask(root, "get", "persona/zw\u200bnj").returncode == 0


@pytest.mark.parametrize("text", ["a\u200bb", "\ufeff", "a\U000e0041", "plain", "日本\u3000語", "a\xadb"])
def test_what_is_shown_leads_back(text: str) -> None:
    assert from_visible(to_visible(text)) == text
