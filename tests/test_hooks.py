"""The hooks of pre-commit: those that docsync offers to others, and those that look at its own commits."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def own() -> dict[str, dict[str, Any]]:
    """The hooks of this repository, by id."""
    return {
        hook["id"]: hook
        for repository in read(".pre-commit-config.yaml")["repos"]
        for hook in repository["hooks"]
    }


def test_personas_and_prompts_of_our_own_are_checked_as_those_of_others() -> None:
    (offered,) = read(".pre-commit-hooks.yaml")
    ours = own()[offered["id"]]
    assert ours["entry"] == f".venv/bin/{offered['entry']}"
    assert ours["pass_filenames"] == offered["pass_filenames"]
    listed = [
        path.relative_to(ROOT).as_posix()
        for folder in ("personas", "prompts")
        for path in (ROOT / folder).rglob("*.*")
    ]
    assert all(
        re.search(ours["files"], path) and re.search(offered["files"], path)
        for path in [*listed, "docsync.toml"]
    )


def test_ruff_is_asked_what_ci_asks_it() -> None:
    entries = [hook["entry"] for name, hook in own().items() if name.startswith("ruff")]
    assert len(entries) == 2
    assert [one for one in entries if one.removesuffix(" --force-exclude") not in CI] == []


def test_files_whose_bytes_are_what_is_tested_are_left_alone() -> None:
    changing = [own()[name] for name in ("end-of-file-fixer", "trailing-whitespace")]
    assert all(re.search(hook["exclude"], "tests/edges/json/bom.json") for hook in changing)
