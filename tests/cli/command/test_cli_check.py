"""docsync check: files only, as compilers report them."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from docsync.cli.command.check import annotation
from docsync.model import Problem
from tests.cli.conftest import Shell, environment

ROOT = Path(__file__).parents[3]
EDGES = ROOT / "tests" / "edges"
COLLECTION_WITH_SCHEMA = """
[[collections]]
type = "persona"
path = "personas"
include = ["**/*.json"]
format = "json"
schema = "schemas/p.json"
"""


def test_good_files_are_counted_and_nothing_is_printed(filled: Shell) -> None:
    answer = filled("check")

    assert (answer.code, answer.out, answer.err) == (0, "", "3 files, 0 errors, 0 warnings\n")


def test_a_broken_file_is_told_with_place_code_and_hint(filled: Shell) -> None:
    filled.write("personas/half.json", '{"name": "Half",\n')

    answer = filled("check")

    assert answer.code == 1
    assert answer.out.splitlines() == [
        "personas/half.json:2:1: error[json-truncated]: the file ends before the JSON is complete",
        "  hint: the file may be half-written",
    ]
    assert answer.err == "4 files, 1 error, 0 warnings\n"


def test_a_warning_alone_is_no_failure_unless_strict(filled: Shell) -> None:
    filled.write("personas/twice.json", '{"name": "A", "name": "B"}')

    relaxed, strict = filled("check"), filled("check", "--strict")

    assert (relaxed.code, strict.code) == (0, 1)
    assert "warning[duplicate-key]" in relaxed.out
    assert "error[duplicate-key]" in strict.out


def test_only_what_was_asked_for_is_read(filled: Shell) -> None:
    filled.write("personas/team/half.json", "{")
    filled.write("personas/other.json", "{")

    answer = filled("check", "personas/team", "prompts/greet.prompty", "--json")

    assert answer.json["files"] == 2
    assert [problem["path"] for problem in answer.json["problems"]] == ["personas/team/half.json"]


@pytest.mark.parametrize(
    ("path", "reason"), [("nowhere.json", "no such file"), ("notes.txt", "belongs to no collection")]
)
def test_a_path_that_cannot_be_checked_is_a_usage_error(filled: Shell, path: str, reason: str) -> None:
    filled.write("notes.txt", "")

    answer = filled("check", path)

    assert (answer.code, answer.out) == (2, "")
    assert reason in answer.err


def test_a_link_that_leaves_the_folder_is_a_warning(filled: Shell) -> None:
    outside = filled.write("outside.json", "{}")
    (filled.root / "personas" / "link.json").symlink_to(outside)

    answer = filled("check")

    assert answer.code == 0
    assert answer.out.startswith("personas/link.json: warning[skipped]:")


def test_neither_database_nor_folder_is_made(filled: Shell) -> None:
    filled("check")

    assert sorted(path.name for path in filled.root.iterdir()) == ["personas", "prompts"]


def test_check_and_sync_find_the_same_problems(filled: Shell) -> None:
    for kind, folder in (("json", "personas"), ("prompty", "prompts")):
        for file in sorted((EDGES / kind).iterdir()) if EDGES.exists() else []:
            target = filled.root / folder / file.name
            target.write_bytes(file.read_bytes())
    filled.write("personas/half.json", "{")
    filled.write("docsync.toml", "[lint]\nignore = ['merge-conflict', 'duplicate-key']\n")

    checked = filled("check", "--json").json["problems"]
    synced = filled("sync", "--json").json["problems"]

    by_place = ("path", "code", "line", "column", "message", "hint", "severity", "notes")
    assert checked
    assert sorted(json.dumps([one[key] for key in by_place]) for one in checked) == sorted(
        json.dumps([one[key] for key in by_place]) for one in synced
    )


def test_a_format_of_json_is_what_the_flag_prints(filled: Shell) -> None:
    filled.write("personas/half.json", "{")

    assert filled("check", "--format", "json").json == filled("check", "--json").json


def test_an_annotation_of_github_has_place_title_and_hint(filled: Shell) -> None:
    filled.write("personas/half.json", '{"name": "Half",\n')
    filled.write("prompts/a,b: 100%.prompty", "---\ncountry: NO\n---\n")

    answer = filled("check", "--format", "github")

    assert answer.code == 1
    assert answer.out.splitlines() == [
        "::error file=personas/half.json,line=2,col=1,title=json-truncated::"
        "the file ends before the JSON is complete%0Ahint: the file may be half-written",
        "::warning file=prompts/a%2Cb%3A 100%25.prompty,line=2,col=10,title=yaml-bool::"
        "country: NO is read as false; quote it if you mean the text",
    ]


def test_an_annotation_of_github_is_relative_to_its_workspace(filled: Shell) -> None:
    filled.write("personas/half.json", "{")

    answer = filled("check", "--format", "github", GITHUB_WORKSPACE=str(filled.root.parent))

    assert answer.out.startswith(f"::error file={filled.root.name}/personas/half.json,line=1,col=2,")


def test_an_annotation_of_github_cannot_be_broken_out_of() -> None:
    problem = Problem("a\n.json", "nul", "50%\n::error::x\r", hint="a\x1bb")

    assert (
        annotation(problem, ".")
        == "::error file=a\\x0a.json,title=nul::50%25%0A::error::x\\x0d%0Ahint: a\\x1bb"
    )


def test_a_finding_of_a_rule_is_told_with_its_place(filled: Shell) -> None:
    filled.write(
        "prompts/refund.prompty", "---\nname: Refund\nsample: ${file:gone.json}\n---\nHello {{ who }}."
    )

    answer = filled("check", "prompts")

    assert answer.code == 0
    assert answer.out.splitlines() == [
        "prompts/refund.prompty:3:9: warning[missing-reference]: there is no file 'gone.json'",
        "  hint: paths are relative to the prompt's own folder",
    ]


def test_a_schema_of_the_project_is_asked(filled: Shell) -> None:
    filled.write("schemas/p.json", '{"properties": {"age": {"maximum": 40}}}')
    filled.write("docsync.toml", COLLECTION_WITH_SCHEMA)

    answer = filled("check")

    assert answer.code == 1
    assert "personas/grace.json:1:" in answer.out
    assert "error[schema]: age: the value is greater than the maximum of 40, got 85" in answer.out


def test_a_schema_that_is_none_is_a_mistake_of_the_configuration(filled: Shell) -> None:
    filled.write("schemas/p.json", "{")
    filled.write("docsync.toml", COLLECTION_WITH_SCHEMA)

    for command in ("check", "sync", "run"):
        answer = filled(command)

        assert (answer.code, answer.out) == (2, "")
        assert "schemas/p.json:1:2: no JSON Schema" in answer.err


def test_neither_yaml_nor_schemas_are_loaded_for_a_project_without(shell: Shell) -> None:
    shell.persona("ada", description="36 years old")

    script = "import os, sys; from docsync.cli.command_line import run; run(['check'], os.environ); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=shell.root,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    loaded = set(done.stdout.split())

    assert "docsync.lint" in loaded
    assert not loaded & {"yaml", "frontmatter", "jinja2", "jsonschema_rs"}


def test_the_bundled_files_have_no_problem_at_all(shell: Shell) -> None:
    answer = shell("-C", str(ROOT), "check", "--strict", "--no-render")

    assert (answer.code, answer.out) == (0, "")
    assert answer.err.endswith(" files, 0 errors, 0 warnings\n")


def test_every_bundled_prompt_renders(shell: Shell) -> None:
    assert shell("-C", str(ROOT), "check", "--json").json["problems"] == []


def test_the_hook_of_pre_commit_runs(filled: Shell) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert set(hook) == {"id", "name", "description", "entry", "language", "pass_filenames", "files"}
    program, *arguments = shlex.split(hook["entry"])
    assert (
        program in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    )
    assert all(
        re.search(hook["files"], f"a/b.{suffix}")
        for suffix in ("json", "prompty", "yaml", "yml", "toml", "md")
    )
    assert not re.search(hook["files"], "a/json.py")

    good = filled.spawn(*arguments)
    filled.write("personas/half.json", "{")
    bad = filled.spawn(*arguments)

    assert (good.code, bad.code) == (0, 1)
    assert "personas/half.json:1:2: error[json-truncated]" in bad.out


def test_a_folder_that_is_not_there_is_remarked_on_with_the_one_that_may_be_meant(filled: Shell) -> None:
    filled.write(
        "docsync.toml",
        COLLECTION_WITH_SCHEMA.replace('schema = "schemas/p.json"', "").replace('"personas"', '"persnas"'),
    )

    for command in ("check", "sync"):
        answer = filled(command)

        said = "persnas: no such folder, so persona has no documents (docsync.toml); did you mean personas?\n"
        assert (answer.code, answer.err.startswith(said)) == (0, True)
    assert filled("sync", "--json").err == ""
