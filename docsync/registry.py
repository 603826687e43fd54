"""Names of formats, and of codes that can be ignored. Never imports a format or a rule: that takes time."""

from collections.abc import Mapping
from functools import cache

FORMATS: Mapping[str, str] = {
    "json": "docsync.formats.json_format",
    "prompty": "docsync.formats.prompty",
    "yaml": "docsync.formats.yaml",
    "toml": "docsync.formats.toml",
    "markdown": "docsync.formats.markdown",
}
"""The name of each format and its module, which has one value FORMAT."""

# Codes of formats, scan and sync: what the content of a file is warned of, and two errors that one may live
# with.
_FILE_CODES = (
    "big-int", "conflict-copy", "does-not-render", "duplicate-key", "fm-gone", "fm-lost", "merge-conflict",
    "more-private", "name-twin", "overlap", "role-marker", "schema", "stand-in", "surrogate", "tags",
    "template-syntax", "template-too-large", "unusable-description", "unusable-name", "unusable-reference",
    "yaml-bool", "yaml-character", "yaml-comment", "yaml-key",
    "yaml-octal", "yaml-sexagesimal",
)  # fmt: skip


@cache
def list_rules() -> Mapping[str, str]:
    """The code of each lint rule and its module: every file in lint/rules, named like its code."""
    from pathlib import Path
    from pkgutil import iter_modules

    folder = Path(__file__).parent / "lint" / "rules"
    names = sorted(module.name for module in iter_modules([str(folder)]))
    return {name.replace("_", "-"): f"docsync.lint.rules.{name}" for name in names}


@cache
def list_ignorable_codes() -> tuple[str, ...]:
    """The codes that `lint.ignore` may name, sorted."""
    return tuple(sorted((*_FILE_CODES, *list_rules())))
