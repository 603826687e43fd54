"""A new lint rule is one file and its section of docs/rules.md: added to a copy of docsync, everything knows it."""

import subprocess
from pathlib import Path

import pytest

from tests.helpers.changed_package import ChangedPackage

LONG_BODY = '''
"""The rule long-body: a body has at most 40 characters. Never counts tokens."""

from docsync.lint.finding import Finding, LintRule

_MAX_CHARACTERS = 40


def find(subject):
    """A finding where the body is too long."""
    if len(subject.body) > _MAX_CHARACTERS:
        message = f"the body has {len(subject.body)} characters, at most {_MAX_CHARACTERS} are good"
        yield Finding("long-body", message, body_at=_MAX_CHARACTERS)


RULE = LintRule("long-body", 1, "a body of more than 40 characters", find)
'''
SECTION = """
### `long-body`
*warning · can be ignored* — a body of more than 40 characters.

```markdown bad
This body says far too much, and goes on.
```
```markdown good
Short.
```

## Schemas and secrets
"""
PROMPT = "---\nname: Refund\n---\nsystem:\nYou answer.\n\nuser:\nWhere is my refund, please?\n"


@pytest.fixture
def package(tmp_path: Path) -> ChangedPackage:
    package = ChangedPackage(tmp_path / "changed")
    package.write("docsync/lint/rules/long_body.py", LONG_BODY)
    return package


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for folder in ("personas", "prompts"):
        (root / folder).mkdir(parents=True)
    (root / "prompts" / "refund.prompty").write_text(PROMPT)
    (root / "personas" / "ada.json").write_text('{"name": "Ada", "body": "' + 99 * "x" + '"}')
    return root


def test_a_rule_is_one_file(package: ChangedPackage, project: Path) -> None:
    answer = package.run("docsync", "check", cwd=project)

    assert answer.returncode == 0
    assert answer.stdout.splitlines() == [
        "prompts/refund.prompty:8:14: warning[long-body]: the body has 55 characters, at most 40 are good"
    ]


def test_a_rule_can_be_ignored_as_soon_as_it_is_there(package: ChangedPackage, project: Path) -> None:
    (project / "docsync.toml").write_text('[lint]\nignore = ["long-body"]\n')

    answer = package.run("docsync", "check", cwd=project)

    assert (answer.returncode, answer.stdout) == (0, "")
    assert '"long-body"' in package.run("docsync", "schema", "config", cwd=project).stdout


def test_a_rule_without_its_section_is_refused_by_the_test_of_the_page(package: ChangedPackage) -> None:
    for path in (
        "docs/rules.md",
        "tests/__init__.py",
        "tests/lint/__init__.py",
        "tests/lint/test_rules_page.py",
    ):
        package.copy(path)

    def test_page() -> subprocess.CompletedProcess[str]:
        page = "tests/lint/test_rules_page.py"
        select = ("-k", "section or long-body")
        # A folder of its own: pytest makes the one that all sessions share private, also while others are at work there.
        own = ["-p", "no:cacheprovider", f"--basetemp={package.folder / 'own'}"]
        return package.run("pytest", "-q", *own, *select, page, cwd=package.folder)

    refused = test_page()
    assert refused.returncode == 1
    assert "long-body" in refused.stdout

    package.replace("docs/rules.md", "\n## Schemas and secrets\n", SECTION)
    accepted = test_page()
    assert accepted.returncode == 0
    assert "5 passed" in accepted.stdout  # sections and codes, the summary, ignoring it, both examples


def test_a_moved_version_of_a_rule_loads_everything_again(package: ChangedPackage, project: Path) -> None:
    package.run("docsync", "sync", cwd=project)
    package.replace("docsync/lint/rules/long_body.py", "_MAX_CHARACTERS = 40", "_MAX_CHARACTERS = 50")
    kept = (
        package.run("docsync", "sync", cwd=project).stdout
        + package.run("docsync", "problems", cwd=project).stdout
    )
    assert "at most 40" in kept

    package.replace("docsync/lint/rules/long_body.py", '"long-body", 1', '"long-body", 2')

    package.run("docsync", "sync", cwd=project)
    assert "at most 50" in package.run("docsync", "problems", cwd=project).stdout
