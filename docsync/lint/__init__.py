"""The rules that a good document keeps beyond its format. Never reads a file: whoever asks brings what a rule needs."""

from collections.abc import Set
from itertools import islice

from docsync.lint import literal_secret, missing_reference, undeclared_variable, unused_input
from docsync.lint.finding import MAX_FINDINGS, Finding, LintRule, Subject

RULES: tuple[LintRule, ...] = (
    undeclared_variable.RULE,
    unused_input.RULE,
    missing_reference.RULE,
    literal_secret.RULE,
)
VERSION = 2
"""Moves whenever the rules say something else of the same document."""

__all__ = ["RULES", "VERSION", "Finding", "LintRule", "Subject", "lint"]


def lint(subject: Subject, ignore: Set[str] = frozenset()) -> list[Finding]:
    """What the rules say of *subject*, but for those whose codes are ignored. Each says only so much."""
    return [
        finding for rule in RULES if rule.code not in ignore for finding in islice(rule.find(subject), MAX_FINDINGS)
    ]
