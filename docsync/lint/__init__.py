"""Rules that a good document keeps beyond its format. Never reads a file: the caller brings it."""

from collections.abc import Set
from importlib import import_module
from itertools import islice
from typing import cast

from docsync.lint.finding import MAX_FINDINGS, Finding, LintRule, Subject
from docsync.registry import list_rules

RULES: tuple[LintRule, ...] = tuple(
    cast(LintRule, import_module(name).RULE) for name in list_rules().values()
)
"""Every rule, in the order of their codes."""

__all__ = ["RULES", "Finding", "LintRule", "Subject", "lint"]


def lint(subject: Subject, ignore: Set[str] = frozenset()) -> list[Finding]:
    """The findings of every rule whose code is not in *ignore*, MAX_FINDINGS of each at most."""
    return [
        finding
        for rule in RULES
        if rule.code not in ignore
        for finding in islice(rule.find(subject), MAX_FINDINGS)
    ]
