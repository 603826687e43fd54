"""What mypy is told to overlook has its reason beside it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITHOUT_REASON = re.compile(r"#\s*type:\s*ignore(?!\[[a-z, -]+\]\s+# \w)")


def test_an_ignore_names_its_error_and_its_reason() -> None:
    modules = [
        module for folder in ("docsync", "tests", "benchmarks") for module in (ROOT / folder).rglob("*.py")
    ]
    assert modules
    assert [
        f"{module.relative_to(ROOT)}:{number}"
        for module in sorted(modules)
        for number, line in enumerate(module.read_text(encoding="utf-8").splitlines(), 1)
        if WITHOUT_REASON.search(line)
    ] == []
